"""A site, served as a host of static pages serves it. Apart from conftest.py, whose name other folders have too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sites import Site

OpenPage = Callable[..., Any]
"""What the fixture `open_page` gives."""


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and `404.html` for what there is not; says nothing."""

    def log_message(self, *args: object) -> None:
        """The tests' output is the tests'."""

    def send_error(self, code: int, *args: Any, **more: Any) -> None:
        """As GitHub Pages answers."""
        page = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


def served(folder: Path) -> Iterator[Site]:
    """The site in a folder, at an address of its own for as long as the iterator lives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()
