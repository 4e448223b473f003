"""The one module that knows MkDocs: our pages as its pages, and `wattboard build` and `serve` as calls of it.

Only what mkdocs 1.6 and properdocs share is used. See docs/adr/0002-mkdocs-is-the-host.md.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jinja2
import mkdocs.config.config_options as c
from markupsafe import Markup, escape
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.commands.build import get_context
from mkdocs.commands.serve import serve as mkdocs_serve
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError, MkDocsException, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils.yaml import yaml_load

from . import navigation, run_index, search_index
from .addresses import COMPARE, LOG_ZIP, METHODS, RUNS
from .assets import bundles
from .build import BuildOptions, build
from .carbon import OF_LOG, Reference, reference
from .charts import plotly_bundle
from .errors import Problem, WattboardError
from .model import Leaderboard
from .pages.links import Links
from .pages.render import PageContent, PageRenderer
from .pages.site import Site
from .processors import processor_files
from .progress import progress
from .pue import override as pue_override
from .run_index import RunEntry
from .search_index import SearchEntry
from .site_settings import (
    SiteOptions,
    clashes,
    setting_problems,
    with_our_options,
    write_config,
)
from .store import log_folder
from .text import day

if TYPE_CHECKING:
    from .store import Folder

log = get_plugin_logger("wattboard")

_DOWNLOADS = ".wattboard-downloads"


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
    scheduler = c.Optional(c.Type(str))
    """Address of the scheduler of a Dask cluster, which reads the logs."""
    processors = c.Type(bool, default=True)
    watch_logs = c.Type(bool, default=False)
    """Whether `serve` rebuilds when a log changes. Slow for many runs."""
    license = c.Type(str, default="")
    """Under which the data may be used: an SPDX id such as CC-BY-4.0, or an address."""


class LeaderboardPage(Page):
    """A page whose content is ready: MkDocs neither reads nor converts anything for it."""

    def __init__(self, content: PageContent, file: File, config: MkDocsConfig) -> None:
        super().__init__(_escaped_title(content.title), file, config)
        self.edit_url = None
        self.source = content
        self.read_source(config)
        self.content = content.html

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no Markdown behind this page."""
        self.markdown = ""
        own = config.site_description if self.source.address == "" else None
        self.meta = {
            "description": escape(own or self.source.summary),
            "wattboard": True,
            "within": _escaped_title(self.source.within),
        }

    def render(self, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """The content is HTML already."""
        self.content = self.source.html


def _escaped_title(title: str) -> Markup:
    """A title as themes want it: they do not escape, and titles come from strangers' folder names.

    Material undoes an escape inside its <title>, which only a closing tag can end: no title holds one.
    """
    return escape(title.replace("</", "‹/"))


@dataclass(slots=True)
class _Build:
    """What one build knows, from the files on."""

    leaderboard: Leaderboard
    renderer: PageRenderer
    pages: dict[str, LeaderboardPage]
    """All but those of runs, by address."""
    run_files: dict[str, File]
    """By address."""
    nav: Navigation | None = None
    files: Files | None = None
    environment: jinja2.Environment | None = None


class WattboardPlugin(BasePlugin[PluginOptions]):  # type: ignore[no-untyped-call]
    """Puts a leaderboard among the pages of a MkDocs site."""

    def __init__(self) -> None:
        self._serving = False
        self._build: _Build | None = None
        self._downloads: Path | None = None
        """Where the zips wait for their pages: on the file system of the site, so that moving them is free."""
        self._whole_content: str | None = None
        """That of the page in hand, while other plugins see a line in its place."""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002
        """Remember whether this is a preview, which injects a script of its own."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add style and scripts, before the site's own."""
        file = config.config_file_path or "mkdocs.yml"
        logs = self._log_folders(config)
        _raise(setting_problems(file, self.config, Path(config.site_dir), logs))
        config.extra_css = [f"{self._assets}/wattboard.css", *config.extra_css]
        config.extra_javascript = [f"{self._assets}/wattboard.js", *config.extra_javascript]
        config.extra["wattboard_serve"] = self._serving
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Run the pipeline and add its pages and files."""
        # Before the work, which may be long: the clash that a first try meets.
        self._check_room(files, [self._file("index.md", "", config)])
        downloads = self._new_downloads(config)
        leaderboard = self._leaderboard(config, downloads)
        _report(leaderboard.problems)
        config.extra["wattboard_newest_run"] = _newest_day(leaderboard)
        links = Links(config.use_directory_urls)
        renderer = PageRenderer(leaderboard, self._site(config), links, downloads)
        pages = {
            content.address: LeaderboardPage(
                content, self._page_file(content.address, config), config
            )
            for content in (*renderer.group_pages(), *renderer.other_pages())
        }
        run_files = {
            address: self._page_file(address, config)
            for address in leaderboard.run_addresses.values()
        }
        added = [page.file for page in pages.values()]
        added += [
            self._file(address + name, text, config)
            for address, page in pages.items()
            for name, text in page.source.files.items()
        ]
        added += [self._file(name, text, config) for name, text in renderer.data_files()]
        self._check_room(files, [*added, *run_files.values()])
        for file in (*added, *self._asset_files(config)):
            files.append(file)
        if _has_run_index(leaderboard):
            config.extra_javascript.append(f"{self._assets}/find.js")
        self._build = _Build(leaderboard, renderer, pages, run_files)
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
        build.nav, build.files = nav, files
        return nav

    def on_env(self, env: jinja2.Environment, **_: Any) -> jinja2.Environment:
        """Keep the theme's environment for the run pages."""
        # A theme's templates do not change during a build, and looking whether they did costs more than rendering.
        env.auto_reload = False
        self._current.environment = env
        return env

    @event_priority(100)
    def _hide_content(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        """Let the search plugin index a line instead of all tables and charts."""
        if isinstance(page, LeaderboardPage):
            self._whole_content = page.content
            page.content = f"<p>{escape(page.source.summary)}</p>"
        return context

    @event_priority(-100)
    def _show_content(self, /, context: Any, *, page: Page, **_: Any) -> Any:
        if isinstance(page, LeaderboardPage):
            page.content = self._whole_content
        return context

    on_page_context = CombinedEvent(_hide_content, _show_content)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Add the run pages to the sitemap."""
        if template_name != "sitemap.xml" or not config.site_url:
            return output_content
        entries = "".join(
            f"    <url>\n         <loc>{escape(config.site_url + file.url)}</loc>\n    </url>\n"
            for file in self._current.run_files.values()
        )
        head, end, tail = output_content.rpartition("</urlset>")
        return head + entries + end + tail

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the run pages and their downloads, and tell the search index of them."""
        build = self._current
        files = (build.files or Files([])).documentation_pages()
        found = [_search_entry(page) for page in build.pages.values()]
        found += self._search_stubs()
        entries: list[RunEntry] = []
        has_run_index = _has_run_index(build.leaderboard)
        for content, run in build.renderer.run_pages():
            page = LeaderboardPage(content, build.run_files[content.address], config)
            if content.above is not None:
                page.parent = build.pages[content.above].parent
            target = Path(page.file.abs_dest_path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self._themed(page, files, config), encoding="utf-8")
            for name, text in content.files.items():
                target.with_name(name).write_text(text, encoding="utf-8")
            build.renderer.zip_file(run).rename(target.parent / LOG_ZIP)
            if has_run_index:
                entries.append(build.renderer.run_entry(content, run))
            else:
                found.append(_search_entry(page))
        self._forget_downloads()
        if has_run_index:
            self._write_run_index(entries, config)
        _extend_search_index(config, found)

    def on_build_error(self, **_: Any) -> None:
        """Leave nothing behind."""
        self._forget_downloads()

    def on_shutdown(self) -> None:
        """Leave nothing behind after Ctrl-C either, which is no build error."""
        self._forget_downloads()

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

    def _leaderboard(self, config: MkDocsConfig, downloads: Path) -> Leaderboard:
        try:
            pue, pue_source = pue_override(self.config.pue, "the option pue")
            options = BuildOptions(
                log_folders=tuple(self._log_folders(config)),
                spec_file=_path(self.config.site_spec, config),
                downloads=downloads,
                pue=pue,
                pue_source=pue_source,
                reference=_reference(self.config.intensity),
                jobs=self.config.jobs,
                scheduler=self.config.scheduler,
                with_processors=self.config.processors,
            )
            return build(options, progress())
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

    def _check_room(self, files: Files, wanted: Iterable[File]) -> None:
        taken = {file.dest_uri: file.src_uri for file in files}
        _raise(
            clashes(taken, (file.dest_uri for file in wanted), has_prefix=bool(self.config.prefix))
        )

    def _file(self, address: str, text: str, config: MkDocsConfig) -> File:
        return File.generated(
            config,
            self._prefix + address,
            content=text,
            # Not "in the navigation" as MkDocs sees it: on_nav puts it there.
            inclusion=InclusionLevel.NOT_IN_NAV,
        )

    def _page_file(self, address: str, config: MkDocsConfig) -> File:
        return self._file(f"{address}index.md", "", config)

    def _search_stubs(self) -> Iterator[SearchEntry]:
        build = self._current
        for stub in build.renderer.search_stubs():
            page, slash, rest = stub.place.partition("/")
            yield SearchEntry(build.pages[page + slash].url + rest, stub.title, stub.text)

    def _write_run_index(self, entries: Sequence[RunEntry], config: MkDocsConfig) -> None:
        folder = Path(config.site_dir) / self._prefix / run_index.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in run_index.run_index(entries):
            (folder / name).write_text(text, encoding="utf-8")

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
        context = get_context(build.nav, files, config, page)
        html: str = build.environment.get_template("main.html").render(context)
        page.active = False
        return html

    def _new_downloads(self, config: MkDocsConfig) -> Path:
        self._downloads = Path(config.site_dir) / _DOWNLOADS
        self._downloads.mkdir(parents=True, exist_ok=True)
        return self._downloads

    def _forget_downloads(self) -> None:
        if self._downloads is not None:
            shutil.rmtree(self._downloads, ignore_errors=True)


def _newest_day(leaderboard: Leaderboard) -> str:
    """When the newest run ended, as 2026-11-25 (UTC); "" without runs. For the foot of every page."""
    ends = [run.end_s for run in leaderboard.runs]
    return day(max(ends)) if ends else ""


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
    return len(leaderboard.runs) > search_index.RUNS_IN_SEARCH


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


def build_site(options: SiteOptions, site_dir: Path) -> None:
    """Build a whole site into a folder, which is emptied first.

    Raises:
        HostError: it could not be built; the reason was logged.
    """
    with _failures_told(), _settings(options) as (config_file, settings):
        config = load_config(config_file, site_dir=str(site_dir), **settings)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(config)
        finally:
            config.plugins.on_shutdown()


def log_folders(options: SiteOptions) -> tuple[Folder, ...]:
    """The log folders of a site: the command line's, else those of its config file.

    Raises:
        HostError: the config file cannot be used; the reason was logged.
    """
    if options.log_folders or options.config_file is None:
        return options.log_folders
    with _failures_told(), _settings(options) as (config_file, settings):
        config = load_config(config_file, **settings)
        return tuple(_folders(config.plugins["wattboard"].config.logdirs, config))


def serve_site(options: SiteOptions, address: str | None) -> None:
    """Serve a site for preview until Ctrl-C.

    Raises:
        HostError: it could not be built; the reason was logged.
    """
    with _failures_told(), _settings(options) as (config_file, settings):
        mkdocs_serve(config_file, dev_addr=address, **settings)


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
