"""The one module that knows MkDocs: our pages as its pages, and `wattboard build` and `serve` as calls of it.

Only what mkdocs 1.6 and properdocs share is used. See docs/adr/0002-mkdocs-is-the-host.md.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

import jinja2
import mkdocs.config.config_options as c
from markupsafe import escape
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.commands.build import get_context
from mkdocs.commands.serve import serve as mkdocs_serve
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils.yaml import yaml_load

from .build import BuildOptions, build
from .charts import plotly_bundle
from .errors import Problem, WattboardError
from .model import Group, Leaderboard
from .pages.links import Links
from .pages.render import INDEX_TITLE, PageContent, PageRenderer
from .pages.run_page import LOG_ZIP
from .progress import progress
from .pue import override as pue_override

log = get_plugin_logger("wattboard")

ASSETS = "assets/wattboard"
_STYLE = "wattboard.css"
_SCRIPTS = ("charts.js", "wattboard.js")
_DOWNLOADS = ".wattboard-downloads"


class PluginOptions(Config):  # type: ignore[no-untyped-call]
    """Options of the plugin in `mkdocs.yml`. Paths are relative to that file."""

    logdirs = c.ListOfItems(c.Type(str), default=[])
    site_spec = c.Type(str, default="")
    prefix = c.Type(str, default="")
    """Folder of the leaderboard within the site; "" makes it the site's front page."""
    pue = c.Optional(c.Type((int, float)))
    jobs = c.Optional(c.Type(int))
    processors = c.Type(bool, default=True)
    watch_logs = c.Type(bool, default=False)
    """Whether `serve` rebuilds when a log changes. Slow for many runs."""


class LeaderboardPage(Page):
    """A page whose content is ready: MkDocs neither reads nor converts anything for it."""

    def __init__(self, content: PageContent, file: File, config: MkDocsConfig) -> None:
        # Themes do not escape titles, and these come from strangers' folder names.
        super().__init__(escape(content.title), file, config)
        self.edit_url = None
        self._html = content.html
        self._summary = content.summary
        self.read_source(config)
        self.content = self._html

    def read_source(self, config: MkDocsConfig) -> None:  # noqa: ARG002
        """There is no Markdown behind this page."""
        self.markdown = ""
        self.meta = {"description": escape(self._summary), "wattboard": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """The content is HTML already."""
        self.content = self._html
        self.present_anchor_ids = set()


@dataclass(slots=True)
class _Build:
    """What one build knows, from the files on."""

    leaderboard: Leaderboard
    renderer: PageRenderer
    group_pages: dict[str, LeaderboardPage]
    """By address."""
    search: list[dict[str, str]]
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

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002
        """Remember whether this is a preview, which injects a script of its own."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add style and scripts, before the site's own."""
        config.extra_css = [f"{ASSETS}/{_STYLE}", *config.extra_css]
        ours = [f"{ASSETS}/{script}" for script in _SCRIPTS]
        config.extra_javascript = [*ours, *config.extra_javascript]
        config.extra["wattboard_serve"] = self._serving
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Run the pipeline and add its pages and files."""
        downloads = self._new_downloads(config)
        try:
            leaderboard = self._leaderboard(config, downloads)
        except WattboardError as error:
            raise PluginError(_told(error)) from error
        for problem in leaderboard.problems:
            log.log(
                logging.ERROR if problem.severity == "error" else logging.WARNING, "%s", problem
            )
        links = Links(config.use_directory_urls)
        renderer = PageRenderer(leaderboard, links, downloads)
        self._build = _Build(leaderboard, renderer, {}, [])
        for content, _group in renderer.group_pages():
            file = self._file(f"{content.address}index.md", "", config)
            if files.get_file_from_path(file.src_uri) is not None:
                raise PluginError(
                    f"docs/{file.src_uri} and the leaderboard both want the address {file.url}\n"
                    "  hint: give the leaderboard a folder of its own: option `prefix: leaderboard` of the plugin"
                )
            files.append(file)
            page = LeaderboardPage(content, file, config)
            self._build.group_pages[content.address] = page
            self._build.search.append(_search_entry(page, content))
        for address, text in renderer.data_files():
            files.append(self._file(address, text, config))
        for asset in _assets():
            name = f"{ASSETS}/{asset.name}"
            files.append(File.generated(config, name, abs_src_path=str(asset)))
        return files

    def on_nav(self, nav: Navigation, *, files: Files, **_: Any) -> Navigation:
        """Put the leaderboard into the navigation, unless the site's own `nav` has it already."""
        build = self._current
        build.files = files
        front = build.group_pages[""]
        if front not in nav.pages:
            nav = self._with_leaderboard(nav, front)
        build.nav = nav
        return nav

    def on_env(self, env: jinja2.Environment, **_: Any) -> jinja2.Environment:
        """Keep the theme's environment for the run pages."""
        self._current.environment = env
        return env

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Add the run pages to the sitemap."""
        if template_name != "sitemap.xml" or not config.site_url:
            return output_content
        base = config.site_url.rstrip("/") + "/"
        entries = "".join(
            f"    <url>\n         <loc>{escape(urljoin(base, self._run_file(address, config).url))}</loc>\n    </url>\n"
            for address in self._current.leaderboard.run_addresses.values()
        )
        head, end, tail = output_content.rpartition("</urlset>")
        return head + entries + end + tail

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the run pages and their downloads, and tell the search index of them."""
        build = self._current
        for content, run in build.renderer.run_pages():
            page = LeaderboardPage(content, self._run_file(content.address, config), config)
            target = Path(page.file.abs_dest_path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self._themed(page, config), encoding="utf-8")
            build.renderer.zip_file(run).rename(target.parent / LOG_ZIP)
            build.search.append(_search_entry(page, content))
        self._forget_downloads()
        _extend_search_index(Path(config.site_dir), build.search)

    def on_build_error(self, **_: Any) -> None:
        """Leave nothing behind."""
        self._forget_downloads()

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, **_: Any
    ) -> LiveReloadServer:
        """Watch the spec; the logs only where asked, since one look at 10,000 runs costs a second."""
        server.watch(str(_path(self.config.site_spec, config)))
        if self.config.watch_logs:
            for folder in self.config.logdirs:
                server.watch(str(_path(folder, config)))
        return server

    # -- pieces ----------------------------------------------------------------------------------------------------

    @property
    def _current(self) -> _Build:
        if self._build is None:
            raise PluginError("the leaderboard was not built")
        return self._build

    def _leaderboard(self, config: MkDocsConfig, downloads: Path) -> Leaderboard:
        if not self.config.site_spec or not self.config.logdirs:
            raise WattboardError(
                Problem(
                    config.config_file_path or "mkdocs.yml",
                    "expected the options `site_spec` and `logdirs` of the plugin wattboard, found none",
                    hint="name the spec's file and a list of folders with logs",
                    severity="error",
                )
            )
        pue, pue_source = pue_override(self.config.pue, "the settings of this site")
        options = BuildOptions(
            log_folders=tuple(_path(folder, config) for folder in self.config.logdirs),
            spec_file=_path(self.config.site_spec, config),
            downloads=downloads,
            pue=pue,
            pue_source=pue_source,
            jobs=self.config.jobs,
            with_processors=self.config.processors,
        )
        return build(options, progress())

    def _file(self, address: str, text: str, config: MkDocsConfig) -> File:
        return File.generated(
            config,
            self._prefixed(address),
            content=text,
            # Not "in the navigation" as MkDocs sees it: on_nav puts it there.
            inclusion=InclusionLevel.NOT_IN_NAV,
        )

    def _run_file(self, address: str, config: MkDocsConfig) -> File:
        return self._file(f"{address}index.md", "", config)

    def _prefixed(self, address: str) -> str:
        prefix = self.config.prefix.strip("/")
        return f"{prefix}/{address}" if prefix else address

    def _with_leaderboard(self, nav: Navigation, front: LeaderboardPage) -> Navigation:
        build = self._current
        roots = build.leaderboard.roots
        pages = [*build.group_pages.values()]
        inner: list[Page | Section] = [front]
        below = roots[0].children if len(roots) == 1 else roots
        inner += [_nav_item(group, build.group_pages) for group in below]
        if not nav.items or front.is_homepage:
            return Navigation([*inner, *nav.items], [*pages, *nav.pages])
        section = _section(front.title if len(roots) == 1 else INDEX_TITLE, inner)
        return Navigation([*nav.items, section], [*nav.pages, *pages])

    def _themed(self, page: LeaderboardPage, config: MkDocsConfig) -> str:
        """A page in the theme's own frame, as MkDocs would make it."""
        build = self._current
        assert build.nav is not None  # noqa: S101 - MkDocs calls on_nav, on_env, on_post_build in this order
        assert build.files is not None  # noqa: S101
        assert build.environment is not None  # noqa: S101
        context = get_context(build.nav, build.files, config, page)
        html: str = build.environment.get_template("main.html").render(context)
        return html

    def _new_downloads(self, config: MkDocsConfig) -> Path:
        self._downloads = Path(config.site_dir) / _DOWNLOADS
        self._downloads.mkdir(parents=True, exist_ok=True)
        return self._downloads

    def _forget_downloads(self) -> None:
        if self._downloads is not None:
            shutil.rmtree(self._downloads, ignore_errors=True)


def _assets() -> Iterator[Path]:
    folder = Path(str(resources(f"{__package__}.assets")))
    for name in (_STYLE, *_SCRIPTS):
        yield folder / name
    yield plotly_bundle()


def _path(name: str, config: MkDocsConfig) -> Path:
    """A path of the settings, relative to their file."""
    base = Path(config.config_file_path).parent if config.config_file_path else Path()
    return base / name


def _told(error: WattboardError) -> str:
    return "\n".join(
        str(problem) if problem.file else problem.message for problem in error.problems
    )


def _nav_item(group: Group, pages: dict[str, LeaderboardPage]) -> Page | Section:
    page = pages[group.address]
    if not group.children:
        return page
    return _section(page.title, [page, *(_nav_item(child, pages) for child in group.children)])


def _section(title: str, children: Sequence[Page | Section]) -> Section:
    section = Section(title, list(children))
    for child in children:
        child.parent = section
    return section


def _search_entry(page: LeaderboardPage, content: PageContent) -> dict[str, str]:
    return {"location": page.url, "title": content.title, "text": content.summary}


def _extend_search_index(site: Path, entries: Sequence[dict[str, str]]) -> None:
    """A short entry for each of our pages instead of their whole tables: the index stays small and quick to load."""
    file = site / "search" / "search_index.json"
    if not file.is_file():
        return
    index = json.loads(file.read_text(encoding="utf-8"))
    if "index" in index:
        log.info("the search index was built ahead (prebuild_index), so runs are not in it")
        return
    ours = {entry["location"] for entry in entries}
    others = [entry for entry in index["docs"] if entry["location"].partition("#")[0] not in ours]
    index["docs"] = [*others, *entries]
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    file.write_text(text, encoding="utf-8")


# -- MkDocs as a library -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What `wattboard build` and `wattboard serve` are asked to do."""

    log_folders: tuple[Path, ...]
    spec_file: Path | None
    config_file: Path | None = None
    site_name: str = ""
    """Where there is no config file to say it."""
    description: str = ""
    theme: str | None = None
    strict: bool = False
    pue: float | None = None
    jobs: int | None = None
    processors: bool = True
    watch_logs: bool = False


class HostError(Exception):
    """MkDocs gave up, and has said why."""


def build_site(options: SiteOptions, site_dir: Path) -> None:
    """Build a whole site into a folder, which is emptied first.

    Raises:
        HostError: it could not be built; the reason was logged.
    """
    with _settings(options) as (config_file, settings):
        try:
            config = load_config(config_file, site_dir=str(site_dir), **settings)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                mkdocs_build(config)
            finally:
                config.plugins.on_shutdown()
        except MkDocsException as error:
            raise HostError(str(error)) from error


def serve_site(options: SiteOptions, address: str | None) -> None:
    """Serve a site for preview until Ctrl-C.

    Raises:
        HostError: it could not be built; the reason was logged.
    """
    with _settings(options) as (config_file, settings):
        try:
            mkdocs_serve(config_file, dev_addr=address, **settings)
        except MkDocsException as error:
            raise HostError(str(error)) from error


@contextmanager
def _settings(options: SiteOptions) -> Iterator[tuple[str, dict[str, Any]]]:
    """A config file and the settings that override it."""
    overrides: dict[str, Any] = {"strict": options.strict or None}
    if options.theme:
        overrides["theme"] = {"name": options.theme}
    if options.config_file is not None:
        with options.config_file.open("rb") as source:
            plugins = (yaml_load(source) or {}).get("plugins", ["search"])
        overrides["plugins"] = _with_our_options(plugins, options)
        yield str(options.config_file), overrides
        return
    with tempfile.TemporaryDirectory(prefix="wattboard-") as folder:
        docs = Path(folder) / "docs"
        docs.mkdir()
        file = Path(folder) / "mkdocs.yml"
        settings = {
            "site_name": options.site_name,
            "site_description": options.description or None,
            "docs_dir": str(docs),
            "theme": {"name": "wattboard"},
            "plugins": _with_our_options(["search"], options),
        }
        file.write_text(json.dumps({k: v for k, v in settings.items() if v is not None}))
        yield str(file), overrides


def _with_our_options(plugins: Any, options: SiteOptions) -> list[Any]:
    """The plugins of a config file, with ours among them and the command line's options set."""
    listed = (
        [{name: value} for name, value in plugins.items()]
        if isinstance(plugins, dict)
        else list(plugins)
    )
    given: dict[str, Any] = {
        "logdirs": [str(folder.absolute()) for folder in options.log_folders] or None,
        "site_spec": str(options.spec_file.absolute()) if options.spec_file else None,
        "pue": options.pue,
        "jobs": options.jobs,
        "processors": None if options.processors else False,
        "watch_logs": options.watch_logs or None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    for i, entry in enumerate(listed):
        if entry == "wattboard" or (isinstance(entry, dict) and "wattboard" in entry):
            own = entry["wattboard"] or {} if isinstance(entry, dict) else {}
            listed[i] = {"wattboard": {**own, **given}}
            return listed
    return [*listed, {"wattboard": given}]
