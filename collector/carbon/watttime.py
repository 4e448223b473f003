"""WattTime, with the user's own account: https://docs.watttime.org.

MARGINAL figures: what the power plants emit that answer to one kWh more. They say what a run that
had not taken place would have saved, not its part of the grid's emissions, and are never added to
or compared with averages. A free account knows the region CAISO_NORTH.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from .places import coordinates
from .provider import (
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

USER_VARIABLE, PASSWORD_VARIABLE = "WATTTIME_USER", "WATTTIME_PASSWORD"

G_PER_KWH = 0.45359237
"""In a pound per MWh."""

_TOKEN_LASTS_S = 25 * 60.0
"""30 minutes, as documented, less what clocks may differ by."""

_FIVE_MINUTES_S = 300.0
_UNAUTHORIZED = 401
_REGION = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_UNIT = "lbs_co2_per_mwh"


class WattTime:
    """The first value of the forecast, which the API's makers call the nowcast."""

    # Not /v3/signal-index: that is a percentile of the last month, not an intensity.

    name: ClassVar[str] = "watttime"
    basis: ClassVar[Basis] = "marginal"
    late_s: ClassVar[float] = 0.0
    keys: ClassVar[tuple[str, ...]] = (USER_VARIABLE, PASSWORD_VARIABLE)
    source: ClassVar[str] = "WattTime: marginal operating emissions rate (co2_moer)"
    attribution: ClassVar[str] = "WattTime, watttime.org"

    def __init__(
        self, environ: Mapping[str, str], base_url: str = "https://api.watttime.org"
    ) -> None:
        self._base_url = base_url
        user, password = environ.get(USER_VARIABLE, ""), environ.get(PASSWORD_VARIABLE, "")
        if not user or not password:
            raise MissingKeyError(
                f"{self.name}: expected an account in {USER_VARIABLE} and {PASSWORD_VARIABLE}, "
                "found none: register at watttime.org, or choose a provider that needs none"
            )
        account = b64encode(f"{user}:{password}".encode()).decode()
        self._log_in_headers = {"Authorization": f"Basic {account}"}
        self._token = ""
        self._token_until_s = 0.0
        self._regions: dict[str, str] = {}

    def zone_of(self, place: str) -> str:
        if coordinates(place) or _REGION.fullmatch(place.strip()):
            return place.strip()
        raise UnservedZoneError(
            f'{self.name}: expected a region of its own such as "CAISO_NORTH", or '
            f'"latitude,longitude", found {place!r}: write "{self.name}:CAISO_NORTH"'
        )

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        region = self._region(fetch, zone, now_s)
        query = {"region": region, "signal_type": "co2_moer", "horizon_hours": 0}
        answer = self._ask(fetch, f"/v3/forecast?{urlencode(query)}", now_s)
        data, meta = answer.get("data"), answer.get("meta")
        unit = meta.get("units") if isinstance(meta, dict) else None
        if unit != _UNIT:
            raise NoReadingError(f"expected values in {_UNIT}, found another unit")
        first = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
        pounds_per_mwh, at_s = number(first.get("value")), time_s(first.get("point_time"))
        if pounds_per_mwh is None or at_s is None:
            raise NoReadingError('expected "point_time" and "value", found others')
        return Reading(
            g_per_kwh=plausible(pounds_per_mwh * G_PER_KWH),
            at_s=at_s,
            granularity_s=_FIVE_MINUTES_S,
            zone=region,
            basis=self.basis,
            is_estimated=True,
        )

    def _region(self, fetch: Fetch, zone: str, now_s: float) -> str:
        place = coordinates(zone)
        if place is None:
            return zone
        if zone not in self._regions:
            query = {**place._asdict(), "signal_type": "co2_moer"}
            answer = self._ask(fetch, f"/v3/region-from-loc?{urlencode(query)}", now_s)
            region = answer.get("region")
            if not isinstance(region, str) or not _REGION.fullmatch(region):
                raise NoReadingError("it names no region for these coordinates", try_again=False)
            self._regions[zone] = region
        return self._regions[zone]

    def _ask(self, fetch: Fetch, path: str, now_s: float) -> Mapping[str, Any]:
        has_just_logged_in = now_s >= self._token_until_s
        if has_just_logged_in:
            self._log_in(fetch, now_s)
        try:
            return self._ask_with_token(fetch, path)
        except NoReadingError as error:
            if error.status != _UNAUTHORIZED or has_just_logged_in:
                raise
        self._log_in(fetch, now_s)  # the token did not last as long as it should
        return self._ask_with_token(fetch, path)

    def _ask_with_token(self, fetch: Fetch, path: str) -> Mapping[str, Any]:
        return read_json(
            fetch(f"{self._base_url}{path}", {"Authorization": f"Bearer {self._token}"})
        )

    def _log_in(self, fetch: Fetch, now_s: float) -> None:
        token = read_json(fetch(f"{self._base_url}/login", self._log_in_headers)).get("token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise NoReadingError("the login gave no token", try_again=False)
        self._token, self._token_until_s = token, now_s + _TOKEN_LASTS_S
