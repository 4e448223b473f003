"""Every page of a leaderboard as HTML for a theme's content, and every file beside them. Knows nothing of MkDocs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..addresses import COMPARE, METHODS, RUNS
from ..measure import download_name
from ..model import Group, Leaderboard, RunResult, TimeChart
from ..plots.siblings import SIBLINGS_FILE, siblings_data
from ..run_index import RunEntry
from ..table import main_table, run_titles
from ..text import count
from .all_runs import PACKAGES_FILE, all_runs_view, packages_index
from .badge import BADGE, Badge, badge_svg, group_badge, run_badge
from .cite import CiteView, cite_view
from .compare_page import compare_files, compare_view
from .comparisons import comparison_files
from .datafiles import leaderboard_files, runs_files
from .dataset import RUNS_FILES, Contents, dataset, run_contents, table_contents
from .describe import description
from .group_page import group_view
from .links import Links
from .methods_page import MethodsView, methods_view
from .page_data import DATA_FILE, FigureWords, as_script, group_data, run_data
from .run_page import Shown, run_title, run_view
from .site import Site
from .stubs import Stub, methods_stubs, run_about, stubs
from .subject import Subject
from .views import Download, FactTable, IndexView, Link

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


@dataclass(frozen=True, slots=True)
class RunHead:
    """What the rest of the site says of a run's page: for search, sitemap and index, without making the page."""

    address: str
    """As in `PageContent`, and so are the next four."""
    title: str
    summary: str
    above: str | None
    within: str
    about: str
    """What the run is found by beside its path: hardware, region and day."""


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
    made.filters["breakable"] = _breakable
    made.globals["fact_table"] = lru_cache(_MOST_FACT_TABLES)(partial(_fact_table, made))
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
        self._words_of_no_leaf = FigureWords(None, ())
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
            badge = group_badge(group)
            files = {
                DATA_FILE: as_script(group_data(group, view, ancestors, addresses)),
                BADGE: badge_svg(badge),
                **leaderboard_files(group, table),
                **comparison_files(group, table),
            }
            if group.node.is_leaf:
                files[SIBLINGS_FILE] = as_script(siblings_data(group))
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
        runs = all_runs_view(self._leaderboard, self._shown_in, self._links)
        line = f"All {count(len(self._leaderboard.runs), 'run')} with hardware, region and date."
        files = {PACKAGES_FILE: as_script(packages_index(self._leaderboard.runs))}
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

    def run_head(self, run: RunResult) -> RunHead:
        """What is known of a run's page before it is made. Cheap: a site has it of all runs, whatever it makes anew."""
        places = self._shown_in.get(run.location.path, ())
        about = run_about(run)
        return RunHead(
            address=self._leaderboard.run_addresses[run.location.path],
            title=run_title(run, places),
            summary=f"{run.location.path}, {about}",
            above=places[0].leaf.address if places else None,
            within=_within(places[0].ancestors) if places else "",
            about=about,
        )

    def run_page(self, run: RunResult, charts: Sequence[TimeChart], zip_bytes: int) -> PageContent:
        """A run's page, from that run, the spec and the site alone.

        Args:
            charts: Of this run.
            zip_bytes: Size of its download.
        """
        head = self.run_head(run)
        address, line = head.address, head.summary
        places = self._shown_in.get(run.location.path, ())
        leaf, above = (places[0].leaf, places[0].ancestors) if places else (None, ())
        figure_words = places[0].figure_words if places else self._words_of_no_leaf
        view = run_view(run, charts, address, places, figure_words, zip_bytes, self._links)
        badge = run_badge(run)
        files = {
            DATA_FILE: as_script(run_data(run, address, view, leaf, above, figure_words)),
            BADGE: badge_svg(badge),
        }
        titles = (*(group.node.title for group in above), view.title)
        summary = f"Energy, emissions and hardware of one run: {line}."
        subject = Subject(address, titles, summary, (run,))
        cite = self._cite(subject, badge, run_contents(address, run, whole=head.above or ""))
        page = self._page(address, view.title, "run.html", view, line, files, cite)
        return replace(page, above=head.above, within=head.within)

    def zip_file(self, run: RunResult) -> Path:
        """Where a run's zip lies, to be put beside its page as `LOG_ZIP`."""
        return self._downloads / download_name(run.location)

    def data_files(self) -> Iterator[tuple[str, str]]:
        """Address and content of the files that belong to no page."""
        leaves = {path: places[0].leaf for path, places in self._shown_in.items()}
        yield from runs_files(self._leaderboard, leaves).items()

    def search_stubs(self) -> Iterator[Stub]:
        """What a search finds beside the pages: the page of all runs, narrowed, and the sections of the methods."""
        yield from stubs(self._leaderboard.runs)
        yield from methods_stubs(self._methods)

    def run_entry(self, head: RunHead, run: RunResult) -> RunEntry:
        """A run's page as the index over many runs has it."""
        address = head.address if self._links.directory_urls else f"{head.address}index.html"
        return RunEntry(address, head.title, run.location.path, head.about)

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


def _whole(group: Group, ancestors: Sequence[Group]) -> str | None:
    """Address of the page that a group's data are a part of; None for the front page."""
    if not group.address:
        return None
    return ancestors[-1].address if ancestors else ""


_JOINTS = re.compile(r"([/_])")
_SHORT_NAME = 20
_MOST_FACT_TABLES = 512
"""That are kept, some kB each at most: those of a machine, an environment, a grid come again with every run of it."""


def _breakable(name: str) -> Markup:
    """A name that, if long, may be broken behind its slashes and underscores, rather than within a word."""
    if len(name) <= _SHORT_NAME:
        return escape(name)
    parts = _JOINTS.split(name)
    return Markup("").join(
        escape(part) + Markup("<wbr>") if _JOINTS.fullmatch(part) else escape(part)
        for part in parts
    )


def _fact_table(environment: Environment, fact: FactTable) -> Markup:
    made: Markup = environment.get_template("facts.html").module.fact_table(fact)  # type: ignore[attr-defined]
    return made


def _within(ancestors: Sequence[Group]) -> str:
    return ancestors[-1].node.title if ancestors and ancestors[-1].address else ""


def _places(leaderboard: Leaderboard) -> Mapping[str, Sequence[Shown]]:
    """Run path to the leaves that list it."""
    places: dict[str, list[Shown]] = {}
    for group, ancestors in _with_ancestors(leaderboard.roots):
        if group.node.is_leaf:
            paths = [run.location.path for run in group.runs]
            shown = Shown(group, ancestors, run_titles(paths), FigureWords(group, ancestors))
            for path in paths:
                places.setdefault(path, []).append(shown)
    return places


def _group_line(group: Group, ancestors: Sequence[Group]) -> str:
    """Tells a leaf from one of the same title in another group."""
    titles = " › ".join(g.node.title for g in (*ancestors, group))
    return f"Energy and emissions of {count(len(group.runs), 'run')}: {titles}."
