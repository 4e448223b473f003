"""Asks a server over HTTP: politely, for a limited time, and without telling more than it must."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from .provider import NoReadingError

TIMEOUT_S = 10.0
"""For the whole of a request: name lookup, connection, and an answer that drips in."""

MAX_ANSWER_BYTES = 1 << 18
MAX_WAIT_S = 3600.0

_OK = 200
_BUSY = frozenset({408, 425, 429})
_SERVER_ERROR = 500


class _TooLongError(Exception):
    """The time is up."""


def fetch(
    url: str, headers: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> bytes:
    """Ask once. In the main thread only: the time is kept by a signal, which ends any wait.

    Args:
        url: What to ask.
        headers: Sent along, such as a key. None of it gets into a message.
        timeout_s: How long it may take.

    Returns:
        The body of the answer, of at most `MAX_ANSWER_BYTES`.

    Raises:
        NoReadingError: There was none in time, or its status was not 200.
    """
    try:
        with _within(timeout_s):
            return _ask(url, headers or {}, timeout_s)
    except _TooLongError:
        raise NoReadingError(f"no answer within {timeout_s:g} s") from None
    except NoReadingError:
        raise
    except Exception as error:  # noqa: BLE001 - see below
        # Not its text, which may hold a key or a proxy's address.
        raise NoReadingError(f"the server cannot be asked ({type(error).__name__})") from None


def _ask(url: str, headers: Mapping[str, str], timeout_s: float) -> bytes:
    import requests

    with requests.Session() as session:
        # Without an authentication of its own, requests sends the password that ~/.netrc may have
        # for any host.
        session.auth = _unchanged
        session.headers.update(
            {
                "User-Agent": f"wattboard/{version('wattboard')}",
                "Accept": "application/json, text/csv",
                "Accept-Encoding": "identity",
                **headers,
            }
        )
        # A redirect would take a key to another host.
        with session.get(url, timeout=timeout_s, stream=True, allow_redirects=False) as response:
            if response.status_code != _OK:
                raise _refusal(response.status_code, response.headers.get("Retry-After", ""))
            body: bytes = response.raw.read(MAX_ANSWER_BYTES + 1, decode_content=False)
    if len(body) > MAX_ANSWER_BYTES:
        raise NoReadingError(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    return body


def _refusal(status: int, retry_after: str) -> NoReadingError:
    return NoReadingError(
        f"the server answered with status {status}",
        status=status,
        try_again=status in _BUSY or status >= _SERVER_ERROR,
        wait_s=min(float(retry_after), MAX_WAIT_S) if retry_after.isdecimal() else 0.0,
    )


def _unchanged(request: Any) -> Any:
    return request


@contextmanager
def _within(timeout_s: float) -> Iterator[None]:
    """Raises _TooLongError in what is going on when the time is up."""

    def too_long(*_: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, too_long)
    # Again each second: an exception in what is called by the garbage collector is lost.
    signal.setitimer(signal.ITIMER_REAL, timeout_s, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
