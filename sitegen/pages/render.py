"""Every page of a leaderboard as HTML for a theme's content, and every file beside them. Knows nothing of MkDocs."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..addresses import COMPARE, METHODS, RUN_TABLE, RUNS
from ..alike import Alike, alike
from ..columns import GroupFigures, RunFigures
from ..execute import cores
from ..forked import begun, can_fork
from ..model import Group, Leaderboard, RunResult, TimeChart, last_end_s
from ..plots.siblings import SIBLINGS_FILE, siblings_data
from ..progress import Progress
from ..run_index import RunEntry, part_of_index
from ..run_table import TableAbout, site_table, write_run_table
from ..shards import shards
from ..table import main_table
from ..text import count, day
from ..titles import run_titles
from .all_runs import AllRuns
from .badge import BADGE, Badge, badge_svg, group_badge, run_badge
from .cells import breakable, cells, row_head, table_rows
from .chart_html import charts_html
from .cite import CiteView, cite_view
from .compare_page import compare_files, compare_view
from .comparisons import comparison_files
from .content import PageContent, RunHead
from .datafiles import leaderboard_files, runs_files
from .dataset import RUNS_FILES, Contents, dataset, run_contents, table_contents
from .describe import description
from .digests import Digests, Lineage
from .figure_html import figure_table, figure_tiles
from .group_page import group_view
from .kept import KeptPages
from .leaf_rows import leaf_row_files
from .links import Links
from .methods_page import MethodsView, methods_view
from .page_data import DATA_FILE, FigureWords, as_script, group_data, run_data
from .run_page import Shown, run_title, run_view
from .site import Site
from .stubs import Stub, methods_stubs, run_about, stubs
from .subject import Subject
from .views import Download, FactTable, IndexView, Link

INDEX_TITLE = "Leaderboards"
_TEMPLATES_OF_GROUPS = ("group.html", "macros.html", "cite.html")
_MAKING_GROUPS = "Making pages of groups"
_WORTH_A_PROCESS = 10
"""Pages of groups of few runs. Copying a process costs as much as some of them."""
_RUNS_OF_A_PAGE = 500
"""So many runs make a group's page as much more work as the page of another group."""


@cache
def environment() -> Environment:
    """Our templates, which escape what they are given. Compiled once, however often a preview builds."""
    made = Environment(
        loader=PackageLoader(f"{__package__.rpartition('.')[0]}.templates", ""),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["breakable"] = breakable
    made.globals.update(
        cells=cells,
        row_head=row_head,
        table_rows=table_rows,
        charts_html=charts_html,
        figure_tiles=figure_tiles,
        figure_table=figure_table,
    )
    made.globals["fact_table"] = lru_cache(_MOST_FACT_TABLES)(partial(_fact_table, made))
    return made


class PageRenderer:
    """Renders the pages of one leaderboard."""

    def __init__(self, leaderboard: Leaderboard, site: Site, links: Links, kept: KeptPages) -> None:
        self._leaderboard = leaderboard
        self._site = site
        self._links = links
        self._kept = kept
        self._digests = Digests(leaderboard, site, links)
        self._environment = environment()
        self._figures = RunFigures(leaderboard.runs)
        self._shown_in = _places(leaderboard)
        self._words_of_no_leaf = FigureWords(None, ())

    @contextmanager
    def group_pages_begun(
        self, known: Container[str], jobs: int | None, progress: Progress
    ) -> Iterator[None]:
        """Make what `group_pages` is to have, where it is not kept: in processes of their own where it is much work.

        Begins with it, lets the caller do something else, and ends when all are made.

        Args:
            known: Digests of pages that are there already.
        """
        new = [
            (group, ancestors, digest)
            for group, ancestors in _with_ancestors(self._leaderboard.roots)
            if (digest := self._digests.group(group, ancestors)) not in known
        ]
        work = sum(1 + len(group.runs) // _RUNS_OF_A_PAGE for group, _, _ in new)
        n = min(jobs or cores(), 1 + work // _WORTH_A_PROCESS)
        if n < 2 or not can_fork():
            yield
            if new:
                with progress.step(_MAKING_GROUPS, total=len(new)) as step:
                    for _ in self._made_here({digest for _, _, digest in new}):
                        step.advance()
            return
        kept, collected = self._kept.collected(_name_of_tests(group) for group, _, _ in new)

        def made(item: tuple[Group, tuple[Group, ...], str]) -> bytes:
            group, ancestors, digest = item
            figures = GroupFigures(group, self._figures)
            kept.page(group.address, digest, partial(self._group_page, figures, ancestors, kept))
            return collected.taken()

        for name in _TEMPLATES_OF_GROUPS:  # lest each process compiles them
            self._environment.get_template(name)
        # The largest first, so that no core is left with one at the end.
        new.sort(key=lambda item: -len(item[0].runs))
        with begun(new, made, n) as background:
            yield
            results = background.results()
            with progress.step(_MAKING_GROUPS, total=len(new)) as step:
                for taken in results:
                    self._kept.put(taken)
                    step.advance()

    def _made_here(self, digests: Container[str]) -> Iterator[PageContent]:
        """Pages of groups, each of which takes what its parent's page has looked up already."""
        for figures, ancestors in _with_figures(self._leaderboard.roots, self._figures):
            digest = self._digests.group(figures.group, ancestors)
            if digest in digests:
                make = partial(self._group_page, figures, ancestors, self._kept)
                yield self._kept.page(figures.group.address, digest, make)

    def group_pages(self) -> Iterator[PageContent]:
        """The front page where the spec has several roots, then all groups, parents first."""
        if len(self._leaderboard.roots) != 1:
            page = self._kept.page("", self._digests.index, self._index)
            yield replace(page, newest_run=_newest_day(self._leaderboard.runs))
        for group, ancestors in _with_ancestors(self._leaderboard.roots):
            digest = self._digests.group(group, ancestors)
            figures = GroupFigures(group, self._figures)
            make = partial(self._group_page, figures, ancestors, self._kept)
            yield self._kept.page(group.address, digest, make)

    def _group_page(
        self, figures: GroupFigures, ancestors: tuple[Group, ...], kept: KeptPages
    ) -> PageContent:
        group = figures.group
        addresses = self._leaderboard.run_addresses
        table = main_table(group, figures)
        view = group_view(self._leaderboard, group, table, ancestors, self._links)
        line = _group_line(group, ancestors)
        badge = group_badge(group)
        tests = partial(kept.pieces, _name_of_tests(group))
        files = {
            DATA_FILE: as_script(group_data(table.figures, view, ancestors, addresses)),
            BADGE: badge_svg(badge),
            **leaderboard_files(group, table),
            **comparison_files(group, table, tests),
            **leaf_row_files(table, addresses),
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
        return replace(page, within=_within(ancestors), newest_run=_newest_day(group.runs))

    def other_pages(self) -> Iterator[PageContent]:
        """Those of no group and no run: all runs, the comparison, the methods."""
        digest = self._digests.all_runs
        makers = {RUNS: self._all_runs, COMPARE: self._compare, METHODS: self._methods_page}
        for name, make in makers.items():
            page = self._kept.page(f"{name}/", f"{digest}-{name}", make)
            yield replace(page, newest_run=_newest_day(self._leaderboard.runs))

    def _all_runs(self) -> PageContent:
        all_runs = AllRuns(
            self._leaderboard,
            self._figures,
            self._alike,
            self._shown_in,
            self._links,
            self._kept_text,
        )
        runs = all_runs.view()
        line = f"All {count(len(self._leaderboard.runs), 'run')} with hardware, region and date."
        files = dict(all_runs.files())
        contents = Contents(RUNS_FILES, whole="")
        cite = self._cite_site(f"{RUNS}/", runs.title, line, contents)
        return self._page(f"{RUNS}/", runs.title, "all_runs.html", runs, line, files, cite)

    def _compare(self) -> PageContent:
        comparison = compare_view(self._leaderboard, self._links)
        line = "Runs and groups side by side: differences, hardware, packages and time series."
        files = compare_files(self._leaderboard, self._shown_in)
        return self._page(f"{COMPARE}/", comparison.title, "compare.html", comparison, line, files)

    def _methods_page(self) -> PageContent:
        methods = self._methods
        line = "How the figures of this leaderboard came about."
        cite = self._cite_site(f"{METHODS}/", methods.title, line, None)
        return self._page(f"{METHODS}/", methods.title, "methods.html", methods, line, cite=cite)

    @cached_property
    def _methods(self) -> MethodsView:
        return methods_view(self._leaderboard, self._figures, self._alike, self._links)

    @cached_property
    def _alike(self) -> Sequence[Alike]:
        return alike(self._leaderboard.runs)

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

    def run_page(self, run: RunResult, charts: Sequence[TimeChart]) -> PageContent:
        """A run's page, from that run, the spec and the site alone.

        Args:
            charts: Of this run.
        """
        head = self.run_head(run)
        address, line = head.address, head.summary
        places = self._shown_in.get(run.location.path, ())
        leaf, above = (places[0].leaf, places[0].ancestors) if places else (None, ())
        figure_words = places[0].figure_words if places else self._words_of_no_leaf
        view = run_view(run, charts, address, places, figure_words, run.zip_bytes or 0, self._links)
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

    def run_digest(self, run: RunResult, frame: str) -> str:
        """Changes whenever a run's page may.

        Args:
            frame: Digest of the theme and of what it shows around every page.
        """
        places = self._shown_in.get(run.location.path, ())
        path = run.location.path
        shown = ((place.leaf, place.ancestors, place.titles[path]) for place in places)
        return self._digests.run(run, shown, frame)

    def data_files(self) -> Iterator[tuple[str, str]]:
        """Address and the next block of text of the files that belong to no page."""
        leaves = {path: places[0].leaf for path, places in self._shown_in.items()}
        yield from runs_files(self._leaderboard, leaves, self._kept_text)

    def _kept_text(self, kind: str, runs: Sequence[RunResult], make: Callable[[], str]) -> str:
        """A `Keep`."""
        return self._kept.text(
            f"{kind} of {runs[0].location.path}", f"{self._some_runs_digest(runs)}-{kind}", make
        )

    def _some_runs_digest(self, runs: Sequence[RunResult]) -> str:
        def leaves_of(path: str) -> Iterator[Lineage]:
            for place in self._shown_in.get(path, ()):
                yield place.leaf, place.ancestors

        return self._digests.some_runs(runs, leaves_of)

    def index_parts(self) -> list[str]:
        """All runs with a page, for `run_index.run_index`."""
        addresses = self._leaderboard.run_addresses
        runs = [run for run in self._leaderboard.runs if run.location.path in addresses]
        return [
            self._index_part(runs[shard.start : shard.stop])
            for shard in shards([run.location.path for run in runs])
        ]

    def _index_part(self, runs: Sequence[RunResult]) -> str:
        # A run's title depends on the others of its leaf, too.
        paths = [run.location.path for run in runs]
        titles = [places[0].titles[path] for path in paths if (places := self._shown_in.get(path))]
        digest = f"{self._digests.of_site((self._some_runs_digest(runs), titles))}-index"
        return self._kept.text(f"index of {paths[0]}", digest, partial(self._made_part, runs))

    def _made_part(self, runs: Sequence[RunResult]) -> str:
        within = "" if self._links.directory_urls else "index.html"
        heads = [(run.location.path, self.run_head(run)) for run in runs]
        return part_of_index(
            [RunEntry(head.address + within, head.title, path, head.about) for path, head in heads]
        )

    def write_run_table(self, file: Path) -> None:
        """Write `RUN_TABLE`, to be put at the leaderboard's root."""

        def places(path: str) -> list[tuple[Group, ...]]:
            return [(*place.ancestors, place.leaf) for place in self._shown_in.get(path, ())]

        about = TableAbout(self._site.name, self._site.address, self._site.licence)
        write_run_table(file, *site_table(self._leaderboard, places), about)

    def search_stubs(self) -> Iterator[Stub]:
        """What a search finds beside the pages: the page of all runs, narrowed, and the sections of the methods."""
        digest = f"{self._digests.all_runs}-search"
        yield from self._kept.stubs("search/", digest, self._made_stubs)

    def _made_stubs(self) -> list[Stub]:
        return [*stubs(self._alike), *methods_stubs(self._methods)]

    def data_digest(self) -> str:
        """Changes whenever the files that belong to no page may."""
        return self._digests.all_runs

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
            Download("All runs", RUN_TABLE, "Parquet"),
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


def _name_of_tests(group: Group) -> str:
    return f"tests of {group.address}"


def _with_ancestors(
    groups: Sequence[Group], ancestors: tuple[Group, ...] = ()
) -> Iterator[tuple[Group, tuple[Group, ...]]]:
    for group in groups:
        yield group, ancestors
        yield from _with_ancestors(group.children, (*ancestors, group))


def _with_figures(
    groups: Sequence[Group], of_site: RunFigures
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
        yield from below(GroupFigures(group, of_site), ())


def _whole(group: Group, ancestors: Sequence[Group]) -> str | None:
    """Address of the page that a group's data are a part of; None for the front page."""
    if not group.address:
        return None
    return ancestors[-1].address if ancestors else ""


_MOST_FACT_TABLES = 512
"""That are kept, some kB each at most: those of a machine, an environment, a grid come again with every run of it."""


def _newest_day(runs: Sequence[RunResult]) -> str:
    """When the newest run ended; "" without runs. For the foot of the page."""
    newest_s = last_end_s(runs)
    return "" if newest_s is None else day(newest_s)


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
