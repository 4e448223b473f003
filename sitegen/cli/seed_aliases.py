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


@click.command("generate-carbon-impact-statement")
@click.argument("folders_and_country", metavar="LOGDIR… ISO3", nargs=-1, required=True)
def _generate_carbon_impact_statement(folders_and_country: tuple[str, ...]) -> None:
    """Write what a paper should say of the runs below LOGDIR…: the same as `wattboard statement --country ISO3`."""
    from .statement import Request, written

    set_up_logging(debug=False)
    *folders, country = folders_and_country
    if not folders:
        raise click.UsageError("expected folders of logs and then a country, such as: results USA")
    request = Request(tuple(map(Path, folders)), country)
    click.echo(written(request), nl=False)


@click.command("get-rough-emissions-estimate")
@click.option("--experiment-length-seconds", type=float, required=True, help="How long it ran.")
@click.option("--location", required=True, help="An address, or a zone such as DEU or US-CA.")
@click.option("--gpu", help="The GPU's name.")
@click.option("--cpu", help="The CPU's name.")
@click.option(
    "--gpu-utilization-factor", type=float, default=1.0, show_default=True, help="From 0 to 1."
)
@click.option(
    "--cpu-utilization-factor", type=float, default=1.0, show_default=True, help="From 0 to 1."
)
def _get_rough_emissions_estimate(
    experiment_length_seconds: float,
    location: str,
    gpu: str | None,
    cpu: str | None,
    gpu_utilization_factor: float,
    cpu_utilization_factor: float,
) -> None:
    """Estimate energy and emissions: the same as `wattboard estimate --format latex`."""
    from ..units import SECONDS_PER_HOUR
    from .estimate import Request, is_zone, written

    set_up_logging(debug=False)
    if not gpu and not cpu:
        raise click.UsageError("expected --gpu, --cpu or both")
    known = is_zone(location)
    request = Request(
        hours=experiment_length_seconds / SECONDS_PER_HOUR,
        gpu=gpu,
        gpu_utilisation=gpu_utilization_factor,
        cpu=cpu,
        cpu_utilisation=cpu_utilization_factor,
        zone=location if known else None,
        address=None if known else location,
        form="latex",
    )
    click.echo(written(request), nl=False)


def create_compute_appendix() -> None:
    """Run `create-compute-appendix`."""
    run(_create_compute_appendix)


def generate_carbon_impact_statement() -> None:
    """Run `generate-carbon-impact-statement`."""
    run(_generate_carbon_impact_statement)


def get_rough_emissions_estimate() -> None:
    """Run `get-rough-emissions-estimate`."""
    run(_get_rough_emissions_estimate)
