"""How much a kWh of each zone's grid emits: yearly averages, each with its year, basis and source.

Two bases occur. `lifecycle`, of all countries: with what building the plants and winning the fuel emits. `direct`, of
states and provinces: what the plants themselves emit. Water and nuclear power count with some 5 to 50 g/kWh in the
first and with 0 in the second, so figures of one basis are never ranked with those of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast

from . import zones
from .tables import number, rows, sources, whole

if TYPE_CHECKING:
    from ..model import Basis
    from .zones import Zone

RANKED_SOURCE = "ember-owid-2026"
"""The one with figures for countries, which are made alike."""


@dataclass(frozen=True, slots=True)
class ZoneIntensity:
    """A yearly average of a zone's grid."""

    zone: Zone
    """Whose figure it is: the zone that was asked for, or its country."""
    g_per_kwh: float
    """Grams of CO2 equivalent."""
    year: int
    basis: Basis
    scope: str
    """What is counted: "generation" within the zone, or "consumption", which knows imports; and which gases."""
    source: str
    """In words, as it is cited."""
    source_id: str
    fossil_share: float | None = None
    """Of the generation, 0 to 1."""
    low_carbon_share: float | None = None
    share_year: int | None = None
    note: str = ""
    """What a reader must know beside; such as that it is the country's figure."""


def of(zone: Zone) -> ZoneIntensity | None:
    """The intensity of a zone; where it has none, its country's, with a note that says so.

    Returns:
        None where the country has none either. It may then have no grid, as Antarctica, or be small.
    """
    own = _table().get(zone.id)
    if own is not None:
        return own
    whole_country = of_country(zone)
    if whole_country is None:
        return None
    note = f"there is no figure for {zone.name} ({zone.id}); this is that of {zone.country_name}"
    return replace(whole_country, note="; ".join(filter(None, (note, whole_country.note))))


def of_country(zone: Zone) -> ZoneIntensity | None:
    """The lifecycle figure of the country that a zone belongs to."""
    return _table().get(zone.country_iso3)


def ranked() -> tuple[ZoneIntensity, ...]:
    """All countries with a figure, lowest first: one basis, one source."""
    figures = [
        figure
        for figure in _table().values()
        if figure.source_id == RANKED_SOURCE and figure.zone.id != zones.WORLD
    ]
    return tuple(sorted(figures, key=lambda figure: (figure.g_per_kwh, figure.zone.id)))


@cache
def _table() -> Mapping[str, ZoneIntensity]:
    return {row["zone"]: _figure(row) for row in rows("carbon_intensity.csv")}


def _figure(row: Mapping[str, str]) -> ZoneIntensity:
    return ZoneIntensity(
        zone=zones.by_id(row["zone"]),
        g_per_kwh=float(row["g_per_kwh"]),
        year=int(row["year"]),
        basis=cast("Basis", row["basis"]),
        scope=row["scope"],
        source=sources()[row["source"]].name,
        source_id=row["source"],
        fossil_share=number(row["fossil_share"]),
        low_carbon_share=number(row["low_carbon_share"]),
        share_year=whole(row["share_year"]),
        note=row["note"],
    )
