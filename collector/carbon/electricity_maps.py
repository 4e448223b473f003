"""Electricity Maps, with the user's own token: https://app.electricitymaps.com/developer-hub/api.

Its figures are of the power that a zone consumes, as a rule of the whole life cycle (the answer says
so). They are Electricity Maps' property; a free token knows one zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

from .places import alpha_2, coordinates
from .provider import (
    BASES,
    Basis,
    Fetch,
    MissingKeyError,
    NoReadingError,
    Reading,
    UnservedZoneError,
    number,
    plausible,
    read_json,
    time_s,
)

TOKEN_VARIABLE = "ELECTRICITY_MAPS_TOKEN"  # noqa: S105 - the name of it

_ZONE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,12})*")
_CALLED_OTHERWISE: Mapping[str, str] = {"US-CA": "US-CAL-CISO"}

_HOUR_S = 3600.0
_GRANULARITIES_S: Mapping[str, float] = {"5_minutes": 300.0, "15_minutes": 900.0, "hourly": _HOUR_S}


class ElectricityMaps:
    """The latest figure of version 4 of the API."""

    name: ClassVar[str] = "electricity-maps"
    basis: ClassVar[Basis] = "lifecycle"
    late_s: ClassVar[float] = 0.0
    keys: ClassVar[tuple[str, ...]] = (TOKEN_VARIABLE,)
    source: ClassVar[str] = "Electricity Maps: the power that the zone consumes"
    attribution: ClassVar[str] = "Electricity Maps, electricitymaps.com"

    def __init__(
        self, environ: Mapping[str, str], base_url: str = "https://api.electricitymaps.com"
    ) -> None:
        self._base_url = base_url
        self._token = environ.get(TOKEN_VARIABLE, "").strip()
        if not self._token:
            raise MissingKeyError(
                f"{self.name}: expected a token in {TOKEN_VARIABLE}, found none: get one from "
                "electricitymaps.com, or choose a provider that needs none"
            )

    def zone_of(self, place: str) -> str:
        if coordinates(place):
            return place
        zone = place.strip().upper()
        zone = _CALLED_OTHERWISE.get(zone) or alpha_2().get(zone, zone)
        if not _ZONE.fullmatch(zone):
            raise UnservedZoneError(
                f'{self.name}: expected a zone such as "DEU" or "SE-SE3", or "latitude,longitude", '
                f"found {place!r}"
            )
        return zone

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:  # noqa: ARG002 - it says when
        place = coordinates(zone)
        query = {"lat": place.latitude, "lon": place.longitude} if place else {"zone": zone}
        url = f"{self._base_url}/v4/carbon-intensity/latest?{urlencode(query)}"
        answer = read_json(fetch(url, {"auth-token": self._token}))
        g_per_kwh, at_s = number(answer.get("carbonIntensity")), time_s(answer.get("datetime"))
        found_zone = answer.get("zone")
        if g_per_kwh is None or at_s is None or not isinstance(found_zone, str):
            raise NoReadingError('expected "zone", "carbonIntensity" and "datetime", found others')
        basis = answer.get("emissionFactorType", self.basis)
        return Reading(
            g_per_kwh=plausible(g_per_kwh),
            at_s=at_s,
            granularity_s=_GRANULARITIES_S.get(str(answer.get("temporalGranularity")), _HOUR_S),
            zone=found_zone if _ZONE.fullmatch(found_zone) else "",
            basis=basis if basis in BASES else "unknown",
            is_estimated=answer.get("isEstimated") is not False,
        )
