"""The regions of cloud providers: where they lie, and what is known of their grid and buildings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from . import intensity, zones
from .tables import number, rows, sources, whole

if TYPE_CHECKING:
    from ..model import Basis
    from .intensity import ZoneIntensity
    from .zones import Zone

PROVIDERS = ("aws", "gcp", "azure", "ovh", "scaleway")

_PROVIDER_SOURCE = "google-region-carbon-2025"
"""The one provider that publishes figures for its regions."""


@dataclass(frozen=True, slots=True)
class LocalIntensity:
    """What is known of a region more closely than its country's figure."""

    g_per_kwh: float
    year: int
    basis: Basis
    scope: str
    """As in `ZoneIntensity`."""
    source_id: str

    @property
    def source(self) -> str:
        """In words, as it is cited."""
        return sources()[self.source_id].name


@dataclass(frozen=True, slots=True)
class CloudRegion:
    """One region of a provider."""

    provider: str
    id: str
    """As the provider calls it, such as "us-east-1"."""
    place: str
    """The town that the provider names, or that is usually named; not the building's."""
    latitude: float
    longitude: float
    zone: Zone
    country: ZoneIntensity | None
    """The lifecycle figure of the country, by which regions can be compared."""
    local: LocalIntensity | None
    """The provider's figure for the region, else the state's or province's; on another basis."""
    carbon_free_share: float | None
    """Of the electricity, by the provider's own account with what it buys; 0 to 1."""
    pue: float | None
    """As the provider gives it for this region; None where it gives none."""
    pue_year: int | None


def regions(provider: str) -> tuple[CloudRegion, ...]:
    """A provider's regions; those in the country with the lowest figure first.

    Within a country by the local figures where these have one source; by name where they are equal.

    Args:
        provider: One of `PROVIDERS`.
    """
    return tuple(sorted(_by_provider()[provider], key=_by_country))


def by_local_figure(regions: Iterable[CloudRegion]) -> Mapping[str, tuple[CloudRegion, ...]]:
    """Regions with a local figure, by that figure's source, lowest first.

    Figures of two sources differ in basis, in gases or in imports: they are no common ranking.
    """
    found: dict[str, list[tuple[float, str, CloudRegion]]] = {}
    for region in regions:
        if region.local is not None:
            row = (region.local.g_per_kwh, region.id, region)
            found.setdefault(region.local.source_id, []).append(row)
    return {
        source: tuple(region for *_, region in sorted(rows, key=lambda row: row[:2]))
        for source, rows in sorted(found.items())
    }


def _by_country(region: CloudRegion) -> tuple[object, ...]:
    country, local = region.country, region.local
    return (
        country.g_per_kwh if country else float("inf"),
        region.zone.country_iso3,
        (local.source_id, local.g_per_kwh) if local else ("", 0.0),
        region.id,
    )


@cache
def _by_provider() -> Mapping[str, tuple[CloudRegion, ...]]:
    table = tuple(_region(row) for row in rows("cloud_regions.csv"))
    return {
        provider: tuple(region for region in table if region.provider == provider)
        for provider in PROVIDERS
    }


def _region(row: Mapping[str, str]) -> CloudRegion:
    zone = zones.by_id(row["zone"])
    return CloudRegion(
        provider=row["provider"],
        id=row["region"],
        place=row["place"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        zone=zone,
        country=intensity.of_country(zone),
        local=_local(row, zone),
        carbon_free_share=number(row["carbon_free_share"]),
        pue=number(row["pue"]),
        pue_year=whole(row["pue_year"]),
    )


def _local(row: Mapping[str, str], zone: Zone) -> LocalIntensity | None:
    if row["provider_g_per_kwh"]:
        g_per_kwh, year = float(row["provider_g_per_kwh"]), int(row["provider_year"])
        # Google's word is "operational": what the plants emit, without building them.
        return LocalIntensity(
            g_per_kwh, year, "direct", "average of the grid, CO2 equivalent", _PROVIDER_SOURCE
        )
    figure = intensity.of(zone)
    if figure is None or figure.zone.is_country:
        return None
    return LocalIntensity(
        figure.g_per_kwh, figure.year, figure.basis, figure.scope, figure.source_id
    )
