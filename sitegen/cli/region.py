"""`wattboard region`."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping

import click

from ..errors import WattboardError
from ..grid import address as addresses
from ..grid import zones
from .region_here import region_here
from .region_text import Finding, as_record, as_text

FORMS: Mapping[str, Callable[[Finding], str]] = {
    "text": as_text,
    "json": lambda finding: json.dumps(as_record(finding), indent=1, ensure_ascii=False) + "\n",
}


def _coordinates(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[float, float] | None:
    """Latitude and longitude of "LAT,LON"."""
    if value is None:
        return None
    try:
        latitude, longitude = (float(number) for number in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f'expected two numbers such as "52.52,13.41", found {value!r}', ctx, param
        ) from None
    return latitude, longitude


@click.command()
@click.option("--address", metavar="TEXT", help="Such as a town: asks OpenStreetMap for the place.")
@click.option(
    "--coordinates", metavar="LAT,LON", callback=_coordinates, help="Degrees north and east."
)
@click.option("--zone", metavar="ID", help='A country or part of one: "DEU", "Germany", "US-CA".')
@click.option("--here", is_flag=True, help="This machine, as the collector finds it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="text",
    show_default=True,
)
def region(
    address: str | None,
    coordinates: tuple[float, float] | None,
    zone: str | None,
    here: bool,
    form: str,
) -> None:
    """Say which grid zone a place is in, and how much a kWh emits there."""
    given = [value for value in (address, coordinates, zone, here or None) if value is not None]
    if len(given) != 1:
        raise click.UsageError("expected one of --address, --coordinates, --zone and --here")
    if address is not None:
        finding = by_address(address)
    elif coordinates is not None:
        finding = by_coordinates(*coordinates)
    elif zone is not None:
        finding = Finding(zones.find(zone))
    else:
        finding = by_this_machine()
    click.echo(FORMS[form](finding), nl=False)


def by_address(address: str) -> Finding:
    """What is known of the place that an address means.

    Raises:
        WattboardError: There is no such place, no answer, or no zone there.
    """
    place = addresses.locate(
        address,
        addresses.default_cache_file(os.environ),
        os.environ.get(addresses.SERVICE_VARIABLE) or addresses.SERVICE_URL,
    )
    return _at(place.latitude, place.longitude, place.label)


def by_coordinates(latitude: float, longitude: float) -> Finding:
    """What is known of a place by its coordinates.

    Raises:
        WattboardError: They are no place on Earth, or there is no zone.
    """
    return _at(latitude, longitude, "")


def by_this_machine() -> Finding:
    """What is known of the place where this machine is, as the collector finds it.

    Raises:
        WattboardError: It does not find it.
    """
    zone, found_by = region_here()
    return Finding(zones.find(zone), found_by=found_by)


def _at(latitude: float, longitude: float, label: str) -> Finding:
    zone = zones.at(latitude, longitude)
    if zone is None:
        raise WattboardError(
            f"there is no grid zone at {latitude:g},{longitude:g}: it is on the open sea\n"
            f"  hint: {_sea_hint(latitude, longitude)}"
        )
    return Finding(zone, place=(latitude, longitude), label=label)


def _sea_hint(latitude: float, longitude: float) -> str:
    """The two numbers are often given the other way round."""
    if math.fabs(longitude) <= 90 and (other := zones.at(longitude, latitude)):
        return (
            f"the latitude comes first; {longitude:g},{latitude:g} is in {other.id} ({other.label})"
        )
    return "--zone ID names a zone itself"
