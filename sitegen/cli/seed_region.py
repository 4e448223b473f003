"""The commands of experiment-impact-tracker that say how much a grid emits, with its arguments."""

from __future__ import annotations

import click

from ..grid import cloud, intensity
from ..grid.intensity import ZoneIntensity
from . import run, set_up_logging
from .aligned import aligned
from .cloud_text import by_country_text
from .region import by_address, by_coordinates, by_this_machine
from .region_text import UNIT, as_text, source_lines

_COMMANDS = ("current", "top", "bottom", "longlat", "address")


@click.command("get-region-emissions-info")
@click.argument("command", type=click.Choice(_COMMANDS))
@click.option(
    "--n", type=click.IntRange(min=1), help="How many, for top and bottom. [default: all]"
)
@click.option("--lat", type=float, help="Latitude in degrees, for longlat.")
@click.option("--lon", type=float, help="Longitude in degrees, for longlat.")
@click.option("--address", help="For address.")
def _get_region_emissions_info(
    command: str, n: int | None, lat: float | None, lon: float | None, address: str | None
) -> None:
    """Say how much a kWh emits.

    current: where this machine is. top, bottom: in the countries where it is least and most.
    longlat: at coordinates. address: at an address. The same as `wattboard region`.
    """
    set_up_logging(debug=False)
    if command in ("top", "bottom"):
        text = _ranking(n, from_top=command == "top")
    elif command == "current":
        text = as_text(by_this_machine())
    elif command == "longlat":
        if lat is None or lon is None:
            raise click.UsageError("longlat needs --lat and --lon")
        text = as_text(by_coordinates(lat, lon))
    else:
        if address is None:
            raise click.UsageError("address needs --address")
        text = as_text(by_address(address))
    click.echo(text, nl=False)


def _ranking(n: int | None, *, from_top: bool) -> str:
    """As the seed's, from the lowest to the highest, of which the top are the first and the bottom the last."""
    figures = intensity.ranked()
    places = range(1, len(figures) + 1)
    n = min(n or len(figures), len(figures))
    shown = slice(0, n) if from_top else slice(len(figures) - n, len(figures))
    most = "least" if from_top else "most"
    heading = f"the {n} of {len(figures)} countries where electricity emits {most}, lowest first"
    lines = [f"{heading} ({UNIT}, lifecycle)", "", *_table(places[shown], figures[shown]), ""]
    return "\n".join([*lines, *source_lines(intensity.RANKED_SOURCE)]) + "\n"


def _table(places: range, figures: tuple[ZoneIntensity, ...]) -> list[str]:
    rows = [
        (str(i), figure.zone.id, f"{figure.g_per_kwh:.2f}", str(figure.year), figure.zone.name)
        for i, figure in zip(places, figures, strict=True)
    ]
    return aligned(rows, right=(0, 2))


@click.command("lookup-cloud-region-info")
@click.argument("cloud_provider", type=click.Choice(cloud.PROVIDERS))
def _lookup_cloud_region_info(cloud_provider: str) -> None:
    """List a provider's regions: the same as `wattboard cloud-regions`."""
    set_up_logging(debug=False)
    click.echo(by_country_text(cloud.regions(cloud_provider)), nl=False)


def get_region_emissions_info() -> None:
    """Run `get-region-emissions-info`."""
    run(_get_region_emissions_info)


def lookup_cloud_region_info() -> None:
    """Run `lookup-cloud-region-info`."""
    run(_lookup_cloud_region_info)
