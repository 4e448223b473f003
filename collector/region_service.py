"""The one service that is asked where an IP address is: https://ipwhois.io/documentation.

It needs no key, is free for one request a second, and can be asked for nothing but two codes.
"""

from __future__ import annotations

import json
import queue
import threading
from importlib.metadata import version
from typing import Any

from .errors import CollectorError

SERVICE_NAME = "ipwho.is"
SERVICE_URL = "https://ipwho.is/?fields=success,country_code,region_code"

_MAX_ANSWER_BYTES = 1 << 14
_OK = 200


class NoAnswerError(CollectorError):
    """The service did not say where this machine is. For people: why."""


def ask_within(url: str, timeout_s: float) -> tuple[str, str]:
    """Ask once, for the whole of a time: name lookup, connection, and an answer that drips in.

    Returns:
        The codes of the country (ISO 3166-1 alpha-2) and of the subdivision ("" if unknown).

    Raises:
        NoAnswerError: No usable answer in time. The request may then still be under way, in a thread
            that does not keep the process alive.
    """
    answers: queue.SimpleQueue[tuple[str, str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask(url, timeout_s))
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise NoAnswerError(f"{SERVICE_NAME} gave no answer within {timeout_s:g} s") from None
    if isinstance(answer, NoAnswerError):
        raise answer
    if isinstance(answer, Exception):
        # Not its text, which may hold a proxy's address.
        raise NoAnswerError(f"{SERVICE_NAME} cannot be asked ({type(answer).__name__})")
    return answer


def _ask(url: str, timeout_s: float) -> tuple[str, str]:
    import requests

    with requests.Session() as session:
        # Without an authentication of its own, requests sends the password that ~/.netrc may have
        # for any host.
        session.auth = _unchanged
        session.headers.update(
            {
                "User-Agent": f"wattboard/{version('wattboard')}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            }
        )
        with session.get(url, timeout=timeout_s, stream=True, allow_redirects=False) as response:
            if response.status_code != _OK:
                raise NoAnswerError(f"{SERVICE_NAME} answered with status {response.status_code}")
            body = response.raw.read(_MAX_ANSWER_BYTES, decode_content=False)
    return _codes(body)


def _unchanged(request: Any) -> Any:
    return request


def _codes(body: bytes) -> tuple[str, str]:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NoAnswerError(f"{SERVICE_NAME} answered with something other than a JSON object")
    country, subdivision = answer.get("country_code"), answer.get("region_code")
    if answer.get("success") is False or not isinstance(country, str):
        raise NoAnswerError(f"{SERVICE_NAME} does not know where this machine is")
    return country, subdivision if isinstance(subdivision, str) else ""
