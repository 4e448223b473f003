"""What each provider of live carbon intensity makes of the answers that it may get."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from answering import AnsweringServer, answering_server, in_turn, reply
from wattboard.collector.carbon.caiso import Caiso, last_time_s
from wattboard.collector.carbon.electricity_maps import ElectricityMaps
from wattboard.collector.carbon.energy_charts import EnergyCharts
from wattboard.collector.carbon.fetch import fetch
from wattboard.collector.carbon.great_britain import GreatBritain
from wattboard.collector.carbon.provider import (
    MissingKeyError,
    NoReadingError,
    Provider,
    Reading,
    UnservedZoneError,
)
from wattboard.collector.carbon.registry import REGISTRY, provider_class
from wattboard.collector.carbon.watttime import WattTime
from wattboard.collector.errors import CollectorError

ANSWERS = Path(__file__).parent / "carbon_answers"

KEYS = {
    "ELECTRICITY_MAPS_TOKEN": "secret-token",
    "WATTTIME_USER": "jane",
    "WATTTIME_PASSWORD": "secret-password",
}

CO2, DEMAND = "/outlook/current/co2.csv", "/outlook/current/demand.csv"


def at(text: str) -> float:
    """Seconds since 1970 of a time in UTC, such as "2026-04-01 07:12"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def recorded(name: str) -> bytes:
    return (ANSWERS / name).read_bytes()


def changed(name: str, **values: Any) -> bytes:
    """A recorded answer with other values."""
    return json.dumps({**json.loads(recorded(name)), **values}).encode()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine that tests says of proxies is not for a server on the same machine."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering_server() as running:
        yield running


# All of them


def test_the_registry_has_each_by_its_name() -> None:
    """Five providers; of them only one is marginal, and says so."""
    assert set(REGISTRY) == {"caiso", "gb", "energy-charts", "electricity-maps", "watttime"}
    assert [name for name, each in REGISTRY.items() if each.basis == "marginal"] == ["watttime"]
    assert all(each.name == name and each.attribution for name, each in REGISTRY.items())


def test_a_wrong_name_gets_a_hint() -> None:
    """All names, what was found, and the nearest one."""
    with pytest.raises(CollectorError, match=r"expected caiso, gb, .*'energy-chart'; did you mean"):
        provider_class("energy-chart")


@pytest.mark.parametrize(
    ("provider", "place", "zone"),
    [
        (Caiso, "US-CA", "US-CA"),
        (Caiso, "US-CAL-CISO", "US-CA"),
        (Caiso, "USA", None),
        (GreatBritain, "GBR", "GBR"),
        (GreatBritain, "IRL", None),
        (EnergyCharts, "DEU", "DEU"),
        (EnergyCharts, "GBR", "GBR"),
        (EnergyCharts, "USA", None),
        (EnergyCharts, "SE-SE3", None),
        (ElectricityMaps, "DEU", "DE"),
        (ElectricityMaps, "SE-SE3", "SE-SE3"),
        (ElectricityMaps, "US-CA", "US-CAL-CISO"),
        (ElectricityMaps, "47.99,7.85", "47.99,7.85"),
        (ElectricityMaps, "DE&disableEstimations=1", None),
        (WattTime, "CAISO_NORTH", "CAISO_NORTH"),
        (WattTime, "37.42,-122.17", "37.42,-122.17"),
        (WattTime, "97.42,-122.17", None),
        (WattTime, "US-CA", None),
    ],
)
def test_zones(provider: type[Provider], place: str, zone: str | None) -> None:
    """What a provider calls a place; one that it does not serve is refused before it is asked."""
    if zone is not None:
        assert provider(KEYS).zone_of(place) == zone
    else:
        with pytest.raises(UnservedZoneError, match="expected"):
            provider(KEYS).zone_of(place)


@pytest.mark.parametrize("provider", [each for each in REGISTRY.values() if each.keys])
def test_a_missing_key_is_named(provider: type[Provider]) -> None:
    """The message names the variables and says what to do."""
    with pytest.raises(MissingKeyError, match=provider.keys[0]):
        provider({})


# California


def caiso(server: AnsweringServer, now: str) -> Reading:
    return Caiso({}, server.url).latest(fetch, "US-CA", at(now))


def serve_caiso(server: AnsweringServer, co2: bytes, demand: bytes) -> None:
    server.answers = {CO2: reply(co2), DEMAND: reply(demand)}


def test_california(server: AnsweringServer) -> None:
    """Tonnes an hour by megawatts, of the last row that has both; the clock is that of the coast."""
    serve_caiso(server, recorded("caiso_co2.csv"), recorded("caiso_demand.csv"))
    reading = caiso(server, "2026-04-01 07:12")
    assert reading.g_per_kwh == pytest.approx(1000 * (82 + 111 + 5012 + 1888 + 7) / 25000)
    assert reading.at_s == at("2026-04-01 07:05")
    assert (reading.basis, reading.is_estimated, reading.granularity_s) == ("direct", False, 300)
    assert [asked.path.partition("?")[0] for asked in server.asked] == [CO2, DEMAND]


def test_negative_imports_count(server: AnsweringServer) -> None:
    """Exports take their emissions along."""
    co2 = recorded("caiso_co2.csv").replace(b",1888,", b",-1000,")
    serve_caiso(server, co2, recorded("caiso_demand.csv"))
    expected = 1000 * (82 + 111 + 5012 - 1000 + 7) / 25000
    assert caiso(server, "2026-04-01 07:12").g_per_kwh == pytest.approx(expected)


def test_less_than_nothing_is_absent(server: AnsweringServer) -> None:
    """Where more is booked to exports than was emitted, there is no figure: neither 0 nor below."""
    co2 = recorded("caiso_co2.csv").replace(b",1888,", b",-9000,")
    serve_caiso(server, co2, recorded("caiso_demand.csv"))
    with pytest.raises(NoReadingError, match="booked to exports"):
        caiso(server, "2026-04-01 07:12")


@pytest.mark.parametrize(
    ("before", "after", "at_clock"),
    [
        (b"5012", b"", "07:00"),  # a row that lacks its greatest source is not yet a row
        (b",0,", b",,", "07:05"),  # coal is gone for good
        (b"natural gas", b"NATURAL GAS", "07:05"),
        (b"00:05", b" 00:05", "07:05"),
    ],
)
def test_cells_of_california(
    server: AnsweringServer, before: bytes, after: bytes, at_clock: str
) -> None:
    """A source that one row lacks makes it incomplete; one that all rows lack does not."""
    serve_caiso(
        server, recorded("caiso_co2.csv").replace(before, after), recorded("caiso_demand.csv")
    )
    assert caiso(server, "2026-04-01 07:12").at_s == at(f"2026-04-01 {at_clock}")


@pytest.mark.parametrize(
    "co2",
    [
        b"",
        b"<!DOCTYPE html><html><body>Request blocked</body></html>",
        b"Time,Solar,Wind\n00:00,1,2\n",
        b"\xff\xfe\x00",
        b"Time,Natural Gas CO2,Imports CO2\n",
        b"Time,Natural Gas CO2,Imports CO2\n00:05,nan,inf\n",
        b"Time,Natural Gas CO2,Imports CO2\n25:05,1,2\nnoon,1,2\n",
    ],
)
def test_rubbish_from_california(server: AnsweringServer, co2: bytes) -> None:
    """What is no such table, or one without a number, is no figure."""
    serve_caiso(server, co2, recorded("caiso_demand.csv"))
    with pytest.raises(NoReadingError):
        caiso(server, "2026-04-01 07:12")


@pytest.mark.parametrize(
    ("now", "clock", "then"),
    [
        ("2026-07-01 19:07", "12:05", "2026-07-01 19:05"),  # summer time, UTC-7
        ("2026-01-15 20:07", "12:05", "2026-01-15 20:05"),  # UTC-8
        ("2026-01-15 08:02", "23:55", "2026-01-15 07:55"),  # after midnight, yesterday's table
        ("2026-01-15 20:01", "12:05", "2026-01-15 20:05"),  # our clock is behind
        ("2026-03-08 10:01", "01:55", "2026-03-08 09:55"),  # the clock goes from 02:00 to 03:00
        ("2026-03-08 10:06", "03:05", "2026-03-08 10:05"),
        ("2026-03-09 09:40", "02:30", "2026-03-09 09:30"),  # the day after: 02:30 is there again
        ("2026-03-09 09:20", "02:30", "2026-03-07 10:30"),  # on the day before it was not
        ("2026-11-01 08:57", "01:55", "2026-11-01 08:55"),  # the first 01:55 of two
        ("2026-11-01 09:06", "01:05", "2026-11-01 09:05"),  # the second 01:05
        ("2026-11-01 10:01", "01:55", "2026-11-01 09:55"),
        ("2026-11-01 10:06", "02:05", "2026-11-01 10:05"),
    ],
)
def test_clock_times_without_a_date(now: str, clock: str, then: str) -> None:
    """A clock time is the last time that it was that late in California, also when the clock changes."""
    assert last_time_s(clock, at(now)) == at(then)


def test_an_hour_that_comes_twice(server: AnsweringServer) -> None:
    """In the second 01:00 the last rows are those of the second, whatever stands above them."""
    twice = [*(f"0{h}:{m:02}" for h in (0, 1) for m in range(0, 60, 5)), "01:00", "01:05"]
    co2 = ["Time,Natural Gas CO2,Imports CO2", *(f"{c},{n},0" for n, c in enumerate(twice))]
    demand = ["Time,Current demand", *(f"{clock},1000" for clock in twice)]
    serve_caiso(server, "\r\n".join(co2).encode(), "\r\n".join(demand).encode())
    reading = caiso(server, "2026-11-01 09:07")
    assert reading.at_s == at("2026-11-01 09:05")
    assert reading.g_per_kwh == len(twice) - 1


def test_a_machine_without_time_zones(
    server: AnsweringServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may have no table of time zones: that is told with what to do."""
    import zoneinfo

    def unknown(name: str) -> None:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", unknown)
    serve_caiso(server, recorded("caiso_co2.csv"), recorded("caiso_demand.csv"))
    with pytest.raises(NoReadingError, match="pip install tzdata"):
        caiso(server, "2026-04-01 07:12")


# Great Britain


def gb(server: AnsweringServer, body: bytes, now: str = "2018-01-20 12:10") -> Reading:
    server.answers["/intensity"] = reply(body)
    return GreatBritain({}, server.url).latest(fetch, "GBR", at(now))


def test_great_britain(server: AnsweringServer) -> None:
    """The half hour's figure; the request says which program asks, as the terms want it."""
    reading = gb(server, recorded("gb.json"))
    assert reading == Reading(263.0, at("2018-01-20 12:00"), 1800, "GBR", "direct", False)
    assert server.asked[0].headers["User-Agent"].startswith("wattboard/")


def test_a_forecast_is_an_estimate(server: AnsweringServer) -> None:
    """Where the actual figure is not out yet, the forecast is taken and marked."""
    reading = gb(server, recorded("gb.json").replace(b'"actual":263', b'"actual":null'))
    assert (reading.g_per_kwh, reading.is_estimated) == (266.0, True)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"{}",
        b'{"data": null}',
        b'{"data": [null, 1, {}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": null}]}',
        b'{"data": [{"from": "noon", "intensity": {"forecast": 266}}]}',
        b'{"data": [{"from": "2018-01-20T12:00", "intensity": {"forecast": 266}}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": {"forecast": "266"}}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": {"forecast": true}}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": {"forecast": NaN}}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": {"forecast": -266}}]}',
        b'{"data": [{"from": "2018-01-20T12:00Z", "intensity": {"forecast": 266000}}]}',
        b'{"data": [{"from": "2018-01-20T13:00Z", "intensity": {"forecast": 266}}]}',
        b"[" * 100_000,
        b"9" * 5000,
    ],
)
def test_rubbish_from_great_britain(server: AnsweringServer, body: bytes) -> None:
    """A figure of the future, below 0, in another unit, or none at all: there is no reading."""
    with pytest.raises(NoReadingError):
        gb(server, body)


# Energy-Charts


def energy_charts(
    server: AnsweringServer, body: bytes, zone: str = "DEU", now: str = "2026-07-12 23:05"
) -> Reading:
    server.answers["/co2eq"] = reply(body)
    return EnergyCharts({}, server.url).latest(fetch, zone, at(now))


def test_energy_charts(server: AnsweringServer) -> None:
    """The last number before the nulls of what is not yet known; no forecast in its place."""
    reading = energy_charts(server, recorded("energy_charts.json"))
    assert reading == Reading(502.6, at("2026-07-12 22:30"), 900, "DEU", "unknown", False)
    path = "/co2eq?country=de&start=2026-07-12T17:05Z&end=2026-07-12T23:05Z"
    assert [asked.path for asked in server.asked] == [path]


def test_energy_charts_by_hours(server: AnsweringServer) -> None:
    """Some countries tell of whole hours; the United Kingdom has a code of its own there."""
    hours = [1783886400, 1783890000, 1783893600]
    body = changed("energy_charts.json", unix_seconds=hours, co2eq=[30.1, 31.5, None])
    reading = energy_charts(server, body, zone="GBR")
    assert (reading.g_per_kwh, reading.granularity_s) == (31.5, 3600)
    assert "country=uk&" in server.asked[0].path


@pytest.mark.parametrize(
    "values",
    [
        {"co2eq": [None] * 5},
        {"co2eq": []},
        {"co2eq": None},
        {"co2eq": [1.0]},
        {"co2eq": ["491.5"] * 5},
        {"co2eq": [-3.0] * 5},
        {"unix_seconds": None},
        {"unix_seconds": ["2026"] * 5},
        {"unix_seconds": [1883893600] * 5},
    ],
)
def test_rubbish_from_energy_charts(server: AnsweringServer, values: Mapping[str, Any]) -> None:
    """Nulls alone, lists that do not fit, texts, the future: there is no reading."""
    with pytest.raises(NoReadingError):
        energy_charts(server, changed("energy_charts.json", **values))


# Electricity Maps


def electricity_maps(server: AnsweringServer, body: bytes, zone: str = "DE") -> Reading:
    server.answers["/v4/carbon-intensity/latest"] = reply(body)
    return ElectricityMaps(KEYS, server.url).latest(fetch, zone, at("2024-03-06 19:10"))


def test_electricity_maps(server: AnsweringServer) -> None:
    """The answer itself says basis, zone and whether it is an estimate; the token is in a heading."""
    reading = electricity_maps(server, recorded("electricity_maps.json"))
    assert reading == Reading(302.0, at("2024-03-06 19:00"), 3600, "DE", "lifecycle", True)
    asked = server.asked[0]
    assert asked.path == "/v4/carbon-intensity/latest?zone=DE"
    assert asked.headers["auth-token"] == "secret-token"


def test_electricity_maps_by_coordinates(server: AnsweringServer) -> None:
    """Asked for a place, it tells the zone; that is what the log then has."""
    body = changed(
        "electricity_maps.json",
        emissionFactorType="direct",
        isEstimated=False,
        temporalGranularity="5_minutes",
    )
    reading = electricity_maps(server, body, zone="47.99,7.85")
    assert server.asked[0].path == "/v4/carbon-intensity/latest?lat=47.99&lon=7.85"
    assert (reading.zone, reading.basis, reading.is_estimated) == ("DE", "direct", False)
    assert reading.granularity_s == 300


@pytest.mark.parametrize(
    "values",
    [
        {"carbonIntensity": None},
        {"carbonIntensity": "302"},
        {"datetime": "yesterday"},
        {"datetime": None},
        {"zone": 49},
    ],
)
def test_rubbish_from_electricity_maps(server: AnsweringServer, values: Mapping[str, Any]) -> None:
    """What lacks number, time or zone is no reading."""
    with pytest.raises(NoReadingError):
        electricity_maps(server, changed("electricity_maps.json", **values))


# WattTime


@pytest.fixture
def watttime(server: AnsweringServer) -> Callable[[str, str], Reading]:
    for path, name in (("/login", "login"), ("/v3/forecast", "forecast")):
        server.answers[path] = reply(recorded(f"watttime_{name}.json"))
    server.answers["/v3/region-from-loc"] = reply(recorded("watttime_region.json"))
    provider = WattTime(KEYS, server.url)
    return lambda zone, now: provider.latest(fetch, zone, at(now))


def test_watttime(server: AnsweringServer, watttime: Callable[[str, str], Reading]) -> None:
    """Pounds by MWh become g/kWh, marked marginal; one login lasts for the token's time."""
    reading = watttime("CAISO_NORTH", "2026-04-01 00:01")
    assert reading.g_per_kwh == pytest.approx(412.5 * 0.45359237)
    assert (reading.zone, reading.basis, reading.granularity_s) == ("CAISO_NORTH", "marginal", 300)
    watttime("CAISO_NORTH", "2026-04-01 00:20")
    watttime("CAISO_NORTH", "2026-04-01 00:27")
    paths = [asked.path for asked in server.asked]
    forecast = "/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer&horizon_hours=0"
    assert paths == ["/login", forecast, forecast, "/login", forecast]
    assert server.asked[0].headers["Authorization"] == "Basic amFuZTpzZWNyZXQtcGFzc3dvcmQ="
    assert server.asked[1].headers["Authorization"] == "Bearer a.b.c"


def test_watttime_by_coordinates(
    server: AnsweringServer, watttime: Callable[[str, str], Reading]
) -> None:
    """The region of a place is asked for once."""
    for now in ("2026-04-01 00:01", "2026-04-01 00:06"):
        assert watttime("37.42,-122.17", now).zone == "CAISO_NORTH"
    places = [asked.path for asked in server.asked if "region-from-loc" in asked.path]
    assert places == ["/v3/region-from-loc?latitude=37.42&longitude=-122.17&signal_type=co2_moer"]


def test_a_token_that_ends_early(
    server: AnsweringServer, watttime: Callable[[str, str], Reading]
) -> None:
    """One that is no longer accepted is replaced once; one that never is, is told."""
    watttime("CAISO_NORTH", "2026-04-01 00:01")
    works = reply(recorded("watttime_forecast.json"))
    server.answers["/v3/forecast"] = in_turn(reply(b"", 401), works)
    watttime("CAISO_NORTH", "2026-04-01 00:06")
    server.answers["/v3/forecast"] = reply(b"", 401)
    server.asked.clear()
    with pytest.raises(NoReadingError, match="401"):
        watttime("CAISO_NORTH", "2026-04-01 00:11")
    assert [asked.path.partition("?")[0] for asked in server.asked] == [
        "/v3/forecast",
        "/login",
        "/v3/forecast",
    ]


def test_a_new_token_that_is_refused(
    server: AnsweringServer, watttime: Callable[[str, str], Reading]
) -> None:
    """Logging in once more would change nothing."""
    server.answers["/v3/forecast"] = reply(b"", 401)
    with pytest.raises(NoReadingError, match="401"):
        watttime("CAISO_NORTH", "2026-04-01 00:01")
    assert [asked.path.partition("?")[0] for asked in server.asked] == ["/login", "/v3/forecast"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/login", b"{}"),
        ("/login", b'{"token": "a\\r\\nX-Other: b"}'),
        ("/v3/region-from-loc", b'{"region": "../login"}'),
        ("/v3/forecast", changed("watttime_forecast.json", data=[])),
        ("/v3/forecast", changed("watttime_forecast.json", data=[{"value": 412.5}])),
        ("/v3/forecast", changed("watttime_forecast.json", meta={"units": "percentile"})),
        ("/v3/forecast", changed("watttime_forecast.json", meta=None)),
    ],
)
def test_rubbish_from_watttime(
    server: AnsweringServer, watttime: Callable[[str, str], Reading], path: str, body: bytes
) -> None:
    """A percentile is no intensity, and a token with a line break no token."""
    server.answers[path] = reply(body)
    with pytest.raises(NoReadingError):
        watttime("37.42,-122.17", "2026-04-01 00:01")
