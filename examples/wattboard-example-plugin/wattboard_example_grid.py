"""A grid that always emits the same, for `live_intensity="example-grid"`."""

from __future__ import annotations

from collections.abc import Mapping

from wattboard.collector.carbon.provider import Fetch, Reading


class ExampleGrid:
    name = "example-grid"
    basis = "lifecycle"
    late_s = 0.0
    keys = ()
    source = "Example grid: a constant"
    attribution = "nobody"

    def __init__(self, environ: Mapping[str, str]) -> None:
        pass

    def zone_of(self, place: str) -> str:
        return place

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        return Reading(123.0, now_s - now_s % 900, 900.0, zone, "lifecycle", is_estimated=False)
