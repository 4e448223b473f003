"""What a site is asked to be: by the command line, by a `mkdocs.yml`, or by both. Knows nothing of MkDocs."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cache.folder import BY_DEFAULT, CacheOptions
from .errors import Problem
from .run_pages import RunPages

if TYPE_CHECKING:
    from .store import Folder

PLUGIN = "wattboard"
_NEEDED = {
    "site_spec": "name the file of the site spec",
    "logdirs": "list the folders with logs",
}


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What `wattboard build` and `wattboard serve` are asked to do."""

    log_folders: tuple[Folder, ...]
    spec_file: Path | None
    config_file: Path | None = None
    site_name: str = ""
    """Where there is no config file to say it."""
    description: str = ""
    theme: str | None = None
    strict: bool = False
    pue: float | None = None
    intensity: str | None = None
    """A reference grid: a zone, a number in g/kWh, or "log" for none."""
    jobs: int | None = None
    run_pages: RunPages | None = None
    """Which runs get a page of their own; None: as the config file says, else all."""
    scheduler: str | None = None
    """Of the Dask cluster that reads and measures."""
    processors: bool = True
    watch_logs: bool = False
    cache: CacheOptions = BY_DEFAULT


def write_config(options: SiteOptions, folder: Path) -> Path:
    """Write a `mkdocs.yml` (JSON is YAML) for a site that is its leaderboard and no more.

    Args:
        folder: An empty one.
    """
    docs = folder / "docs"
    docs.mkdir()
    settings = {
        "site_name": options.site_name,
        "site_description": options.description or None,
        "docs_dir": str(docs),
        "theme": {"name": "wattboard"},
    }
    file = folder / "mkdocs.yml"
    given = {name: value for name, value in settings.items() if value is not None}
    # Unescaped: YAML knows no pairs of surrogates.
    file.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return file


class _Reusable(list[Any]):
    """A list of plugins that is the same each time it is read: MkDocs empties the entries, and `serve` reads again."""

    def __iter__(self) -> Iterator[Any]:
        return (copy.deepcopy(entry) for entry in super().__iter__())


def with_our_options(plugins: Any, options: SiteOptions) -> Any:
    """The `plugins` of a config file, with ours among them and the command line's options set.

    Args:
        plugins: A list or a mapping; None: those that MkDocs uses by itself. All else is left for MkDocs to refuse.
    """
    if plugins is None:
        listed: list[Any] = ["search"]
    elif isinstance(plugins, dict):
        listed = [{name: value} for name, value in plugins.items()]
    elif isinstance(plugins, list):
        listed = list(plugins)
    else:
        return plugins
    given: dict[str, Any] = {
        "logdirs": [str(folder.absolute()) for folder in options.log_folders] or None,
        "site_spec": str(options.spec_file.absolute()) if options.spec_file else None,
        "pue": options.pue,
        "intensity": options.intensity,
        "jobs": options.jobs,
        "run_pages": options.run_pages,
        "scheduler": options.scheduler,
        "processors": None if options.processors else False,
        "watch_logs": options.watch_logs or None,
        "cache": False if options.cache.is_off else None,
        "cache_dir": str(options.cache.folder.absolute()) if options.cache.folder else None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    for i, entry in enumerate(listed):
        if entry == PLUGIN or (isinstance(entry, dict) and PLUGIN in entry):
            own = entry[PLUGIN] or {} if isinstance(entry, dict) else {}
            listed[i] = {PLUGIN: {**own, **given}}
            return _Reusable(listed)
    return _Reusable([*listed, {PLUGIN: given}])


def setting_problems(
    file: str, options: Mapping[str, Any], site_dir: Path, log_folders: Iterable[Folder]
) -> Iterator[Problem]:
    """What is missing in the plugin's options, and folders that MkDocs must not be let loose on.

    MkDocs empties `site_dir` before it builds, and so would delete logs that lie in it.
    """
    for name, hint in _NEEDED.items():
        if not options[name]:
            yield Problem(
                file,
                "expected a value, found none",
                key=f"plugins.{PLUGIN}.{name}",
                hint=hint,
                severity="error",
            )
    site = site_dir.resolve()
    for folder in log_folders:
        if not isinstance(folder, Path):
            continue
        logs = folder.resolve()
        if site.is_relative_to(logs) or logs.is_relative_to(site):
            yield Problem(
                file,
                f"expected a folder apart from the logs in {folder}, found {site_dir}",
                key="site_dir",
                hint="building empties that folder, and never writes into the experiments: choose another",
                severity="error",
            )


def clashes(
    taken: Mapping[str, str], wanted: Iterable[str], *, has_prefix: bool
) -> Iterator[Problem]:
    """The site's own files that a leaderboard would be written over.

    Args:
        taken: Place in the site to the file in the docs folder that goes there.
        wanted: Places in the site that the leaderboard needs.
    """
    hint = (
        "rename it, or choose another `prefix` for the leaderboard"
        if has_prefix
        else "give the leaderboard a folder of its own with the plugin's option `prefix: leaderboard`"
    )
    for place in wanted:
        if place in taken:
            message = f"expected no page of this address, since the leaderboard has one ({place})"
            yield Problem(f"docs/{taken[place]}", message, hint=hint, severity="error")
