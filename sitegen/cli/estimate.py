"""`wattboard estimate`."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from ..carbon import no_figure, stated
from ..errors import Problem, WattboardError
from ..grid import intensity as intensities
from ..grid import zones
from ..grid.address import (
    ATTRIBUTION,
    SERVICE_URL,
    SERVICE_VARIABLE,
    default_cache_file,
    locate,
)
from ..measure import DEFAULT_PUE
from ..model import GridIntensity
from ..paper import rated_power
from ..paper.estimate import Estimate, Load
from ..paper.estimate_text import estimate_json, estimate_statement
from ..paper.latex import as_latex
from ..paper.plain import as_text
from ..paper.social_cost import SocialCost
from ..pue import override
from .paper_options import (
    COUNTRY,
    SOCIAL_COST,
    find_country,
    social_cost,
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be estimated."""

    hours: float
    gpu: str | None = None
    gpus: int = 1
    gpu_utilisation: float = 1.0
    cpu: str | None = None
    cpus: int = 1
    cpu_utilisation: float = 1.0
    zone: str | None = None
    address: str | None = None
    intensity: float | None = None
    pue: float | None = None
    country: str | None = None
    model: str = "ricke"
    form: str = "text"


@click.command()
@click.option("--gpu", help='Its name, such as "RTX 3090", or its rated power, such as "350 W".')
@click.option("--gpus", type=click.IntRange(min=1), default=1, show_default=True)
@click.option(
    "--gpu-utilization",
    type=float,
    default=1.0,
    show_default=True,
    help="Share of its rated power, from 0 to 1.",
)
@click.option("--cpu", help='Its name, such as "Xeon E5-2640 v3", or its rated power.')
@click.option("--cpus", type=click.IntRange(min=1), default=1, show_default=True, help="Sockets.")
@click.option("--cpu-utilization", type=float, default=1.0, show_default=True)
@click.option("--hours", type=float, required=True, help="How long they ran.")
@click.option("--zone", help='Where: a country or state by id or name, such as "DEU" or "US-CA".')
@click.option("--address", help="Where, for a lookup in OpenStreetMap.")
@click.option("--intensity", type=float, help="Carbon intensity of the grid in g CO2eq/kWh.")
@click.option("--pue", type=float, help="Power usage effectiveness. [default: 1.58]")
@COUNTRY
@SOCIAL_COST
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "json"]),
    default="text",
    show_default=True,
)
def estimate(
    gpu: str | None,
    gpus: int,
    gpu_utilization: float,
    cpu: str | None,
    cpus: int,
    cpu_utilization: float,
    hours: float,
    zone: str | None,
    address: str | None,
    intensity: float | None,
    pue: float | None,
    country: str | None,
    scc: str,
    form: str,
) -> None:
    """Estimate energy and emissions from names and hours, where nothing was measured."""
    if not gpu and not cpu:
        raise click.UsageError("expected --gpu, --cpu or both")
    if zone and address:
        raise click.UsageError("expected --zone or --address, found both")
    if not zone and not address and intensity is None:
        raise click.UsageError("expected a place: --zone, --address or --intensity")
    request = Request(
        hours, gpu, gpus, gpu_utilization, cpu, cpus, cpu_utilization, zone, address, intensity,
        pue, country, scc, form,
    )  # fmt: skip
    click.echo(written(request), nl=False)


def written(request: Request) -> str:
    """The estimate in its format.

    Raises:
        WattboardError: a name is unknown or a number makes no sense.
    """
    made = _estimate(request)
    cost = _cost(request, made)
    if request.form == "json":
        return estimate_json(made, cost)
    said = estimate_statement(made, cost)
    return as_text(said) if request.form == "text" else as_latex(said, with_sources=True)


def _estimate(request: Request) -> Estimate:
    pue, pue_source = override(request.pue)
    place = _place(request)
    grid, note = _grid(request, place)
    return Estimate(
        loads=tuple(_loads(request)),
        hours=_number("--hours", request.hours, math.inf),
        pue=DEFAULT_PUE if pue is None else pue,
        pue_source=pue_source or "the default",
        place=place.label if place else "",
        country_iso3=place.country_iso3 if place else "",
        country_name=place.country_name if place else "",
        intensity=grid,
        note=note,
    )


def _loads(request: Request) -> list[Load]:
    wanted: Mapping[str, tuple[str | None, Callable[[str], rated_power.Rated], int, float]] = {
        "gpu": (request.gpu, rated_power.gpu, request.gpus, request.gpu_utilisation),
        "cpu": (request.cpu, rated_power.cpu, request.cpus, request.cpu_utilisation),
    }
    return [
        Load(find(name), n, _number(f"--{component}-utilization", share, 1.0), component)
        for component, (name, find, n, share) in wanted.items()
        if name
    ]


def _number(option: str, value: float, most: float) -> float:
    if not math.isfinite(value) or not 0 <= value <= most:
        expected = "from 0 on" if most == math.inf else f"from 0 to {most:g}"
        raise WattboardError(
            Problem(option, f"expected a number {expected}, found {value:g}", severity="error")
        )
    return value


def is_zone(text: str) -> bool:
    """Whether a text is a zone's id or name, for which nobody need be asked."""
    return zones.meant(text) is not None


def _place(request: Request) -> zones.Zone | None:
    if request.address:
        return _at_address(request.address)
    return zones.find(request.zone) if request.zone else None


def _at_address(address: str) -> zones.Zone:
    service = os.environ.get(SERVICE_VARIABLE) or SERVICE_URL
    found = locate(address, default_cache_file(os.environ), service)
    zone = zones.at(found.latitude, found.longitude)
    if zone is None:
        raise WattboardError(
            Problem(
                "--address",
                f"expected a place on land, found {found.label}",
                hint="give --zone ID instead",
                severity="error",
            )
        )
    click.echo(f"{found.label} ({ATTRIBUTION})", err=True)
    return zone


def _grid(request: Request, place: zones.Zone | None) -> tuple[GridIntensity, str]:
    if request.intensity is not None or place is None:
        return stated(math.nan if request.intensity is None else request.intensity), ""
    figure = intensities.of(place)
    if figure is None:
        raise no_figure(place)
    grid = GridIntensity(figure.g_per_kwh, figure.source, figure.year, figure.basis)
    return grid, figure.note


def _cost(request: Request, made: Estimate) -> SocialCost | None:
    """None where neither the country was given nor a place that lies in one."""
    named = request.country or made.country_iso3
    if request.model == "ricke" and not named:
        return None
    country = find_country(named) if named else None
    return social_cost(request.model, country, datetime.now(UTC).year)
