"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

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
    help="Processes at most; one for each 128 MB of logs. [default: all cores]",
)
SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Read logs on a Dask cluster, whose scheduler is there: tcp://…. [default: on this machine]",
)
STRICT = click.option("--strict", is_flag=True, help="Treat every warning as an error.")
THEME = click.option("--theme", help="Name of a MkDocs theme. [default: wattboard]")
NO_PROCESSORS = click.option(
    "--no-processors", is_flag=True, help="Run no code of the spec's: extra figures are absent."
)
