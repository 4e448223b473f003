"""Great Britain's system operator: https://carbon-intensity.github.io/api-definitions.

CO2 of power plants and imports by demand, for each half hour; no upstream emissions (its paper on
the method). Data CC BY 4.0; the terms forbid to hide who asks: github.com/carbon-intensity/terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .provider import (
    Basis,
    Fetch,
    NoReadingError,
    Reading,
    UnservedZoneError,
    number,
    plausible,
    read_json,
    time_s,
)

_ZONES = frozenset({"GBR", "GB"})
_HALF_HOUR_S = 1800.0


class GreatBritain:
    """The Carbon Intensity API of the National Energy System Operator."""

    name: ClassVar[str] = "gb"
    basis: ClassVar[Basis] = "direct"
    late_s: ClassVar[float] = 0.0
    keys: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = "NESO Carbon Intensity API: Great Britain, by half hours"
    attribution: ClassVar[str] = (
        "National Energy System Operator (NESO), Carbon Intensity API, carbonintensity.org.uk, CC BY 4.0"
    )

    def __init__(
        self, _: Mapping[str, str], base_url: str = "https://api.carbonintensity.org.uk"
    ) -> None:
        self._base_url = base_url

    def zone_of(self, place: str) -> str:
        if place.upper() not in _ZONES:
            raise UnservedZoneError(f"{self.name}: expected the zone GBR, found {place!r}")
        return "GBR"

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        answer = read_json(fetch(f"{self._base_url}/intensity"))
        periods = answer.get("data")
        readings = [
            reading
            for period in (periods if isinstance(periods, list) else [])
            if (reading := _reading(period, zone)) and reading.at_s <= now_s + _HALF_HOUR_S
        ]
        if not readings:
            raise NoReadingError('expected "data" with a number for a half hour, found none')
        return max(readings, key=lambda reading: reading.at_s)


def _reading(period: Any, zone: str) -> Reading | None:
    if not isinstance(period, dict) or not isinstance(period.get("intensity"), dict):
        return None
    at_s = time_s(period.get("from"))
    actual = number(period["intensity"].get("actual"))
    forecast = number(period["intensity"].get("forecast"))
    value = forecast if actual is None else actual
    if at_s is None or value is None:
        return None
    return Reading(
        g_per_kwh=plausible(value),
        at_s=at_s,
        granularity_s=_HALF_HOUR_S,
        zone=zone,
        basis=GreatBritain.basis,
        is_estimated=actual is None,
    )
