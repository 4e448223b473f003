"""Links between pages, relative, so that a site works under any address and from disk."""

from __future__ import annotations

from collections.abc import Mapping
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


def run_url(links: Links, source: str, run_addresses: Mapping[str, str], path: str) -> str:
    """From a page's folder to a run's page, "" for a run without one.

    Args:
        run_addresses: As in `Leaderboard`.
        path: The run's.
    """
    address = run_addresses.get(path)
    return "" if address is None else links.page(source, address)


def _relative(source: str, target: str) -> str:
    """Neither holds "." or ".." as a part."""
    if source and not f"{target}/".startswith(source[: source.index("/") + 1]):
        return quote("../" * source.count("/") + target.rstrip("/")).rstrip("/") or "."
    here, there = _parts(source), _parts(target)
    shared = next(
        (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b),
        min(len(here), len(there)),
    )
    return quote("/".join([".."] * (len(here) - shared) + there[shared:]) or ".")


def _parts(folder: str) -> list[str]:
    return [part for part in folder.split("/") if part]
