"""Every page of a leaderboard as HTML for a theme's content, and every file beside them. Knows nothing of MkDocs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..addresses import COMPARE, METHODS, RUNS
from ..download import iso
from ..measure import download_name
from ..model import Group, Leaderboard, RunResult
from ..plots.siblings import spreads
from ..table import main_table, run_titles
from ..text import count
from .all_runs import all_runs_view
from .compare_page import compare_files, compare_view
from .comparisons import comparison_files
from .datafiles import leaderboard_files, runs_files
from .describe import description
from .group_page import group_view
from .links import Links
from .methods_page import methods_view
from .page_data import DATA_FILE, as_script, group_data, run_data
from .run_page import Shown, run_view
from .site import Site
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
    files: Mapping[str, str] = field(default_factory=dict)
    """Name to text of what lies beside the page."""


class PageRenderer:
    """Renders the pages of one leaderboard.

    Args:
        downloads: The folder with the runs' zips.
    """

    def __init__(self, leaderboard: Leaderboard, site: Site, links: Links, downloads: Path) -> None:
        self._leaderboard = leaderboard
        self._site = site
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
        addresses = self._leaderboard.run_addresses
        for group, ancestors in _with_ancestors(self._leaderboard.roots):
            table = self._tables[group.address]
            view = group_view(self._leaderboard, group, table, ancestors, self._links)
            line = _group_line(group, ancestors)
            files = {
                DATA_FILE: as_script(group_data(group, view, ancestors, addresses)),
                **leaderboard_files(group, table),
                **comparison_files(group, table),
            }
            yield self._page(group.address, view.title, "group.html", view, line, files)

    def other_pages(self) -> Iterator[PageContent]:
        """Those of no group and no run: all runs, the comparison, the methods."""
        runs = all_runs_view(self._leaderboard, self._links)
        line = f"All {count(len(self._leaderboard.runs), 'run')} with hardware, region and date."
        yield self._page(f"{RUNS}/", runs.title, "all_runs.html", runs, line)
        comparison = compare_view(self._leaderboard, self._links)
        line = "Runs and groups side by side: differences, hardware, packages and time series."
        files = compare_files(self._leaderboard, self._shown_in)
        yield self._page(f"{COMPARE}/", comparison.title, "compare.html", comparison, line, files)
        methods = methods_view(self._leaderboard, self._links)
        line = "How the figures of this leaderboard came about."
        yield self._page(f"{METHODS}/", methods.title, "methods.html", methods, line)

    def run_pages(self) -> Iterator[tuple[PageContent, RunResult]]:
        """A page a run."""
        for run in self._leaderboard.runs:
            address = self._leaderboard.run_addresses[run.location.path]
            places = self._shown_in.get(run.location.path, ())
            zip_bytes = self.zip_file(run).stat().st_size
            view = run_view(self._leaderboard, run, places, zip_bytes, self._links)
            leaf, ancestors = (places[0].leaf, places[0].ancestors) if places else (None, ())
            files = {DATA_FILE: as_script(run_data(run, address, view, leaf, ancestors))}
            page = self._page(address, view.title, "run.html", view, _run_line(run), files)
            yield replace(page, above=places[0].leaf.address if places else None), run

    def zip_file(self, run: RunResult) -> Path:
        """Where a run's zip lies, to be put beside its page as `LOG_ZIP`."""
        return self._downloads / download_name(run.location)

    def data_files(self) -> Iterator[tuple[str, str]]:
        """Address and content of the files that belong to no page."""
        leaves = {path: places[0].leaf for path, places in self._shown_in.items()}
        yield from runs_files(self._leaderboard, leaves).items()

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

    def _page(
        self,
        address: str,
        title: str,
        template: str,
        view: Any,
        line: str,
        files: Mapping[str, str] | None = None,
    ) -> PageContent:
        html = self._environment.get_template(template).render(page=view)
        return PageContent(address, title, html, line, files=files or {})


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
            shown = Shown(group, ancestors, run_titles(paths), spreads(group))
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
