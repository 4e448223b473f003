"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..cache.folder import CacheOptions
from ..run_pages import RUN_PAGES as RUN_PAGE_KINDS
from ..store import log_folder

LOG_FOLDERS = click.argument(
    "log_folders", metavar="LOGDIR…", nargs=-1, required=True, type=log_folder
)
OPTIONAL_LOG_FOLDERS = click.argument("log_folders", metavar="[LOGDIR…]", nargs=-1, type=log_folder)
SITE_SPEC = click.option(
    "--site-spec",
    "spec_file",
    type=click.Path(path_type=Path),
    help="The site's spec, JSON or YAML.",
)
CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A mkdocs.yml: name, theme, pages of your own, and what the options here leave out.",
)
PUE = click.option("--pue", type=float, help="Power usage effectiveness, instead of the logs' own.")
INTENSITY = click.option(
    "--intensity",
    metavar="ZONE|NUMBER|log",
    help="Carbon intensity for all runs: a zone's yearly average, or a number in g CO2eq/kWh. [default: each log's]",
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that work at once, at most. [default: all cores]",
)
SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Read logs on a Dask cluster, whose scheduler is there: tcp://…. [default: on this machine]",
)
STRICT = click.option("--strict", is_flag=True, help="Treat every warning as an error.")
RUN_PAGES = click.option(
    "--run-pages",
    type=click.Choice(RUN_PAGE_KINDS),
    help="Which runs get a page of their own: all, those that a leaf lists, or none. [default: all]",
)
THEME = click.option("--theme", help="Name of a MkDocs theme. [default: wattboard]")
NO_PROCESSORS = click.option(
    "--no-processors", is_flag=True, help="Run no code of the spec's: extra figures are absent."
)


def with_cache(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--cache-dir` and `--no-cache`, as one argument `cache`."""
    directory = click.option(
        "--cache-dir",
        type=click.Path(path_type=Path),
        help="Where results are kept between commands. [default: .cache/wattboard beside the spec]",
    )
    off = click.option("--no-cache", is_flag=True, help="Read every log anew, and keep nothing.")

    @functools.wraps(command)
    def with_options(*, cache_dir: Path | None, no_cache: bool, **others: Any) -> Any:
        if cache_dir is not None and no_cache:
            raise click.UsageError("expected --cache-dir or --no-cache, found both")
        return command(cache=CacheOptions(cache_dir, no_cache), **others)

    return directory(off(with_options))
