"""The one module that knows MkDocs: our pages as its pages, and `wattboard build` and `serve` as calls of it.

Only what mkdocs 1.6 and properdocs share is used. See docs/adr/0002-mkdocs-is-the-host.md.
"""

from __future__ import annotations

import errno
import logging
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import jinja2
import mkdocs.config.config_options as c
from jinja2.bccache import Bucket
from markupsafe import Markup, escape
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.commands.build import get_context
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError, MkDocsException, PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils.yaml import yaml_load

from . import navigation, run_index, search_index
from .addresses import COMPARE, DATA_FILES, LINKABLE, LOG_ZIP, METHODS, RUN_FILES, RUN_TABLE, RUNS
from .assets import bundles
from .branch import published_cname
from .build import BuildOptions, Measured, build, measured_for
from .cache.archive import Archive, archive
from .cache.folder import CacheOptions
from .cache.published import Published
from .carbon import OF_LOG, Reference, reference
from .charts import plotly_bundle
from .errors import Problem, WattboardError
from .execute import cores
from .forked import Background, begun, each_in_children
from .garbage import nothing_to_free
from .hard_links import link_or_copy
from .kept import Kept
from .model import Leaderboard, RunResult
from .packed import Packed
from .pages.content import PageContent, RunHead
from .pages.digests import frame_digest
from .pages.kept import KeptPages
from .pages.links import Links
from .pages.render import PageRenderer
from .pages.site import Site
from .preview import Preview, address_problems, refused
from .processors import processor_files
from .progress import Progress, progress
from .pue import override as pue_override
from .run_pages import RUN_PAGES, with_run_pages
from .search_index import SearchEntry
from .site_settings import (
    PLUGIN,
    SiteOptions,
    clashes,
    setting_problems,
    with_our_options,
    write_config,
)
from .stamps import file_stamp
from .store import log_folder

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

    from .spec.tables import TableReader
    from .store import Folder

log = get_plugin_logger("wattboard")


class PluginOptions(Config):  # type: ignore[no-untyped-call]
    """Options of the plugin in `mkdocs.yml`. Paths are relative to that file."""

    logdirs = c.ListOfItems(c.Type(str), default=[])
    site_spec = c.Type(str, default="")
    prefix = c.Type(str, default="")
    """Folder of the leaderboard within the site; "" makes it the site's front page."""
    pue = c.Optional(c.Type((int, float)))
    intensity: c.Type[str | float] = c.Type((str, int, float), default=OF_LOG)
    """A reference grid for all runs: a zone, a number in g/kWh, or "log" for none."""
    jobs = c.Optional(c.Type(int))
    run_pages = c.Choice(RUN_PAGES, default="all")
    """Which runs get a page of their own: all, those that a leaf lists, or none."""
    scheduler = c.Optional(c.Type(str))
    """Address of the scheduler of a Dask cluster, which reads the logs."""
    processors = c.Type(bool, default=True)
    watch_logs = c.Type(bool, default=False)
    """Whether `serve` rebuilds when a log changes. Slow for many runs."""
    cache = c.Type(bool, default=True)
    """Whether results are kept from one build to the next."""
    cache_dir = c.Type(str, default="")
    """Where they are kept; "" for `.cache/wattboard` beside the spec."""
    license = c.Type(str, default="")
    """Under which the data may be used: an SPDX id such as CC-BY-4.0, or an address."""


_BESIDE = "#beside"
"""Of what stands in the site's folder, the files beside the page of an address. That of no page ends so."""


class _FileInPlace(File):
    """A file that is, or will be, where it belongs without MkDocs."""

    def copy_file(self, dirty: bool = False) -> None:
        """There is nothing to do."""


class LeaderboardPage(Page):
    """A page whose content is ready: MkDocs neither reads nor converts anything for it."""

    def __init__(self, content: PageContent, file: File, config: MkDocsConfig) -> None:
        super().__init__(_escaped_title(content.title), file, config)
        self.edit_url = None
        self.source = content
        self.read_source(config)
        self.content = content.html
        self._aside: Packed | None = None
        self._taken_up: tuple[str, Packed | None] = ("", None)
        """The content as it was put aside, for when it is put aside again."""
        # Other plugins look through it, and MkDocs makes one only where it converts Markdown.
        self.toc = TableOfContents([])

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no Markdown behind this page."""
        self.markdown = ""
        own = config.site_description if self.source.address == "" else None
        self.meta = {
            "description": escape(own or self.source.summary),
            "wattboard": True,
            "newest_run": self.source.newest_run,
            "within": _escaped_title(self.source.within),
        }

    def render(self, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """The content is HTML already."""
        self.take_up()

    def let_go(self) -> None:
        """Have no content any more."""
        self.content, self._taken_up = None, ("", None)

    def put_aside(self) -> None:
        """Let go of the content until it is taken up: MkDocs has all pages at once, but needs one after the other."""
        text, packed = self._taken_up
        self._aside = packed if packed and text is self.content else Packed(self.content or "")
        self.content, self._taken_up = "", ("", None)
        if self.source.html:
            self.source = replace(self.source, html="", files={})

    def take_up(self) -> None:
        """Have the content again."""
        if self._aside is not None:
            self.content = self._aside.text
            self._taken_up, self._aside = (self.content, self._aside), None


def _escaped_title(title: str) -> Markup:
    """A title as themes want it: they do not escape, and titles come from strangers' folder names.

    Material undoes an escape inside its <title>, which only a closing tag can end: no title holds one.
    """
    return escape(title.replace("</", "‹/"))


@dataclass(frozen=True, slots=True)
class _Data:
    """The files of no page, on their way."""

    digest: str
    """Of what they are made of."""
    places: Sequence[str]
    """Folders below the leaderboard's own whose files do not stand."""
    large: Background[tuple[str, Sequence[str]]]
    """Writes those that need memory."""


@dataclass(slots=True)
class _Build:
    """What one build knows, from the files on."""

    leaderboard: Leaderboard
    renderer: PageRenderer
    pages: dict[str, LeaderboardPage]
    """All but those of runs, by address."""
    beside: dict[str, Packed | None]
    """Place within the site to text of the files that lie beside them. None: it stands where the site goes."""
    data: _Data | None = None
    """None: a preview, or not begun."""
    nav: Navigation | None = None
    files: Files | None = None
    environment: jinja2.Environment | None = None
    kept: Kept = field(default_factory=lambda: Kept(()))


class _Compiled(jinja2.BytecodeCache):
    """A theme's templates as a preview compiled them for its last build; one that was edited since is another."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known. The bucket looks whether it is of the same source."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._known[bucket.key] = bucket.bytecode_to_string()


class WattboardPlugin(BasePlugin[PluginOptions]):  # type: ignore[no-untyped-call]
    """Puts a leaderboard among the pages of a MkDocs site."""

    def __init__(self) -> None:
        self._serving = False
        self._build: _Build | None = None
        self._archive: Archive | None = None
        self._published: Published | None = None
        self._opened = ExitStack()
        """The archive, where nobody handed one over."""
        self._preview = Preview()
        self._compiled = _Compiled()
        self._runs_before: tuple[Any, Measured] | None = None

    @contextmanager
    def using(self, archive: Archive | None, published: Published | None) -> Iterator[None]:
        """Work with an archive that is open, for a folder that has seen builds before."""
        self._archive, self._published = archive, published
        try:
            yield
        finally:
            self._archive = self._published = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002
        """Remember whether this is a preview, which injects a script of its own."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add style and scripts, before the site's own."""
        if self._serving and self._build is None:  # before the work, which may be long
            _raise(address_problems(*config.dev_addr))
        file = config.config_file_path or "mkdocs.yml"
        logs = self._log_folders(config)
        _raise(setting_problems(file, self.config, Path(config.site_dir), logs))
        config.extra_css = [f"{self._assets}/wattboard.css", *config.extra_css]
        config.extra_javascript = [f"{self._assets}/wattboard.js", *config.extra_javascript]
        config.extra["wattboard_serve"] = self._serving
        self._preview.pause()
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Run the pipeline and add its pages and files."""
        # Before the work, which may be long: the clash that a first try meets.
        self._check_room(files, [self._file("index.md", "", config).dest_uri])
        leaderboard = self._leaderboard(config)
        _report(leaderboard.problems)
        links = Links(config.use_directory_urls)
        store, name = self._kept.store, str(_path(self.config.site_spec, config).resolve())
        renderer = PageRenderer(leaderboard, self._site(config), links, KeptPages(store, name))
        with renderer.group_pages_begun(store.page_digests(name), self.config.jobs, progress()):
            others = [self._made_page(content, config) for content in renderer.other_pages()]
        made = [self._made_page(content, config) for content in renderer.group_pages()] + others
        pages = {page.source.address: page for page, _ in made}
        beside = {place: packed for _, of_page in made for place, packed in of_page.items()}
        added = [page.file for page in pages.values()]
        # Known to MkDocs, so that pages of a lab's own may link to them.
        added += [self._file(name, "", config, _FileInPlace) for name in DATA_FILES]
        places = (file.dest_uri for file in added)
        self._check_room(files, (*places, *beside, *self._run_places(leaderboard)))
        added += self._files_beside(beside, config)
        for file in (*added, *self._asset_files(config)):
            files.append(file)
        if _has_run_index(leaderboard):
            config.extra_javascript.append(f"{self._assets}/find.js")
        self._build = _Build(leaderboard, renderer, pages, beside)
        if not self._serving:  # a preview makes what is asked for
            self._build.data = self._begin_data(config)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Put the leaderboard into the navigation: where the site's `nav` names its front page, else at the end.

        A `nav` that names other pages of it, too, is left as it is.
        """
        build = self._current
        named = [page for page in nav.pages if isinstance(page, LeaderboardPage)]
        for page in named:
            page.title = navigation.title_in_nav(config.nav, page.file.src_uri) or page.title
        front = build.pages[""]
        if named in ([], [front]):
            navigation.put(
                nav.items, front, self._in_navigation(front), is_homepage=front.is_homepage
            )
            nav = Navigation(nav.items, list(navigation.pages_of(nav.items)))
        build.nav, build.files, build.kept = nav, files, Kept(page.url for page in nav.pages)
        return nav

    def on_env(self, env: jinja2.Environment, **_: Any) -> jinja2.Environment:
        """Keep the theme's environment for the run pages."""
        # A theme's templates do not change during a build, and looking whether they did costs more than rendering.
        env.auto_reload = False
        if self._serving:
            env.bytecode_cache = self._compiled
        self._current.environment = env
        return env

    @event_priority(-100)  # after whoever changes it
    def on_page_content(self, html: str, /, *, page: Page, **_: Any) -> str:
        """Put a page's content aside until it is its turn."""
        if not isinstance(page, LeaderboardPage):
            return html
        page.content = html
        page.put_aside()
        return ""

    @event_priority(100)
    def _hide_content(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        """Let the search plugin index a line instead of all tables and charts."""
        if isinstance(page, LeaderboardPage):
            page.content = f"<p>{escape(page.source.summary)}</p>"
        return context

    @event_priority(-100)
    def _show_content(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        if isinstance(page, LeaderboardPage):
            page.take_up()
        return context

    on_page_context = CombinedEvent(_hide_content, _show_content)

    def on_post_page(self, output: str, /, *, page: Page, **_: Any) -> str:
        """Let go of what was written."""
        if isinstance(page, LeaderboardPage):
            page.let_go()
        return output

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Add the run pages to the sitemap."""
        if template_name != "sitemap.xml" or not config.site_url:
            return output_content
        entries = "".join(
            f"    <url>\n         <loc>{escape(config.site_url + self._run_url(address, config))}</loc>\n    </url>\n"
            for address in self._current.leaderboard.run_addresses.values()
        )
        head, end, tail = output_content.rpartition("</urlset>")
        return head + entries + end + tail

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the run pages and their downloads, and tell the search index of them."""
        build = self._current
        has_run_index = _has_run_index(build.leaderboard)
        found = [_search_entry(page) for page in build.pages.values()]
        found += self._search_stubs()
        if not has_run_index:
            found += (self._run_search_entry(head, config) for _, head in self._heads())
        _extend_search_index(config, found)
        if self._serving:
            # Ten thousand pages would take longer than the change of which one is to be seen.
            self._preview.resume(self._made_on_demand(config))
        else:
            outdated = self._outdated_runs(config)
            self._finish_data(config)
            self._write_run_pages(outdated, config)
            self._close()

    def on_build_error(self, **_: Any) -> None:
        """Close the archive, if there is no other build to come."""
        if not self._serving:
            self._close()

    def on_shutdown(self) -> None:
        """Close the archive after Ctrl-C, too, which is no build error."""
        self._close()

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, **_: Any
    ) -> LiveReloadServer:
        """Watch spec and processors; the logs only where asked: one look at 10,000 runs costs a second."""
        watched = [_path(self.config.site_spec, config)]
        if self.config.processors:
            watched += processor_files(self._current.leaderboard.spec)
        if self.config.watch_logs:
            watched += [f for f in self._log_folders(config) if isinstance(f, Path)]
        for path in watched:
            server.watch(str(path))
        self._preview.listen(server)
        return server

    # -- pieces ----------------------------------------------------------------------------------------------------

    @property
    def _current(self) -> _Build:
        if self._build is None:
            raise PluginError("the leaderboard was not built")
        return self._build

    def _log_folders(self, config: MkDocsConfig) -> list[Folder]:
        try:
            return _folders(self.config.logdirs, config)
        except WattboardError as error:
            _raise(error.problems)
            raise

    def _measured(
        self,
        options: BuildOptions,
        tables: Sequence[TableReader],
        progress: Progress,
        kept: Archive,
    ) -> Measured:
        """The runs as they were at a preview's first build, where nobody asked to look at the logs again."""
        if not self._serving or self.config.watch_logs:
            kept.folder_stamps.clear()
            return measured_for(options, tables, progress, kept)
        asked = (options.log_folders, options.pue, tables)
        known, measured = self._runs_before or ((), None)
        if known != asked or measured is None:
            measured = measured_for(options, tables, progress, kept)
            self._runs_before = (asked, measured)
        return measured

    def sources(self, config: MkDocsConfig) -> SiteSources:
        """What the site is made from."""
        spec = self.config.site_spec
        folder = _path(self.config.cache_dir, config) if self.config.cache_dir else None
        return SiteSources(
            tuple(self._log_folders(config)),
            _path(spec, config) if spec else None,
            CacheOptions(folder, not self.config.cache),
            Path(config.site_dir),
        )

    def _open_archive(self, config: MkDocsConfig) -> None:
        """Open the cache, unless it is open."""
        if self._archive is None:
            sources = self.sources(config)
            self._archive = self._opened.enter_context(archive(sources.cache, sources.spec_file))
            self._opened.callback(self._forget_archive)

    def _forget_archive(self) -> None:
        self._archive = None

    def _close(self) -> None:
        """Close the cache, if it was opened here."""
        self._opened.close()

    @property
    def _kept(self) -> Archive:
        if self._archive is None:
            raise PluginError("the cache was not opened")
        return self._archive

    @property
    def _standing(self) -> Published:
        """What stands in the site's folder. Where MkDocs builds, it has just emptied that."""
        return self._published or Published(self._kept.store, None)

    def _leaderboard(self, config: MkDocsConfig) -> Leaderboard:
        try:
            pue, pue_source = pue_override(self.config.pue, "the option pue")
            self._open_archive(config)
            options = BuildOptions(
                log_folders=tuple(self._log_folders(config)),
                spec_file=_path(self.config.site_spec, config),
                pue=pue,
                pue_source=pue_source,
                reference=_reference(self.config.intensity),
                jobs=self.config.jobs,
                scheduler=self.config.scheduler,
                with_processors=self.config.processors,
            )
            with nothing_to_free(for_good=not self._serving):
                board = build(options, progress(), self._kept, self._measured)
            return with_run_pages(board, self.config.run_pages)
        except WattboardError as error:
            _report(problem for problem in error.problems if problem.severity == "warning")
            _raise(problem for problem in error.problems if problem.severity == "error")
            raise

    @property
    def _prefix(self) -> str:
        """The leaderboard's folder within the site, "" or ending with "/"."""
        prefix = self.config.prefix.strip("/")
        return f"{prefix}/" if prefix else ""

    @property
    def _assets(self) -> str:
        return f"{self._prefix}assets/wattboard"

    def _site(self, config: MkDocsConfig) -> Site:
        address = f"{config.site_url.rstrip('/')}/{self._prefix}" if config.site_url else ""
        name, author = config.site_name, config.site_author or ""
        licence = self.config.license.strip()
        return Site(name, config.site_description or "", author, address, licence)

    def _asset_files(self, config: MkDocsConfig) -> Iterator[File]:
        for name, text in bundles().items():
            yield File.generated(config, f"{self._assets}/{name}", content=text)
        plotly = plotly_bundle()
        place = f"{self._assets}/{plotly.name}"
        yield File.generated(config, place, abs_src_path=str(plotly))

    def _check_room(self, files: Files, wanted: Iterable[str]) -> None:
        """See that no file of the site's own is where the leaderboard needs room.

        Args:
            wanted: Places in the site.
        """
        taken = {file.dest_uri: file.src_uri for file in files}
        _raise(clashes(taken, wanted, has_prefix=bool(self.config.prefix)))

    def _run_places(self, leaderboard: Leaderboard) -> Iterator[str]:
        prefix = self._prefix
        for address in leaderboard.run_addresses.values():
            for name in RUN_FILES:
                yield f"{prefix}{address}{name}"

    def _file(self, address: str, text: str, config: MkDocsConfig, kind: type[File] = File) -> File:
        return kind.generated(
            config,
            self._prefix + address,
            content=text,
            # Not "in the navigation" as MkDocs sees it: on_nav puts it there.
            inclusion=InclusionLevel.NOT_IN_NAV,
        )

    def _files_beside(
        self, beside: Mapping[str, Packed | None], config: MkDocsConfig
    ) -> Iterator[File]:
        """The files of groups' pages, at their places already, so that MkDocs need not hold their text.

        It is told of those that pages of a lab's own may link to.
        """
        published = self._standing
        for place, packed in beside.items():
            file = published.path(place)
            if packed is not None:
                file = Path(config.site_dir) / place
                if not self._serving:  # a preview makes those that are asked for
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(packed.text, encoding="utf-8")
            if place.rpartition("/")[2] in LINKABLE:
                yield _FileInPlace.generated(
                    config, place, abs_src_path=str(file), inclusion=InclusionLevel.NOT_IN_NAV
                )

    def _made_page(
        self, content: PageContent, config: MkDocsConfig
    ) -> tuple[LeaderboardPage, dict[str, Packed | None]]:
        """A page, and what is to lie beside it as `_Build.beside` has it."""
        page = LeaderboardPage(content, self._page_file(content.address, config), config)
        page.put_aside()
        here, published = self._prefix + content.address, self._standing
        stay = published.keeps(here, content.digest, _BESIDE)
        if not stay:
            published.made(here, content.digest, [*content.files], _BESIDE)
        return page, {
            here + name: None if stay else Packed(text) for name, text in content.files.items()
        }

    def _page_file(self, address: str, config: MkDocsConfig) -> File:
        return self._file(f"{address}index.md", "", config)

    def _search_stubs(self) -> Iterator[SearchEntry]:
        build = self._current
        for stub in build.renderer.search_stubs():
            page, slash, rest = stub.place.partition("/")
            yield SearchEntry(build.pages[page + slash].url + rest, stub.title, stub.text)

    # -- pages of runs -----------------------------------------------------------------------------------------------

    def _heads(self) -> Iterator[tuple[RunResult, RunHead]]:
        """All runs that have a page."""
        build = self._current
        for run in build.leaderboard.runs:
            if run.location.path in build.leaderboard.run_addresses:
                yield run, build.renderer.run_head(run)

    def _write_run_pages(self, runs: Sequence[RunResult], config: MkDocsConfig) -> None:
        files = (self._current.files or Files([])).documentation_pages()
        each_in_children(
            runs,
            lambda run: self._write_run_page(run, files, config),
            self.config.jobs,
            progress(),
            "Writing run pages",
        )

    def _outdated_runs(self, config: MkDocsConfig) -> list[RunResult]:
        """Those whose pages do not stand in the site's folder already."""
        build, published = self._current, self._standing
        frame = self._frame(config)
        todo = []
        for run in build.leaderboard.runs:
            address = build.leaderboard.run_addresses.get(run.location.path)
            if address is not None:
                digest = build.renderer.run_digest(run, frame)
                if not published.keeps(self._prefix + address, digest):
                    published.made(self._prefix + address, digest, RUN_FILES)
                    todo.append(run)
        return todo

    def _write_run_page(self, run: RunResult, files: Sequence[File], config: MkDocsConfig) -> None:
        build = self._current
        content = build.renderer.run_page(run, build.leaderboard.files.charts(run))
        page = LeaderboardPage(content, self._page_file(content.address, config), config)
        if content.above is not None:
            page.parent = build.pages[content.above].parent
        target = Path(page.file.abs_dest_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._themed(page, files, config), encoding="utf-8")
        for name, text in content.files.items():
            target.with_name(name).write_text(text, encoding="utf-8")
        link_or_copy(build.leaderboard.files.download(run), target.with_name(LOG_ZIP))

    def _frame(self, config: MkDocsConfig) -> str:
        """Digest of all that a theme may show on a run's page beside its content."""
        settings = {name: value for name, value in config.items() if name not in _NOT_SHOWN}
        settings |= {f"theme.{name}": config.theme[name] for name in config.theme}
        settings["theme"] = config.theme.name
        settings["plugins"] = list(config.plugins)
        templates = (
            f"{file} {file_stamp(file).text}"
            for folder in config.theme.dirs
            for file in sorted(Path(folder).rglob("*.html"))
        )
        assert self._current.nav is not None  # noqa: S101 - see _themed
        nav = (f"{item!r} {getattr(item, 'url', '')}" for item in _all_items(self._current.nav))
        return frame_digest(settings, templates, nav)

    def _run_url(self, address: str, config: MkDocsConfig) -> str:
        """A run page's address within the site, as in a link."""
        place = f"{self._prefix}{address}"
        return quote(place if config.use_directory_urls else f"{place}index.html")

    def _run_search_entry(self, head: RunHead, config: MkDocsConfig) -> SearchEntry:
        title = " – ".join(filter(None, (head.title, head.within)))
        return SearchEntry(self._run_url(head.address, config), title, head.summary)

    # -- files of no page --------------------------------------------------------------------------------------------

    def _begin_data(self, config: MkDocsConfig) -> _Data:
        """Begin with what tells of all runs, where it does not stand in the site's folder already."""
        digest = self._current.renderer.data_digest()
        places = [
            place
            for place in self._data_places()
            if not self._standing.keeps(self._prefix + place, digest)
        ]
        # In processes: Arrow and the index need memory, which is given back so. What asks the cache is asked here: its
        # database is not to be used in a copy of the process.
        large = [(place, self._parts_at(place)) for place in places]
        work = begun(
            large,
            lambda item: self._write_large(item[0], config, item[1]),
            min(self.config.jobs or cores(), 1 + len(large)),
        )
        return _Data(digest, places, self._opened.enter_context(work))

    def _finish_data(self, config: MkDocsConfig) -> None:
        data = self._current.data
        assert data is not None  # noqa: S101 - see _themed
        if "" in data.places:
            self._write_run_files(Path(config.site_dir) / self._prefix)
        for _ in data.large.results():
            pass
        for place in data.places:
            self._standing.made(self._prefix + place, data.digest, self._names_at(place, config))

    def _data_places(self) -> Iterator[str]:
        """Folders below the leaderboard's own."""
        yield ""
        if _has_run_index(self._current.leaderboard):
            yield run_index.FOLDER

    def _names_at(self, place: str, config: MkDocsConfig) -> Sequence[str]:
        """The files of one of these folders, once they are written."""
        if place == "":
            return DATA_FILES
        return sorted(
            file.name for file in (Path(config.site_dir) / self._prefix / place).iterdir()
        )

    def _write_data_at(self, place: str, config: MkDocsConfig) -> None:
        """Write the files of one of these folders."""
        if place == "":
            self._write_run_files(Path(config.site_dir) / self._prefix)
        self._write_large(place, config, self._parts_at(place))

    def _parts_at(self, place: str) -> Sequence[str]:
        """What the large files of one of these folders are put together from, as far as it is kept in parts."""
        return self._current.renderer.index_parts() if place == run_index.FOLDER else ()

    def _write_large(self, place: str, config: MkDocsConfig, parts: Sequence[str]) -> None:
        """Write those of its files that need memory."""
        folder = Path(config.site_dir) / self._prefix / place
        folder.mkdir(parents=True, exist_ok=True)
        if place == run_index.FOLDER:
            for name, text in run_index.run_index(parts):
                (folder / name).write_text(text, encoding="utf-8")
            return
        self._current.renderer.write_run_table(folder / RUN_TABLE)

    def _write_run_files(self, folder: Path) -> None:
        """Write `runs.json` and `runs.csv`."""
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            files = {
                name: opened.enter_context((folder / name).open("w", encoding="utf-8"))
                for name in DATA_FILES
                if name != RUN_TABLE
            }
            for name, block in self._current.renderer.data_files():
                files[name].write(block)

    def _made_on_demand(self, config: MkDocsConfig) -> Callable[[str], None]:
        """What a preview calls with the place of a file that is asked for, before it looks for it."""
        build = self._current
        files = (build.files or Files([])).documentation_pages()
        runs = {
            f"{self._prefix}{build.leaderboard.run_addresses[run.location.path]}": run
            for run in build.leaderboard.runs
            if run.location.path in build.leaderboard.run_addresses
        }
        places = set(self._data_places())
        beside = dict(build.beside)

        def make(asked: str) -> None:
            packed = beside.pop(asked, None)
            if packed is not None:
                (Path(config.site_dir) / asked).write_text(packed.text, encoding="utf-8")
            folder, _, name = asked.rpartition("/")
            run = runs.pop(f"{folder}/", None)
            if run is not None:
                self._write_run_page(run, files, config)
            place = f"{folder}/".removeprefix(self._prefix) if folder else ""
            if place in places and (place or name in DATA_FILES):
                places.remove(place)
                self._write_data_at(place, config)

        return make

    def _in_navigation(self, front: LeaderboardPage) -> list[Any]:
        """The leaderboard as the navigation shows it: a section, or side by side where it is the site itself."""
        build = self._current
        roots = build.leaderboard.roots
        below = roots[0].children if len(roots) == 1 else roots
        others = (build.pages[f"{name}/"] for name in (RUNS, COMPARE, METHODS))
        tree = [front, *navigation.group_items(below, build.pages, Section), *others]
        if front.is_homepage or len(tree) == 1:
            return tree
        return [navigation.section(tree, Section)]

    def _themed(self, page: LeaderboardPage, files: Sequence[File], config: MkDocsConfig) -> str:
        """A page in the theme's own frame, as MkDocs would make it."""
        build = self._current
        assert build.nav is not None  # noqa: S101 - MkDocs calls on_nav, on_env, on_post_build in this order
        assert build.environment is not None  # noqa: S101
        page.active = True
        context: dict[str, Any] = {**get_context(build.nav, files, config, page)}
        context["kept"] = build.kept.of(page)
        html: str = build.environment.get_template("main.html").render(context)
        page.active = False
        return html


_NOT_SHOWN = frozenset(
    {"config_file_path", "docs_dir", "plugins", "site_dir", "theme", "user_configs"}
)
"""Settings that no page shows. Those of a site without a config file differ with each build."""


def _all_items(nav: Navigation) -> Iterator[Any]:
    """All entries of a navigation, each before those below it."""
    pending = list(reversed(nav.items))
    while pending:
        item = pending.pop()
        yield item
        pending += reversed(getattr(item, "children", None) or [])


def _reference(option: str | float | bool) -> Reference | None:
    """
    Raises:
        WattboardError: it names no grid.
    """
    if isinstance(option, bool):  # what YAML makes of NO, which is Norway
        raise WattboardError(
            f"expected a zone, a number or {OF_LOG} in the option intensity, found {str(option).lower()}\n"
            '  hint: put the zone between quotation marks: "NO"'
        )
    return reference(str(option), "the option intensity")


def _path(name: str, config: MkDocsConfig) -> Path:
    """A path of the settings, relative to their file."""
    return _base(config) / name


def _folders(names: Iterable[str], config: MkDocsConfig) -> list[Folder]:
    """Log folders of the settings: paths relative to their file, or addresses of stores.

    Raises:
        WattboardError: an address is none that can be read here.
    """
    return [log_folder(name, _base(config)) for name in names]


def _base(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent if config.config_file_path else Path()


def _report(problems: Iterable[Problem]) -> None:
    for problem in problems:
        log.log(logging.ERROR if problem.severity == "error" else logging.WARNING, "%s", problem)


def _raise(problems: Iterable[Problem]) -> None:
    """
    Raises:
        PluginError: there are problems.
    """
    found = tuple(problems)
    if found:
        raise PluginError(str(WattboardError(*found)))


def _has_run_index(leaderboard: Leaderboard) -> bool:
    """Whether there are more runs than the site's own search should hold."""
    return len(leaderboard.run_addresses) > search_index.RUNS_IN_SEARCH


def _search_entry(page: LeaderboardPage) -> SearchEntry:
    title = " – ".join(filter(None, (page.source.title, page.source.within)))
    return SearchEntry(page.url, title, page.source.summary)


def _extend_search_index(config: MkDocsConfig, entries: Sequence[SearchEntry]) -> None:
    file = Path(config.site_dir) / "search" / "search_index.json"
    if not file.is_file():
        return
    as_html = any(name.startswith("material/search") for name in config.plugins)
    if not search_index.extend(file, entries, as_html=as_html):
        log.info("the search index was built ahead (prebuild_index), so runs are not in it")


# -- MkDocs as a library -------------------------------------------------------------------------------------------


class HostError(Exception):
    """MkDocs gave up, and has said why."""


def build_site(
    options: SiteOptions,
    site_dir: Path,
    kept: Archive | None = None,
    published: Published | None = None,
) -> None:
    """Build a whole site into a folder, which is emptied first.

    Args:
        kept: The site's cache, if it is open.
        published: The pages that stand where the site is to go, and are left out.

    Raises:
        HostError: it could not be built; the reason was logged.
    """
    with _failures_told(), _settings(options) as (config_file, settings):
        config = load_config(config_file, site_dir=str(site_dir), **settings)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            with _our_plugin(config).using(kept, published):
                mkdocs_build(config)
        finally:
            config.plugins.on_shutdown()


def _our_plugin(config: MkDocsConfig) -> WattboardPlugin:
    plugin = config.plugins[PLUGIN]
    assert isinstance(plugin, WattboardPlugin)  # noqa: S101 - of this name there is one
    return plugin


@dataclass(frozen=True, slots=True)
class SiteSources:
    """What a site is made from, and where its cache is."""

    log_folders: tuple[Folder, ...]
    spec_file: Path | None
    cache: CacheOptions
    site_folder: Path
    """Where the site goes, if nobody says otherwise."""


def site_sources(options: SiteOptions) -> SiteSources:
    """What the command line says, and for what it leaves out the config file.

    Raises:
        HostError: the config file cannot be used; the reason was logged.
    """
    if options.config_file is None:
        return SiteSources(options.log_folders, options.spec_file, options.cache, Path("site"))
    with _failures_told(), _settings(options) as (config_file, settings):
        config = load_config(config_file, **settings)
        return _our_plugin(config).sources(config)


def deploy_site(
    options: SiteOptions,
    remote_name: str | None,
    remote_branch: str | None,
    message: str | None,
    *,
    force: bool,
) -> None:
    """Push the site that was built to a branch, by MkDocs' own `gh-deploy`.

    A CNAME that is on the branch alone, where the settings of GitHub Pages put it, stays.

    Raises:
        HostError: there is no repository; the reason was logged.
        WattboardError: git could not push it, and has said why.
    """
    from mkdocs.commands.gh_deploy import gh_deploy  # with what nothing else needs

    given = {"remote_name": remote_name, "remote_branch": remote_branch}
    with _failures_told(), _settings(options) as (config_file, settings):
        named = {name: value for name, value in given.items() if value}
        config = load_config(config_file, **settings, **named)
        cname = Path(config.site_dir) / "CNAME"
        kept = b"" if cname.is_file() else published_cname(config.remote_name, config.remote_branch)
        if kept:
            cname.write_bytes(kept)
        try:
            gh_deploy(config, message=message, force=force)
        except subprocess.CalledProcessError as error:
            raise WattboardError(_not_pushed(config)) from error


def _not_pushed(config: MkDocsConfig) -> Problem:
    return Problem(
        f"git push {config.remote_name} {config.remote_branch}",
        "expected the remote to take the site, found that git could not push: its reason stands above",
        hint=f"see that `git remote get-url {config.remote_name}` names the repository, and that you may push there",
        severity="error",
    )


def serve_site(options: SiteOptions, address: str | None) -> None:
    """Serve a site for preview until Ctrl-C.

    Raises:
        HostError: it could not be built, or not be served at that address; the reason was logged.
        WattboardError: another program took the address while it was built.
    """
    with _failures_told(), _settings(options) as (config_file, settings):
        # Here: a build needs no web server.
        from mkdocs.commands.serve import serve as mkdocs_serve

        try:
            mkdocs_serve(config_file, dev_addr=address, **settings)
        except OSError as error:
            # Of the address, which was free when the build began.
            if error.errno == errno.EADDRINUSE and error.filename is None:
                raise WattboardError(refused(address or "dev_addr", error)) from error
            raise


@contextmanager
def _failures_told() -> Iterator[None]:
    """Log why MkDocs gave up, where it has not done so itself.

    Raises:
        HostError: it gave up.
    """
    try:
        yield
    except MkDocsException as error:
        if not isinstance(error.__context__, BuildError):
            log.error("%s", error)  # noqa: TRY400 - it is the message for people
        raise HostError(str(error)) from error


@contextmanager
def _settings(options: SiteOptions) -> Iterator[tuple[str, dict[str, Any]]]:
    """A config file and the settings that override it."""
    overrides: dict[str, Any] = {"strict": options.strict or None}
    if options.theme:
        overrides["theme"] = {"name": options.theme}
    if options.config_file is None:
        overrides["plugins"] = with_our_options(None, options)
        with tempfile.TemporaryDirectory(prefix="wattboard-") as folder:
            yield str(write_config(options, Path(folder))), overrides
        return
    with options.config_file.open("rb") as source:
        settings = yaml_load(source)
    if isinstance(settings, dict):  # else MkDocs will say so
        overrides["plugins"] = with_our_options(settings.get("plugins"), options)
    yield str(options.config_file), overrides
