"""Every page of a leaderboard as HTML for a theme's content, and every file beside them. Knows nothing of MkDocs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..download import iso
from ..measure import download_name
from ..model import Group, Leaderboard, RunResult
from ..table import main_table, run_titles
from ..text import count
from .datafiles import leaderboard_files, runs_files
from .describe import description
from .group_page import group_view
from .links import Links
from .run_page import Shown, run_view
from .views import Download, IndexView, Link

INDEX_TITLE = "Leaderboards"


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page, ready for a theme."""

    address: str
    """Its folder below the leaderboard's own, "" or ending with "/"."""
    title: str
    """Plain text, not escaped."""
    html: str
    summary: str
    """A line of plain text for search and for the page's description."""
    above: str | None = None
    """Address of the leaf that a run's page belongs under; None where no leaf lists it."""


class PageRenderer:
    """Renders the pages of one leaderboard.

    Args:
        downloads: The folder with the runs' zips.
    """

    def __init__(self, leaderboard: Leaderboard, links: Links, downloads: Path) -> None:
        self._leaderboard = leaderboard
        self._links = links
        self._downloads = downloads
        self._environment = Environment(
            loader=PackageLoader(f"{__package__.rpartition('.')[0]}.templates", ""),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._shown_in = _places(leaderboard)
        self._tables = {group.address: main_table(group) for group in leaderboard.walk()}

    def group_pages(self) -> Iterator[PageContent]:
        """The front page where the spec has several roots, then all groups, parents first."""
        if len(self._leaderboard.roots) != 1:
            yield self._index()
        for group, ancestors in _with_ancestors(self._leaderboard.roots):
            table = self._tables[group.address]
            view = group_view(self._leaderboard, group, table, ancestors, self._links)
            line = _group_line(group, ancestors)
            yield self._page(group.address, view.title, "group.html", view, line)

    def run_pages(self) -> Iterator[tuple[PageContent, RunResult]]:
        """A page a run."""
        for run in self._leaderboard.runs:
            address = self._leaderboard.run_addresses[run.location.path]
            places = self._shown_in.get(run.location.path, ())
            zip_bytes = self.zip_file(run).stat().st_size
            view = run_view(self._leaderboard, run, places, zip_bytes, self._links)
            page = self._page(address, view.title, "run.html", view, _run_line(run))
            yield replace(page, above=places[0].leaf.address if places else None), run

    def zip_file(self, run: RunResult) -> Path:
        """Where a run's zip lies, to be put beside its page as `LOG_ZIP`."""
        return self._downloads / download_name(run.location)

    def data_files(self) -> Iterator[tuple[str, str]]:
        """Address and content of the JSON and CSV files."""
        leaves = {path: places[0].leaf for path, places in self._shown_in.items()}
        yield from runs_files(self._leaderboard, leaves).items()
        for group in self._leaderboard.walk():
            table = self._tables[group.address]
            for name, content in leaderboard_files(group.node.title, table).items():
                yield group.address + name, content

    def _index(self) -> PageContent:
        roots = tuple(
            (
                Link(root.node.title, self._links.page("", root.address)),
                description(root.node.description),
                len(root.runs),
            )
            for root in self._leaderboard.roots
        )
        downloads = (
            Download("All runs", "runs.json", "JSON"),
            Download("All runs", "runs.csv", "CSV"),
        )
        view = IndexView(INDEX_TITLE, roots, downloads)
        line = ", ".join(root.node.title for root in self._leaderboard.roots)
        return self._page("", INDEX_TITLE, "index.html", view, line)

    def _page(self, address: str, title: str, template: str, view: Any, line: str) -> PageContent:
        html = self._environment.get_template(template).render(page=view)
        return PageContent(address, title, html, line)


def _with_ancestors(
    groups: Sequence[Group], ancestors: tuple[Group, ...] = ()
) -> Iterator[tuple[Group, tuple[Group, ...]]]:
    for group in groups:
        yield group, ancestors
        yield from _with_ancestors(group.children, (*ancestors, group))


def _places(leaderboard: Leaderboard) -> Mapping[str, Sequence[Shown]]:
    """Run path to the leaves that list it."""
    places: dict[str, list[Shown]] = {}
    for group, ancestors in _with_ancestors(leaderboard.roots):
        if group.node.is_leaf:
            paths = [run.location.path for run in group.runs]
            shown = Shown(group, ancestors, run_titles(paths))
            for path in paths:
                places.setdefault(path, []).append(shown)
    return places


def _group_line(group: Group, ancestors: Sequence[Group]) -> str:
    """Tells a leaf from one of the same title in another group."""
    titles = " › ".join(g.node.title for g in (*ancestors, group))
    return f"Energy and emissions of {count(len(group.runs), 'run')}: {titles}."


def _run_line(run: RunResult) -> str:
    """What a search should find: the path, the hardware and the day."""
    hardware = [
        run.info.cpu_info.get("Processor", ""),
        *(g.get("Name", "") for g in run.info.gpu_info),
    ]
    words = [run.location.path, *dict.fromkeys(filter(None, hardware)), iso(run.start_s)[:10]]
    return ", ".join(words)
