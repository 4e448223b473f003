"""What the tables of the grid add to runs whose logs name a zone: its name and its country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..grid import zones
from ..grid.zones import Zone
from ..model import RunResult


def country_of(region_id: str) -> str:
    """The name of a zone's country, "" where it is not known."""
    zone = zones.meant(region_id)
    return "" if zone is None else zone.country_name


def countries(runs: Iterable[RunResult]) -> tuple[Zone, ...]:
    """The countries that the logs name, in the order of their ids."""
    found = {zones.meant(run.info.region.id) for run in runs if run.info.region}
    isos = {zone.country_iso3 for zone in found if zone is not None}
    return tuple(zones.find(iso3) for iso3 in sorted(isos))


def with_zone_names(run: RunResult) -> RunResult:
    """The run with its zone's name in words, where the tables have the zone."""
    region = run.info.region
    zone = zones.meant(region.id) if region else None
    if region is None or zone is None:
        return run
    return replace(run, info=replace(run.info, region=replace(region, name=zone.label)))
