"""What the tables of the grid add to runs whose logs name a zone: its name and its country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from ..grid import zones
from ..grid.zones import UnknownZoneError, Zone
from ..model import RunResult


@cache
def zone_of(region_id: str) -> Zone | None:
    """The zone that a log means; None where the tables have none of that id."""
    try:
        return zones.find(region_id)
    except UnknownZoneError:
        return None


def country_of(region_id: str) -> str:
    """The name of a zone's country, "" where it is not known."""
    zone = zone_of(region_id) if region_id else None
    return "" if zone is None else zone.country_name


def countries(runs: Iterable[RunResult]) -> tuple[Zone, ...]:
    """The countries that the logs name, in the order of their ids."""
    found = {zone_of(run.info.region.id) for run in runs if run.info.region}
    isos = {zone.country_iso3 for zone in found if zone is not None}
    return tuple(zones.find(iso3) for iso3 in sorted(isos))


def with_zone_names(run: RunResult) -> RunResult:
    """The run with its zone's name in words, where the tables have the zone."""
    region = run.info.region
    zone = zone_of(region.id) if region else None
    if region is None or zone is None:
        return run
    return replace(run, info=replace(run.info, region=replace(region, name=zone.label)))
