"""California's system operator: https://www.caiso.com/todays-outlook/emissions.

CO2 that power plants and imports emit for the demand, in tonnes an hour, by the demand in MW. The
tables bear clock times of the Pacific coast without a date, and rows without numbers to the day's
end. No licence is stated.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NamedTuple

from .provider import Basis, Fetch, NoReadingError, Reading, UnservedZoneError, plausible

_ZONES = frozenset({"US-CA", "US-CAL-CISO"})
_TIME_ZONE = "America/Los_Angeles"

_FIVE_MINUTES_S = 300.0
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

_DEMAND = "current demand"
_GAS, _IMPORTS = "natural gas co2", "imports co2"
"""Most of the emissions: a table without them is another one."""


class RowTime(NamedTuple):
    """What a row is of."""

    clock: str
    nth: int
    """1, or 2 for the second row of a clock time: when summer time ends there may be two."""


Row = Mapping[str, float]
"""Numbers by column; where a cell is empty, its column is missing."""


class Caiso:
    """The tables behind "Today's Outlook"."""

    name: ClassVar[str] = "caiso"
    basis: ClassVar[Basis] = "direct"
    late_s: ClassVar[float] = 15 * 60.0
    keys: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = "CAISO Today's Outlook: CO2 of generation and imports by demand"
    attribution: ClassVar[str] = "California ISO, caiso.com, Today's Outlook"

    def __init__(self, _: Mapping[str, str], base_url: str = "https://www.caiso.com") -> None:
        self._base_url = base_url

    def zone_of(self, place: str) -> str:
        if place.upper() not in _ZONES:
            raise UnservedZoneError(
                f"{self.name}: expected the zone US-CA, found {place!r}: if the machine is in "
                f'California, write "{self.name}:US-CA"'
            )
        return "US-CA"

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        tonnes_per_hour = _emissions(self._table(fetch, "co2", now_s))
        demand_mw = _demand(self._table(fetch, "demand", now_s))
        both = [row for row in tonnes_per_hour if row in demand_mw]
        if not both:
            raise NoReadingError("no time of the day has both emissions and demand")
        last = both[-1]
        if tonnes_per_hour[last] < 0:
            # Exports are booked with a minus. What is left says nothing of a kWh that is used there.
            raise NoReadingError(
                "more emissions are booked to exports than to California's demand", try_again=False
            )
        if demand_mw[last] <= 0:
            raise NoReadingError(f"expected a demand above 0 MW, found {demand_mw[last]:g}")
        return Reading(
            g_per_kwh=plausible(1000 * tonnes_per_hour[last] / demand_mw[last]),
            at_s=last_time_s(last.clock, now_s),
            granularity_s=_FIVE_MINUTES_S,
            zone=zone,
            basis=self.basis,
            is_estimated=False,
        )

    def _table(self, fetch: Fetch, name: str, now_s: float) -> bytes:
        # The number asks the servers in between for nothing older than five minutes.
        step = int(now_s // _FIVE_MINUTES_S * _FIVE_MINUTES_S)
        return fetch(f"{self._base_url}/outlook/current/{name}.csv?_={step}")


def last_time_s(clock: str, now_s: float) -> float:
    """The last time that a clock in California showed that, in seconds since 1970.

    Args:
        clock: Such as "00:05". When summer time ends it shows some times twice: the later one counts
            as soon as it has come.
        now_s: Seconds since 1970. This machine's clock may be five minutes behind.

    Raises:
        NoReadingError: This machine has no table of time zones.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        pacific = ZoneInfo(_TIME_ZONE)
    except ZoneInfoNotFoundError:
        raise NoReadingError(
            f"this machine does not know the time zone {_TIME_ZONE}: pip install tzdata",
            try_again=False,
        ) from None
    hour, minute = map(int, clock.split(":"))
    latest = now_s + _FIVE_MINUTES_S
    today = datetime.fromtimestamp(latest, tz=pacific).date()
    moments = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=pacific, fold=fold)
        for day in (today - timedelta(days=2), today - timedelta(days=1), today)
        for fold in (0, 1)
    ]
    return max(
        moment.timestamp()
        for moment in moments
        # A time that the clock leaves out when summer time begins is none.
        if moment.timestamp() <= latest and _is_on_the_clock(moment)
    )


def _is_on_the_clock(moment: datetime) -> bool:
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return (there_and_back.hour, there_and_back.minute) == (moment.hour, moment.minute)


def _emissions(body: bytes) -> Mapping[RowTime, float]:
    """Tonnes an hour of all sources together; rows that lack a source are left out."""
    rows = list(_rows(body, {_GAS, _IMPORTS}))
    # One that no row has, such as coal when it is gone, lacks in none.
    sources = {source for _, row in rows for source in row}
    return {time: math.fsum(row.values()) for time, row in rows if row.keys() == sources}


def _demand(body: bytes) -> Mapping[RowTime, float]:
    return {time: row[_DEMAND] for time, row in _rows(body, {_DEMAND}) if _DEMAND in row}


def _rows(body: bytes, required: set[str]) -> Iterator[tuple[RowTime, Row]]:
    """The rows that have a number, in the table's order."""
    lines = list(csv.reader(body.decode("utf-8-sig", errors="replace").splitlines()))
    header = [name.strip().lower() for name in lines[0]] if lines else []
    if not {"time", *required} <= set(header):
        raise NoReadingError(f"expected a table with the columns {', '.join(sorted(required))}")
    seen: Counter[str] = Counter()
    for line in lines[1:]:
        cells = dict(zip(header, line, strict=False))
        clock = cells.pop("time", "").strip()
        row = _numbers(cells)
        if row and _CLOCK.fullmatch(clock):
            seen[clock] += 1
            yield RowTime(clock, seen[clock]), row


def _numbers(cells: Mapping[str, str]) -> Row:
    found = {}
    for column, text in cells.items():
        try:
            value = float(text)
        except ValueError:
            continue
        if column and math.isfinite(value):
            found[column] = value
    return found
