"""A preview's pages that are made when they are asked for: a site of ten thousand runs then shows a change at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

_WAIT_S = 60.0


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
