"""Every page of a leaderboard as HTML for a theme's content, and every file beside them. Knows nothing of MkDocs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..addresses import COMPARE, METHODS, RUNS
from ..columns import GroupFigures
from ..measure import download_name
from ..model import Group, Leaderboard, RunResult
from ..plots.siblings import spreads
from ..run_index import RunEntry
from ..table import main_table, run_titles
from ..text import count
from .all_runs import AllRuns
from .badge import BADGE, Badge, badge_svg, group_badge, run_badge
from .cells import breakable, cells, row_head, table_rows
from .cite import CiteView, cite_view
from .compare_page import compare_files, compare_view
from .comparisons import comparison_files
from .datafiles import leaderboard_files, runs_files
from .dataset import RUNS_FILES, Contents, dataset, run_contents, table_contents
from .describe import description
from .group_page import group_view
from .leaf_rows import leaf_row_files
from .links import Links
from .methods_page import MethodsView, methods_view
from .page_data import DATA_FILE, as_script, group_data, run_data
from .run_page import Shown, run_view
from .site import Site
from .stubs import Stub, methods_stubs, run_about, stubs
from .subject import Subject
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
    within: str = ""
    """Title of the group that tells it from pages of the same title; "" where that is the front page."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name to text of what lies beside the page."""


def environment() -> Environment:
    """Our templates, which escape what they are given."""
    made = Environment(
        loader=PackageLoader(f"{__package__.rpartition('.')[0]}.templates", ""),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["breakable"] = breakable
    made.globals.update(cells=cells, row_head=row_head, table_rows=table_rows)
    return made


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
        self._environment = environment()
        self._shown_in = _places(leaderboard)

    def group_pages(self) -> Iterator[PageContent]:
        """The front page where the spec has several roots, then all groups, parents first."""
        if len(self._leaderboard.roots) != 1:
            yield self._index()
        addresses = self._leaderboard.run_addresses
        for figures, ancestors in _with_figures(self._leaderboard.roots):
            group = figures.group
            table = main_table(group, figures)
            view = group_view(self._leaderboard, group, table, ancestors, self._links)
            line = _group_line(group, ancestors)
            badge = group_badge(group)
            files = {
                DATA_FILE: as_script(group_data(table.figures, view, ancestors, addresses)),
                BADGE: badge_svg(badge),
                **leaderboard_files(group, table),
                **comparison_files(group, table),
                **leaf_row_files(table, addresses),
            }
            contents = table_contents(
                group.address,
                table,
                whole=_whole(group, ancestors),
                parts=[child.address for child in group.children],
                about=view.description.striptags(),
            )
            titles = tuple(g.node.title for g in (*ancestors, group))
            subject = Subject(group.address, titles, line, group.runs)
            cite = self._cite(subject, badge, contents)
            page = self._page(group.address, view.title, "group.html", view, line, files, cite)
            yield replace(page, within=_within(ancestors))

    def other_pages(self) -> Iterator[PageContent]:
        """Those of no group and no run: all runs, the comparison, the methods."""
        all_runs = AllRuns(self._leaderboard, self._shown_in, self._links)
        runs = all_runs.view()
        line = f"All {count(len(self._leaderboard.runs), 'run')} with hardware, region and date."
        files = dict(all_runs.files())
        contents = Contents(RUNS_FILES, whole="")
        cite = self._cite_site(f"{RUNS}/", runs.title, line, contents)
        yield self._page(f"{RUNS}/", runs.title, "all_runs.html", runs, line, files, cite)
        comparison = compare_view(self._leaderboard, self._links)
        line = "Runs and groups side by side: differences, hardware, packages and time series."
        files = compare_files(self._leaderboard, self._shown_in)
        yield self._page(f"{COMPARE}/", comparison.title, "compare.html", comparison, line, files)
        methods = self._methods
        line = "How the figures of this leaderboard came about."
        cite = self._cite_site(f"{METHODS}/", methods.title, line, None)
        yield self._page(f"{METHODS}/", methods.title, "methods.html", methods, line, cite=cite)

    @cached_property
    def _methods(self) -> MethodsView:
        return methods_view(self._leaderboard, self._links)

    def run_pages(self) -> Iterator[tuple[PageContent, RunResult]]:
        """A page for each run that has one."""
        for run in self._leaderboard.runs:
            address = self._leaderboard.run_addresses.get(run.location.path)
            if address is None:
                continue
            places = self._shown_in.get(run.location.path, ())
            zip_bytes = self.zip_file(run).stat().st_size
            view = run_view(self._leaderboard, run, places, zip_bytes, self._links)
            leaf, above = (places[0].leaf, places[0].ancestors) if places else (None, ())
            badge = run_badge(run)
            files = {
                DATA_FILE: as_script(run_data(run, address, view, leaf, above)),
                BADGE: badge_svg(badge),
            }
            line = _run_line(run)
            whole = "" if leaf is None else leaf.address
            titles = (*(group.node.title for group in above), view.title)
            summary = f"Energy, emissions and hardware of one run: {line}."
            subject = Subject(address, titles, summary, (run,))
            cite = self._cite(subject, badge, run_contents(address, run, whole=whole))
            page = self._page(address, view.title, "run.html", view, line, files, cite)
            above_leaf = None if leaf is None else leaf.address
            yield replace(page, above=above_leaf, within=_within(above)), run

    def zip_file(self, run: RunResult) -> Path:
        """Where a run's zip lies, to be put beside its page as `LOG_ZIP`."""
        return self._downloads / download_name(run.location)

    def data_files(self) -> Iterator[tuple[str, str]]:
        """Address and the next block of text of the files that belong to no page."""
        leaves = {path: places[0].leaf for path, places in self._shown_in.items()}
        yield from runs_files(self._leaderboard, leaves)

    def search_stubs(self) -> Iterator[Stub]:
        """What a search finds beside the pages: the page of all runs, narrowed, and the sections of the methods."""
        yield from stubs(self._leaderboard.runs)
        yield from methods_stubs(self._methods)

    def run_entry(self, page: PageContent, run: RunResult) -> RunEntry:
        """A run's page as the index over many runs has it."""
        address = page.address if self._links.directory_urls else f"{page.address}index.html"
        return RunEntry(address, page.title, run.location.path, run_about(run))

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
        contents = Contents(RUNS_FILES, parts=tuple(g.address for g in self._leaderboard.roots))
        summary = f"Energy and emissions of machine-learning experiments: {line}."
        cite = self._cite_site("", INDEX_TITLE, summary, contents)
        return self._page("", INDEX_TITLE, "index.html", view, line, cite=cite)

    def _cite_site(
        self, address: str, title: str, summary: str, contents: Contents | None
    ) -> CiteView:
        """ "Cite this" of a page on all runs."""
        runs = self._leaderboard.runs
        return self._cite(Subject(address, (self._site.name, title), summary, runs), None, contents)

    def _cite(self, subject: Subject, badge: Badge | None, contents: Contents | None) -> CiteView:
        """Args:
        contents: None for a page that holds no data.
        """
        site, links = self._site, self._links
        found = Markup() if contents is None else dataset(site, links, subject, contents)
        return cite_view(site, links, subject, badge, found)

    def _page(
        self,
        address: str,
        title: str,
        template: str,
        view: Any,
        line: str,
        files: Mapping[str, str] | None = None,
        cite: CiteView | None = None,
    ) -> PageContent:
        html = self._environment.get_template(template).render(page=view, cite=cite)
        return PageContent(address, title, html, line, files=files or {})


def _with_ancestors(
    groups: Sequence[Group], ancestors: tuple[Group, ...] = ()
) -> Iterator[tuple[Group, tuple[Group, ...]]]:
    for group in groups:
        yield group, ancestors
        yield from _with_ancestors(group.children, (*ancestors, group))


def _with_figures(
    groups: Sequence[Group],
) -> Iterator[tuple[GroupFigures, tuple[Group, ...]]]:
    """All groups, parents first, with those that each lies in. What a parent knows of its children they need, too."""

    def below(
        figures: GroupFigures, ancestors: tuple[Group, ...]
    ) -> Iterator[tuple[GroupFigures, tuple[Group, ...]]]:
        yield figures, ancestors
        for child in figures.group.children:
            yield from below(figures.child(child), (*ancestors, figures.group))
            figures.forget(child)

    for group in groups:
        yield from below(GroupFigures(group), ())


def _whole(group: Group, ancestors: Sequence[Group]) -> str | None:
    """Address of the page that a group's data are a part of; None for the front page."""
    if not group.address:
        return None
    return ancestors[-1].address if ancestors else ""


def _within(ancestors: Sequence[Group]) -> str:
    return ancestors[-1].node.title if ancestors and ancestors[-1].address else ""


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
    """What a search should find: the path, the hardware, the region and the day."""
    return f"{run.location.path}, {run_about(run)}"
