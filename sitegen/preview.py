"""A preview's pages that are made when they are asked for: a site of ten thousand runs then shows a change at once."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .errors import Problem

_WAIT_S = 60.0
_ELSEWHERE = "choose another with --dev-addr, such as 127.0.0.1:8001"


def address_problems(host: str, port: int) -> Iterator[Problem]:
    """Why nothing can be served at an address."""
    # As MkDocs' server chooses and binds, so that an address that has just been given up is no hindrance.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        with socket.socket(family) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        yield refused(place, error)
    except OverflowError:
        yield _no_address(place, f"port {port}", f"ports are numbers up to 65535: {_ELSEWHERE}")


def refused(place: str, error: OSError) -> Problem:
    """What is wrong with an address, by the error of a server that was to have it."""
    if error.errno == errno.EADDRINUSE:
        remedy = f"end what is served there, or {_ELSEWHERE}"
    elif error.errno == errno.EACCES:
        remedy = f"the system keeps this port for programs with privileges: {_ELSEWHERE}"
    elif error.errno in (errno.EADDRNOTAVAIL, errno.EINVAL) or isinstance(error, socket.gaierror):
        remedy = f"this machine has no such address: {_ELSEWHERE}"
    else:
        remedy = _ELSEWHERE
    return _no_address(place, str(error.strerror), remedy)


def _no_address(place: str, found: str, hint: str) -> Problem:
    message = f"expected an address at which this machine can serve, found: {found}"
    return Problem(place, message, hint=hint, severity="error")


class Preview:
    """Stands between a development server and the files that it serves."""

    def __init__(self) -> None:
        self._make: Callable[[str], None] | None = None
        self._changed = threading.Condition()

    def pause(self) -> None:
        """A build begins: nothing is made until it is done, so that nothing old gets among what is new."""
        with self._changed:
            self._make = None

    def resume(self, make: Callable[[str], None]) -> None:
        """A build is done.

        Args:
            make: Called with a place in the site, makes the file that belongs there, if it is one of those.
        """
        with self._changed:
            self._make = make
            self._changed.notify_all()

    def listen(self, server: Any) -> None:
        """Be asked first.

        Args:
            server: MkDocs' own.
        """
        serve = server.serve_request

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            # As WSGI hands paths over: bytes as if they were Latin-1.
            path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
            if path.startswith(server.mount_path):
                self._prepare(path.removeprefix(server.mount_path))
            answered: Iterable[bytes] = serve(environ, start_response)
            return answered

        server.set_app(answer)

    def _prepare(self, place: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._make is not None, timeout=_WAIT_S)
            if self._make is not None:
                self._make(place)
