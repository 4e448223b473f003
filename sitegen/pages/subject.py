"""What a page shows, for those who cite it, find it in a search for data, or build on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import version

from ..model import RunResult, first_start_s, last_end_s
from .links import Links
from .site import Site


@dataclass(frozen=True, slots=True)
class Subject:
    address: str
    """Folder of the page, as in `PageContent`."""
    titles: tuple[str, ...]
    """Of the groups that the page lies in, outermost first, and its own."""
    summary: str
    """In a line of plain text."""
    runs: Sequence[RunResult]
    """Those whose figures the page shows."""

    @property
    def title(self) -> str:
        """Says what it is where the rest of the site is not at hand."""
        return ": ".join(self.titles)

    @property
    def first_day(self) -> str:
        """When the first of the runs began: "2026-11-23"; "" without runs."""
        return _day(first_start_s(self.runs))

    @property
    def last_day(self) -> str:
        """When the last of the runs ended; "" without runs. The date of the data: no page holds that of its making."""
        return _day(last_end_s(self.runs))


@lru_cache(256)
def _day(time_s: float | None) -> str:
    return "" if time_s is None else datetime.fromtimestamp(time_s, UTC).date().isoformat()


@cache
def program() -> str:
    """What made the pages: "Wattboard 0.1.0"."""
    return f"Wattboard {version('wattboard')}"


def permanent(site: Site, links: Links, address: str) -> str:
    """The absolute address of a page, "" where the site does not know its own."""
    return site.permanent(address if links.directory_urls else f"{address}index.html")
