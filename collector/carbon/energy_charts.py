"""Fraunhofer ISE's Energy-Charts: https://api.energy-charts.info.

CO2 equivalents of the electricity that a country produces, by quarter hours, in some countries by
hours. Neither the API's description nor what else was read says whether the factors behind them are
of the whole life cycle. Data CC BY 4.0, "Energy-Charts.info" to be named (the API's description).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, ClassVar

from .places import alpha_2
from .provider import (
    Basis,
    Fetch,
    NoReadingError,
    Reading,
    UnservedZoneError,
    number,
    plausible,
    read_json,
)

_COUNTRIES = (
    "al am at az ba be bg by ch cy cz de dk ee es fi fr ge gr hr hu ie it lt lu lv md me mk mt nl no "
    "pl pt ro rs ru se si sk tr ua uk xk"
)
"""As the API's description lists them; not all need have an intensity."""

_QUARTER_HOUR_S = 900.0
_HOUR_S = 3600.0
_LOOK_BACK_S = 6 * _HOUR_S


class EnergyCharts:
    """The `co2eq` endpoint."""

    name: ClassVar[str] = "energy-charts"
    basis: ClassVar[Basis] = "unknown"
    late_s: ClassVar[float] = _HOUR_S
    keys: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = "Energy-Charts: CO2 equivalents of the country's electricity production"
    attribution: ClassVar[str] = "Energy-Charts.info (Fraunhofer ISE), CC BY 4.0"

    def __init__(
        self, _: Mapping[str, str], base_url: str = "https://api.energy-charts.info"
    ) -> None:
        self._base_url = base_url

    def zone_of(self, place: str) -> str:
        if _code(place.upper()) not in _COUNTRIES.split():
            raise UnservedZoneError(
                f'{self.name}: expected a European country such as "DEU", found {place!r}'
            )
        return place.upper()

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        # Without times it tells of today, which is nothing just after midnight.
        span = f"start={_minute(now_s - _LOOK_BACK_S)}&end={_minute(now_s)}"
        answer = read_json(fetch(f"{self._base_url}/co2eq?country={_code(zone)}&{span}"))
        times, values = _series(answer, "unix_seconds"), _series(answer, "co2eq")
        # `co2eq` ends with nulls, where `co2eq_forecast` has numbers: what is not yet known.
        known = [
            (at, value)
            for at, value in zip(map(number, times), map(number, values), strict=False)
            if at is not None and value is not None and at <= now_s + _QUARTER_HOUR_S
        ]
        if not known or len(times) != len(values):
            raise NoReadingError(
                'expected "unix_seconds" and "co2eq" of one length with a number in the last '
                f"{_LOOK_BACK_S / _HOUR_S:g} h, found {len(times)} and {len(values)} values"
            )
        at_s, g_per_kwh = max(known)
        return Reading(
            g_per_kwh=plausible(g_per_kwh),
            at_s=at_s,
            granularity_s=_granularity_s(times),
            zone=zone,
            basis=self.basis,
            is_estimated=False,
        )


def _code(zone: str) -> str:
    return "uk" if zone == "GBR" else alpha_2().get(zone, "").lower()


def _minute(moment_s: float) -> str:
    return f"{datetime.fromtimestamp(moment_s, tz=UTC):%Y-%m-%dT%H:%MZ}"


def _series(answer: Mapping[str, Any], key: str) -> Sequence[Any]:
    values = answer.get(key)
    return values if isinstance(values, list) else []


def _granularity_s(times: Sequence[Any]) -> float:
    """Some countries tell of whole hours."""
    known = sorted(at for at in map(number, times) if at is not None)
    steps = [after - before for before, after in pairwise(known)]
    return min(max(min(steps, default=_QUARTER_HOUR_S), _QUARTER_HOUR_S), _HOUR_S)
