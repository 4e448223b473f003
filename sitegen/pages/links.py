"""Links between pages, relative, so that a site works under any address and from disk."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """How this site writes its links."""

    directory_urls: bool = True
    """ "pong/" rather than "pong/index.html", which opens from disk too."""

    def page(self, source: str, target: str) -> str:
        """From one page's folder to another page. Folders are "" or end with "/"."""
        relative = _relative(source, target)
        return f"{relative}/" if self.directory_urls else f"{relative}/index.html"

    def file(self, source: str, target: str) -> str:
        """From a page's folder to a file, such as "runs.json"."""
        folder, _, name = target.rpartition("/")
        return f"{_relative(source, folder)}/{quote(name)}".removeprefix("./")


def _relative(source: str, target: str) -> str:
    return quote(posixpath.relpath("/" + target, "/" + source))
