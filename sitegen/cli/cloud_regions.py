"""`wattboard cloud-regions`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from ..grid import cloud
from ..grid.cloud import CloudRegion
from ..grid.tables import sources
from .cloud_text import by_country_text, by_local_text

_TEXTS: Mapping[str, Callable[[Sequence[CloudRegion]], str]] = {
    "country": by_country_text,
    "local": by_local_text,
}


@click.command("cloud-regions")
@click.argument("provider", type=click.Choice(cloud.PROVIDERS))
@click.option(
    "--order",
    type=click.Choice(list(_TEXTS)),
    default="country",
    show_default=True,
    help="By the countries' figures, which are made alike, or by the local ones, source by source.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def cloud_regions(provider: str, order: str, form: str) -> None:
    """List a provider's regions with their grid's carbon intensity, lowest first."""
    regions = cloud.regions(provider)
    if form == "json":
        ordered = regions if order == "country" else _by_local(regions)
        records = [as_record(region) for region in ordered]
        click.echo(json.dumps(records, indent=1, ensure_ascii=False))
    else:
        click.echo(_TEXTS[order](regions), nl=False)


def _by_local(regions: Sequence[CloudRegion]) -> Sequence[CloudRegion]:
    with_figure = [region for group in cloud.by_local_figure(regions).values() for region in group]
    return [*with_figure, *(region for region in regions if region.local is None)]


def as_record(region: CloudRegion) -> Mapping[str, Any]:
    """As JSON. What is not known is null."""
    country, local = region.country, region.local
    return {
        "provider": region.provider,
        "region": region.id,
        "place": region.place,
        "latitude": region.latitude,
        "longitude": region.longitude,
        "zone": region.zone.id,
        "country_iso3": region.zone.country_iso3,
        "country": country
        and _figure(
            country.g_per_kwh, country.year, country.basis, country.scope, country.source_id
        ),
        "local": local
        and _figure(local.g_per_kwh, local.year, local.basis, local.scope, local.source_id),
        "carbon_free_share": region.carbon_free_share,
        "pue": region.pue,
        "pue_year": region.pue_year,
    }


def _figure(
    g_per_kwh: float, year: int, basis: str, scope: str, source_id: str
) -> Mapping[str, Any]:
    source = sources()[source_id]
    return {
        "g_co2eq_per_kwh": g_per_kwh,
        "year": year,
        "basis": basis,
        "scope": scope,
        "source": source.name,
        "licence": source.licence,
        "url": source.url,
    }
