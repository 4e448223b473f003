"""The commands of experiment-impact-tracker, with its arguments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from . import run, set_up_logging


@click.command("create-compute-appendix")
@click.argument(
    "log_folders", metavar="LOGDIR…", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--site_spec", required=True, type=click.Path(path_type=Path), help="The site's spec."
)
@click.option(
    "--output_dir", required=True, type=click.Path(path_type=Path), help="Where the site goes."
)
@click.option("--title", help="The site's name. [default: the spec's]")
@click.option("--description", default="", help="What search engines are told of the site.")
def _create_compute_appendix(
    log_folders: tuple[Path, ...],
    site_spec: Path,
    output_dir: Path,
    title: str | None,
    description: str,
) -> None:
    """Build a site of the runs below LOGDIR…: the same as `wattboard build`."""
    from .build import build_into
    from .site import site_options

    set_up_logging(debug=False)
    options = site_options(
        log_folders, site_spec, None, None, None, None, strict=False, processors=True
    )
    options = replace(options, site_name=title or options.site_name, description=description)
    build_into(options, output_dir, force=False)


def create_compute_appendix() -> None:
    """Run `create-compute-appendix`."""
    run(_create_compute_appendix)
