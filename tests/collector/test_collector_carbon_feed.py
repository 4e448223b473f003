"""How providers are asked: for a limited time, not too often, and without telling a secret."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest
from answering import AnsweringServer, answering_server, in_turn, reply
from wattboard.collector.carbon import fetch as fetch_module
from wattboard.collector.carbon.cache import Cache, Kept, cache_file
from wattboard.collector.carbon.feed import (
    AFTER_FAILURE_S,
    ATTEMPTS,
    LEAST_PAUSE_S,
    SPREAD_S,
    Clock,
    Feed,
    due_s,
)
from wattboard.collector.carbon.fetch import MAX_ANSWER_BYTES, fetch
from wattboard.collector.carbon.great_britain import GreatBritain
from wattboard.collector.carbon.provider import Basis, Fetch, NoReadingError, Reading
from wattboard.collector.carbon.watttime import WattTime

NOW_S = 1_790_000_100.0

READING = Reading(263.0, NOW_S - 100, 900.0, "ZZZ", "direct", False)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine that tests says of proxies is not for a server on the same machine."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering_server() as running:
        yield running


# One request


@pytest.mark.parametrize(
    ("status", "try_again"),
    [(500, True), (503, True), (429, True), (401, False), (403, False), (404, False), (301, False)],
)
def test_a_status_is_no_answer(server: AnsweringServer, status: int, try_again: bool) -> None:
    """Only what may soon be otherwise is worth another try; a redirect is not followed."""
    elsewhere = {"Location": f"{server.url}/elsewhere", "Retry-After": "17"}
    server.answers = {"/x": reply(b"{}", status, elsewhere), "/elsewhere": reply(b"{}")}
    with pytest.raises(NoReadingError, match=f"status {status}") as raised:
        fetch(f"{server.url}/x", {"auth-token": "secret"})
    assert (raised.value.try_again, raised.value.wait_s) == (try_again, 17)
    assert len(server.asked) == 1


@pytest.mark.parametrize("retry_after", ["-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400])
def test_an_odd_wish_to_be_left_alone(server: AnsweringServer, retry_after: str) -> None:
    """What is no number of seconds counts for nothing, and no wish for more than an hour."""
    server.answers["/x"] = reply(b"", 429, {"Retry-After": retry_after})
    with pytest.raises(NoReadingError) as raised:
        fetch(f"{server.url}/x")
    assert 0 <= raised.value.wait_s <= 3600


def drips(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each well within what a socket waits for."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def drips_headings(handler: BaseHTTPRequestHandler) -> None:
    """The same before the body begins."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(200):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def is_silent(_: BaseHTTPRequestHandler) -> None:
    time.sleep(10)


@pytest.mark.parametrize("answer", [drips, drips_headings, is_silent])
def test_the_time_is_limited_as_a_whole(server: AnsweringServer, answer: Any) -> None:
    """However an answer drags on, the request ends with its time."""
    server.answers["/x"] = answer
    started_s = time.monotonic()
    with pytest.raises(NoReadingError, match=r"no answer within 0\.5 s|\(ReadTimeout\)"):
        fetch(f"{server.url}/x", timeout_s=0.5)
    assert time.monotonic() - started_s < 5


def test_an_answer_without_end(server: AnsweringServer) -> None:
    """More than any table has is not taken into memory."""
    server.answers["/x"] = reply(b" " * (MAX_ANSWER_BYTES + 1))
    with pytest.raises(NoReadingError, match="longer than"):
        fetch(f"{server.url}/x")
    server.answers["/x"] = reply(b" " * MAX_ANSWER_BYTES)
    assert len(fetch(f"{server.url}/x")) == MAX_ANSWER_BYTES


def test_what_a_server_learns(
    server: AnsweringServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's name, no cookie, and no password that ~/.netrc has for that host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers["/x"] = reply(b"{}", headers={"Set-Cookie": "a=b"})
    fetch(f"{server.url}/x")
    fetch(f"{server.url}/x")
    headers = server.asked[1].headers
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert headers["User-Agent"].startswith("wattboard/")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:1/x", "secret"),
        ("http://[::secret/x", "secret"),
        ("http://127.0.0.1:1/x", "secret\r\nX-Other: 1"),
    ],
)
def test_errors_hold_no_secret(url: str, key: str) -> None:
    """Of what went wrong only the kind is told: the texts of errors hold addresses and headings."""
    with pytest.raises(NoReadingError, match=r"^the server cannot be asked \(\w+\)$") as raised:
        fetch(url, {"auth-token": key})
    assert raised.value.__cause__ is None


# Rounds


class FakeClock:
    """Time passes only in sleep."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s
        self.slept: list[float] = []

    def sleep(self, span_s: float) -> None:
        self.slept.append(span_s)
        self.now_s += span_s

    def clock(self, chance: float = 0.5) -> Clock:
        return Clock(lambda: self.now_s, self.sleep, lambda: chance)


class Scripted:
    """A provider that says what it is told to, one after the other; the last from then on."""

    name: ClassVar[str] = "scripted"
    basis: ClassVar[Basis] = "direct"
    late_s: ClassVar[float] = 60.0
    keys: ClassVar[tuple[str, ...]] = ("SCRIPTED_TOKEN",)
    source: ClassVar[str] = "a test"
    attribution: ClassVar[str] = "whoever wrote it"

    def __init__(self, environ: Mapping[str, str], *says: Reading | Exception) -> None:
        self.says = list(says)
        self.times_asked = 0

    def zone_of(self, place: str) -> str:
        return place

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        self.times_asked += 1
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said


def feed_of(
    provider: Any, time_: FakeClock, file: Path | None = None, zone: str = "ZZZ"
) -> tuple[Feed, list[Mapping[str, Any]]]:
    """A feed, and the list of what it says."""
    said: list[Mapping[str, Any]] = []
    return Feed(provider, zone, fetch, Cache(file), said.append, time_.clock()), said


def busy(**options: Any) -> NoReadingError:
    return NoReadingError("busy", **options)


ABOUT = {
    "provider": "scripted",
    "zone": "ZZZ",
    "basis": "direct",
    "source": "a test",
    "attribution": "whoever wrote it",
    "estimated": False,
}


def test_what_is_said() -> None:
    """First what info.json is to know, before anybody is asked; then each reading, with its end."""
    time_ = FakeClock()
    provider = Scripted({}, READING)
    feed, said = feed_of(provider, time_)
    assert said == [{"live_intensity": ABOUT}]
    assert provider.times_asked == 0
    assert feed.round() == 800 + SPREAD_S / 2
    assert said[1:] == [
        {
            "g_per_kwh": 263.0,
            "at": READING.at_s,
            "until": READING.at_s + 2 * 900 + 60,
            "basis": "direct",
            "source": "a test",
        }
    ]


def test_what_changes_is_said_again() -> None:
    """An answer's own zone and basis count, and one estimate marks the run; the same is not repeated."""
    time_ = FakeClock()
    estimate = replace(
        READING, at_s=READING.at_s + 900, zone="Z-1", basis="lifecycle", is_estimated=True
    )
    later = replace(estimate, at_s=READING.at_s + 1800, is_estimated=False)
    feed, said = feed_of(Scripted({}, READING, READING, estimate, later), time_)
    for _ in range(4):
        time_.sleep(feed.round())
    abouts = [line["live_intensity"] for line in said if "live_intensity" in line]
    assert abouts == [
        ABOUT,
        {**ABOUT, "zone": "Z-1", "basis": "lifecycle", "estimated": True},
    ]
    assert len(said) == 5


def test_coordinates_are_not_said() -> None:
    """Before a provider has named the zone it is unknown; a place on Earth is never in it."""
    feed, said = feed_of(Scripted({}, READING), FakeClock(), zone="47.99,7.85")
    feed.round()
    abouts = [line["live_intensity"]["zone"] for line in said if "live_intensity" in line]
    assert abouts == [None, "ZZZ"]


@pytest.mark.parametrize(
    ("age_s", "due_in_s"),
    [
        (0.0, 900.0),
        (100.0, 800.0),  # the next period is still to come
        (890.0, LEAST_PAUSE_S),
        (900.0, 900.0),  # late: asked again after a period's time
        (3000.0, 900.0),
        (-100.0, 900.0),
    ],
)
def test_each_period_is_asked_for_once(age_s: float, due_in_s: float) -> None:
    """A new figure is asked for when its period has begun, and never twice in a minute."""
    assert due_s(replace(READING, at_s=NOW_S - age_s), NOW_S) == NOW_S + due_in_s


def test_backoff() -> None:
    """Tries again at most N times in a round, each pause twice as long, give or take half of it."""
    time_ = FakeClock()
    provider = Scripted({}, busy())
    feed, said = feed_of(provider, time_)
    assert feed.round() <= AFTER_FAILURE_S + SPREAD_S
    assert provider.times_asked == ATTEMPTS == 4
    assert time_.slept == [2.0, 4.0, 8.0]
    for chance, first_s in ((0.0, 1.0), (1.0, 3.0)):
        other = FakeClock()
        Feed(
            Scripted({}, busy(), READING), "", fetch, Cache(None), said.append, other.clock(chance)
        ).round()
        assert other.slept == [first_s]


def test_who_is_down_is_not_pressed(caplog: pytest.LogCaptureFixture) -> None:
    """After a round without an answer there is one try in a round, and one message; then all is well."""
    caplog.set_level(logging.INFO)
    time_ = FakeClock()
    provider = Scripted({}, *[busy()] * 7, replace(READING, at_s=NOW_S + 2600))
    feed, said = feed_of(provider, time_)
    asked = []
    for _ in range(4):
        time_.sleep(feed.round())
        asked.append(provider.times_asked)
    assert asked == [4, 5, 6, 7]
    assert [line for line in said if "g_per_kwh" in line] == []
    feed.round()
    assert [line["g_per_kwh"] for line in said if "g_per_kwh" in line] == [263.0]
    assert [record.getMessage() for record in caplog.records] == [
        "live intensity: scripted has no figure: busy; it is absent meanwhile",
        "live intensity: scripted answers again",
    ]


def test_a_wish_to_be_left_alone_is_heeded() -> None:
    """A short one lengthens the pause; a long one ends the round."""
    time_ = FakeClock()
    provider = Scripted({}, busy(status=429, wait_s=17), busy(status=429, wait_s=3000))
    feed, _ = feed_of(provider, time_)
    feed.round()
    assert time_.slept == [17]
    assert provider.times_asked == 2


def test_a_refusal_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    """A wrong key is asked with once a round; the message names the variable and not the key."""
    provider = Scripted({}, busy(status=401, try_again=False))
    feed, _ = feed_of(provider, FakeClock())
    feed.round()
    assert provider.times_asked == 1
    assert "busy: check SCRIPTED_TOKEN" in caplog.text


@pytest.mark.parametrize("said", [ZeroDivisionError("secret"), replace(READING, at_s=NOW_S + 1000)])
def test_what_makes_no_sense_is_no_answer(said: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake in a provider, or a figure of the future, costs the figure and not the process."""
    feed, lines = feed_of(Scripted({}, said), FakeClock())
    feed.round()
    assert len(lines) == 1
    assert "has no figure" in caplog.text
    assert "secret" not in caplog.text


def test_secrets_stay_secret(
    server: AnsweringServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither messages nor lines nor files have an account's name, its password or its token."""
    caplog.set_level(logging.DEBUG)
    environ = {"WATTTIME_USER": "jane-doe", "WATTTIME_PASSWORD": "open-sesame"}
    works = Path(__file__).parent / "carbon_answers" / "watttime_forecast.json"
    server.answers = {
        "/login": in_turn(reply(b'{"token": "to-ken"}'), reply(b"", 401)),
        "/v3/forecast": in_turn(reply(works.read_bytes()), reply(b"", 401)),
    }
    time_ = FakeClock(1_775_001_660.0)
    file = cache_file(tmp_path, "watttime", "37.42,-122.17")
    feed, said = feed_of(WattTime(environ, server.url), time_, file, "CAISO_NORTH")
    for _ in range(3):
        time_.sleep(feed.round())
    assert [line["basis"] for line in said if "g_per_kwh" in line] == ["marginal"]
    assert "status 401: check WATTTIME_USER and WATTTIME_PASSWORD" in caplog.text
    told = json.dumps(said) + caplog.text
    told += "".join(str(path) + path.read_text() for path in tmp_path.rglob("*.json"))
    for secret in ("jane-doe", "open-sesame", "to-ken", "amFuZS", "37.42"):
        assert secret not in told


# What is kept


def test_several_runs_ask_no_more_than_one(tmp_path: Path) -> None:
    """A second run on the machine takes what the first was told, until the next figure is due."""
    file, time_ = tmp_path / "carbon" / "kept.json", FakeClock()
    first, second = Scripted({}, READING), Scripted({}, READING)
    feed_of(first, time_, file)[0].round()
    feed, said = feed_of(second, time_, file)
    pause_s = feed.round()
    assert [line["g_per_kwh"] for line in said if "g_per_kwh" in line] == [263.0]
    assert (first.times_asked, second.times_asked) == (1, 0)
    time_.sleep(pause_s)
    feed.round()
    assert second.times_asked == 1


def test_a_failure_is_kept_too(tmp_path: Path) -> None:
    """A provider that is down is not asked by each run anew; a key that is wrong may be another's."""
    file, time_ = tmp_path / "kept.json", FakeClock()
    feed_of(Scripted({}, busy(try_again=False)), time_, file)[0].round()
    other = Scripted({}, READING)
    feed_of(other, time_, file)[0].round()
    assert other.times_asked == 0
    file.unlink()
    feed_of(Scripted({}, busy(status=401, try_again=False)), time_, file)[0].round()
    feed_of(other, time_, file)[0].round()
    assert other.times_asked == 1


def test_two_at_once_ask_once(tmp_path: Path) -> None:
    """While one asks, the other waits for its answer."""
    file = tmp_path / "kept.json"
    asking, over = threading.Event(), threading.Event()

    class Slow(Scripted):
        def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
            asking.set()
            over.wait(30)
            return super().latest(fetch, zone, now_s)

    first, second = Slow({}, READING), Scripted({}, READING)
    feeds = [feed_of(provider, FakeClock(), file)[0] for provider in (first, second)]
    threads = [threading.Thread(target=feed.round) for feed in feeds]
    threads[0].start()
    assert asking.wait(30)
    threads[1].start()
    time.sleep(0.1)
    over.set()
    for thread in threads:
        thread.join(30)
    assert (first.times_asked, second.times_asked) == (1, 0)


def test_the_cache_by_provider_and_zone(tmp_path: Path) -> None:
    """Each has a file of its own, whose name tells no place; without a home there is none."""
    names = {cache_file(tmp_path, "gb", "GBR"), cache_file(tmp_path, "gb", "47.99,7.85")}
    assert len(names) == 2
    assert not any("47" in str(name) and "7.85" in str(name) for name in names)
    assert cache_file(None, "gb", "GBR") is None


GOOD: dict[str, Any] = {
    "asked_s": NOW_S - 10,
    "next_s": NOW_S + 800,
    "reading": {
        "g_per_kwh": 263.0,
        "at_s": NOW_S - 100,
        "granularity_s": 900.0,
        "zone": "ZZZ",
        "basis": "direct",
        "is_estimated": False,
    },
}


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """A reading is read as it was written, and so is that there was none."""
    for reading in (READING, None):
        kept = Kept(NOW_S - 10, NOW_S + 800, reading)
        Cache(tmp_path / "kept.json").write(kept)
        assert Cache(tmp_path / "kept.json").read(NOW_S) == kept
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 4000,
        json.dumps({**GOOD, "asked_s": NOW_S + 60}),  # the clock was set back
        json.dumps({**GOOD, "next_s": NOW_S + 1e6}),
        json.dumps({**GOOD, "asked_s": NOW_S - 1e6, "next_s": NOW_S - 1e6}),
        json.dumps({**GOOD, "asked_s": "now"}),
        json.dumps({"asked_s": NOW_S, "next_s": NOW_S}),
        json.dumps({**GOOD, "reading": 263}),
    ],
)
def test_a_file_that_makes_no_sense_is_as_none(tmp_path: Path, content: str) -> None:
    """Anybody may have written it: the provider is asked, and the file replaced."""
    file = tmp_path / "kept.json"
    file.write_text(content)
    assert Cache(file).read(NOW_S) is None
    provider = Scripted({}, READING)
    feed_of(provider, FakeClock(), file)[0].round()
    assert provider.times_asked == 1
    assert json.loads(file.read_text())["reading"]["g_per_kwh"] == 263.0


@pytest.mark.parametrize(
    "wrong", [{"g_per_kwh": -1}, {"g_per_kwh": 1e9}, {"at_s": "x"}, {"basis": "average"}]
)
def test_a_reading_that_makes_no_sense_is_not_said(tmp_path: Path, wrong: Any) -> None:
    """A file that somebody has changed does not bring a wrong number into a log."""
    file = tmp_path / "kept.json"
    file.write_text(json.dumps({**GOOD, "reading": {**GOOD["reading"], **wrong}}))
    feed, said = feed_of(Scripted({}, READING), FakeClock(), file)
    feed.round()
    assert [line for line in said if "g_per_kwh" in line] == []


def test_without_a_place_to_keep_anything(tmp_path: Path) -> None:
    """A home that cannot be written to costs the sharing, not the figure, and nothing is asked twice."""
    blocked = tmp_path / "file"
    blocked.touch()
    for file in (None, blocked / "carbon" / "kept.json"):
        time_ = FakeClock()
        provider = Scripted({}, READING)
        feed, said = feed_of(provider, time_, file)
        feed.round()
        time_.sleep(10)
        feed.round()
        assert provider.times_asked == 1
        assert [line["g_per_kwh"] for line in said if "g_per_kwh" in line] == [263.0]


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    """What was asked in the future is asked again."""
    time_ = FakeClock()
    provider = Scripted({}, READING)
    feed, _ = feed_of(provider, time_)
    feed.round()
    time_.now_s -= 1000
    feed.round()
    assert provider.times_asked > 1


# Down to the wire


def test_a_provider_that_comes_back(server: AnsweringServer, caplog: Any) -> None:
    """Rubbish, a busy server, silence, then an answer: the round ends with it."""
    gb = (Path(__file__).parent / "carbon_answers" / "gb.json").read_bytes()
    server.answers["/intensity"] = in_turn(
        reply(b"<html>"), reply(b"", 429), reply(b"", 500), reply(gb)
    )
    time_ = FakeClock(1_516_450_000.0)
    feed, said = feed_of(GreatBritain({}, server.url), time_, zone="GBR")
    feed.round()
    assert [line["g_per_kwh"] for line in said if "g_per_kwh" in line] == [263.0]
    assert len(server.asked) == 4
    assert caplog.text == ""


def test_requests_are_made_in_the_given_time() -> None:
    """The limit for a request, in all, is what the documentation says."""
    assert fetch_module.TIMEOUT_S <= 10
