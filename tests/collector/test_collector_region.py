"""Where a run's power comes from: stated, remembered, looked up at a server of our own, or unknown."""

from __future__ import annotations

import csv
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from wattboard.collector import region
from wattboard.collector.region import (
    LOOKUP_TIMEOUT_S,
    Region,
    look_up,
    lookup_allowed,
    mistakes,
    resolve_without_network,
)
from wattboard.collector.zones import zone_id, zone_of

NOW_S = 1_790_000_000.0

GERMANY = {"success": True, "country_code": "DE", "region_code": "BE"}


class Server(ThreadingHTTPServer):
    """Answers each request with what the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda _: None
        self.requests: list[tuple[str, Mapping[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/?fields=country_code"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


def reply(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def reply_json(value: object) -> Callable[[BaseHTTPRequestHandler], None]:
    return reply(json.dumps(value).encode())


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine that tests says of proxies is not for a server on the same machine."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def remembered(home: Path) -> Path:
    return home / ".cache" / "wattboard" / "region.json"


def remember(home: Path, content: str) -> None:
    remembered(home).parent.mkdir(parents=True)
    remembered(home).write_text(content)


def configure(home: Path, text: str) -> Path:
    file = home / ".config" / "wattboard" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


# What is stated


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("DEU", "DEU"),
        (" de ", "DEU"),
        ("us-ca", "US-CA"),
        ("USA", "USA"),
        ("SE-SE3", "SE-SE3"),
        ("US-CAL-CISO", "US-CAL-CISO"),
        ("Germany", None),
        ("ZZZ", None),
        ("ZZ-AB", None),
        ("", None),
        ("DE\nDEU", None),
    ],
)
def test_zones_as_people_write_them(written: str, zone: str | None) -> None:
    """Two letters and small ones will do; what is no zone is not taken for one."""
    assert zone_id(written) == zone


def test_the_environment_goes_before_the_configuration(tmp_path: Path) -> None:
    """Of two statements the one for this run counts, and the log says which it was."""
    configure(tmp_path, 'region = "FRA"\n')
    found = resolve_without_network({"WATTBOARD_REGION": "DEU"}, tmp_path)
    assert found == Region("DEU", "WATTBOARD_REGION")
    assert resolve_without_network({}, tmp_path) == Region("FRA", "the configuration file")
    assert not lookup_allowed({"WATTBOARD_REGION": "DEU"}, tmp_path)
    assert not lookup_allowed({}, tmp_path)


def test_a_configuration_elsewhere(tmp_path: Path) -> None:
    """WATTBOARD_CONFIG names the file, else XDG_CONFIG_HOME its folder."""
    file = configure(tmp_path / "home", 'region = "FRA"\n')
    by_folder = {"XDG_CONFIG_HOME": str(file.parents[1])}
    by_name = {"WATTBOARD_CONFIG": str(file), "XDG_CONFIG_HOME": "/nowhere"}
    for environ in (by_folder, by_name):
        found = resolve_without_network(environ, tmp_path)
        assert found is not None
        assert found.id == "FRA"


def test_a_wrong_statement_is_neither_guessed_nor_made_up_for(tmp_path: Path) -> None:
    """Whoever states a region that is none gets a message and no region; nothing is looked up."""
    environ = {"WATTBOARD_REGION": "Germany"}
    remember(tmp_path, json.dumps({"zone": "FRA", "time": NOW_S}))
    assert resolve_without_network(environ, tmp_path, NOW_S) is None
    assert not lookup_allowed(environ, tmp_path)
    assert mistakes(environ, tmp_path) == (
        'WATTBOARD_REGION: expected a zone\'s id such as "DEU" or "US-CA", found \'Germany\'; '
        "the region stays unknown",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'region = "Germany"',
            'region: expected a zone\'s id such as "DEU" or "US-CA", found \'Germany\'',
        ),
        ("region = 49", 'region: expected a zone\'s id such as "DEU" or "US-CA", found 49'),
        ('region_lookup = "no"', "region_lookup: expected true or false, found 'no'"),
        ("region = ", "expected a TOML file that can be read, found: Invalid value"),
        ('region = "\udcff"', "expected a TOML file that can be read, found: 'utf-8' codec"),
    ],
)
def test_a_bad_configuration_is_told_and_asks_nobody(
    tmp_path: Path, text: str, message: str
) -> None:
    """File, key, what was expected and found; since it may have forbidden it, nothing is looked up."""
    file = configure(tmp_path, "")
    file.write_bytes(text.encode(errors="surrogateescape"))
    (mistake,) = mistakes({}, tmp_path)
    assert mistake.startswith(f"{file}: ")
    assert message in mistake
    assert resolve_without_network({}, tmp_path) is None
    assert not lookup_allowed({}, tmp_path)


def test_an_unknown_key_costs_nothing_but_a_message(tmp_path: Path) -> None:
    """What is right in the file holds beside what is not known."""
    file = configure(tmp_path, 'region = "DEU"\nregoin_lookup = false\n')
    found = resolve_without_network({}, tmp_path)
    assert found is not None
    assert found.id == "DEU"
    assert mistakes({}, tmp_path) == (
        f"{file}: expected the keys region, region_lookup, live_intensity, found 'regoin_lookup', which is ignored",
    )


def test_a_configuration_that_is_named_must_be_there(tmp_path: Path) -> None:
    """A missing file is no mistake unless it was asked for."""
    environ = {"WATTBOARD_CONFIG": str(tmp_path / "none.toml")}
    assert not mistakes({}, tmp_path)
    assert lookup_allowed({}, tmp_path)
    assert not lookup_allowed(environ, tmp_path)
    (mistake,) = mistakes(environ, tmp_path)
    assert "WATTBOARD_CONFIG: expected a file, found none at" in mistake


# The switch


@pytest.mark.parametrize("value", ["off", "0", "no", "false", " OFF ", "never"])
def test_one_switch_turns_the_lookup_off(tmp_path: Path, value: str) -> None:
    """Off is off: no request, and nothing that an earlier one has found."""
    environ = {"WATTBOARD_REGION_LOOKUP": value}
    remember(tmp_path, json.dumps({"zone": "FRA", "time": NOW_S}))
    assert not lookup_allowed(environ, tmp_path)
    assert resolve_without_network(environ, tmp_path, NOW_S) is None
    assert bool(mistakes(environ, tmp_path)) == (value == "never")


def test_the_configuration_turns_it_off_too(tmp_path: Path) -> None:
    """Either of the two switches is enough; neither turns the other on again."""
    configure(tmp_path, "region_lookup = false\n")
    assert not lookup_allowed({}, tmp_path)
    assert not lookup_allowed({"WATTBOARD_REGION_LOOKUP": "on"}, tmp_path)
    assert lookup_allowed({"WATTBOARD_REGION_LOOKUP": "on"}, tmp_path / "other")


# The lookup


@pytest.mark.parametrize(
    ("country", "subdivision", "zone"),
    [
        ("DE", "BE", "DEU"),
        ("US", "CA", "US-CA"),
        ("US", "", "USA"),
        ("US", "PR", "USA"),
        ("CA", "QC", "CA-QC"),
        ("AU", "NSW", "AU-NSW"),
        ("BR", "SP", "BR-SP"),
        ("CN", "GD", "CN-GD"),
        ("CN", "44", "CN-GD"),
        ("XK", "", "XKX"),
        ("ZZ", "", None),
        ("", "", None),
        ("US-CA", "", None),
        ("USA", "CA", None),
    ],
)
def test_zones_from_a_services_codes(country: str, subdivision: str, zone: str | None) -> None:
    """The subdivision counts where zones go by it; China's also by the numbers of before 2017."""
    assert zone_of(country, subdivision) == zone


def test_the_table_of_zones() -> None:
    """Codes are unique; each zone is a country's, or a subdivision's of one of five countries."""
    table = Path(region.__file__).parent / "data" / "zones.csv"
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    zones = {row["code"]: row["zone"] for row in rows}
    assert len(zones) == len(rows) == 411
    countries = {code: zone for code, zone in zones.items() if "-" not in code}
    assert all(len(code) == 2 and len(zone) == 3 for code, zone in countries.items())
    assert len(set(countries.values())) == len(countries) == 250
    subdivisions = [code for code in zones if "-" in code and not code[3:].isdigit()]
    assert all(zones[code] == code for code in subdivisions)
    assert {code[:2] for code in subdivisions} == {"US", "CA", "AU", "CN", "BR"}
    numbered = [zone for code, zone in zones.items() if code[3:].isdigit()]
    assert sorted(numbered) == sorted(code for code in subdivisions if code.startswith("CN-"))


def test_the_answer_becomes_a_zone_and_nothing_else_is_kept(server: Server, tmp_path: Path) -> None:
    """Of all that a service may tell, zone and time alone reach the disk and the log."""
    server.answer = reply_json(
        GERMANY | {"ip": "203.0.113.7", "city": "Berlin", "latitude": 52.5, "isp": "Somebody"}
    )
    found = look_up({}, tmp_path, server.url)
    assert found == Region("DEU", "looked up by IP address at ipwho.is")
    kept = json.loads(remembered(tmp_path).read_text())
    assert kept == {"zone": "DEU", "time": pytest.approx(time.time(), abs=10)}
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["region.json"]


def test_a_polite_request(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request with the program's name and version, without a password, cookie or referrer."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answer = reply_json(GERMANY)
    look_up({}, tmp_path, server.url)
    ((path, headers),) = server.requests
    assert path == "/?fields=country_code"
    assert headers["User-Agent"].startswith("wattboard/")
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


def redirect(handler: BaseHTTPRequestHandler) -> None:
    reply(b"", 302, {"Location": f"http://{handler.headers['Host']}/elsewhere"})(handler)


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(b"slow down", 429), "status 429"),
        (reply(b"", 500), "status 500"),
        (redirect, "status 302"),
        (reply(b"<html><body>Please log in</body></html>"), "something other than a JSON object"),
        (reply(b"\xff\xfe\x00"), "something other than a JSON object"),
        (reply(b""), "something other than a JSON object"),
        (reply_json(["DE"]), "something other than a JSON object"),
        (reply_json(GERMANY | {"padding": "x" * 1_000_000}), "something other than a JSON object"),
        (reply(b"[" * 16_000), "cannot be asked"),
        (reply_json(GERMANY | {"success": False}), "does not know where"),
        (reply_json({"success": True}), "does not know where"),
        (reply_json({"country_code": 49}), "does not know where"),
        (reply_json({"country_code": "ZZ"}), "names no known country"),
        (reset, "cannot be asked"),
    ],
)
def test_no_usable_answer_is_an_unknown_region(
    server: Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: Callable[[BaseHTTPRequestHandler], None],
    reason: str,
) -> None:
    """Whatever a server answers: one try, no region, a reason in the log, and nothing remembered."""
    server.answer = answer
    assert look_up({}, tmp_path, server.url) is None
    assert len(server.requests) == 1
    assert reason in caplog.text
    assert not remembered(tmp_path).exists()


def test_no_network(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing listens the region is unknown, and the message shows no address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert look_up({}, tmp_path, f"http://127.0.0.1:{bound.getsockname()[1]}/") is None
    assert "ipwho.is cannot be asked (ConnectionError)" in caplog.text


def test_an_answer_that_drips_is_given_up_in_time(server: Server, tmp_path: Path) -> None:
    """The limit is for the whole, though each byte comes well within it."""
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not over.wait(0.01):
            handler.wfile.write(b" ")

    server.answer = drip
    started_s = time.monotonic()
    found = look_up({}, tmp_path, server.url, timeout_s=0.2)
    took_s = time.monotonic() - started_s
    over.set()
    assert found is None
    assert took_s < 10  # it would go on for ever


def test_a_name_that_nobody_resolves_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The limit holds for the name lookup too, which no timeout of a request reaches."""
    over = threading.Event()

    def unresolved(*_: object, **__: object) -> None:
        over.wait()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    assert look_up({}, tmp_path, "http://service.invalid/", timeout_s=0.2) is None
    over.set()
    assert "ipwho.is gave no answer within 0.2 s" in caplog.text
    assert LOOKUP_TIMEOUT_S == 2.0


# What is remembered


def test_a_lookup_serves_for_a_day(server: Server, tmp_path: Path) -> None:
    """Within 24 hours the network is not asked again, and the log says that it was not."""
    server.answer = reply_json(GERMANY)
    look_up({}, tmp_path, server.url)
    now_s = time.time()
    found = resolve_without_network({}, tmp_path, now_s + 3600)
    assert found is not None
    assert found.id == "DEU"
    assert "in the last 24 hours" in found.found_by
    assert resolve_without_network({}, tmp_path, now_s + 25 * 3600) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"zone": "DEU"}',
        '{"zone": "DEU", "time": "yesterday"}',
        '{"zone": "DEU", "time": NaN}',
        '{"zone": ["DEU"], "time": 1790000000}',
        '{"zone": "Narnia", "time": 1790000000}',
        '{"zone": "DEU", "time": 1790000099}',
        '{"zone": "DEU", "time": 1789900000}',
        '{"zone": "DEU", "time": 1790000000, "more": "' + "x" * 5000 + '"}',
    ],
)
def test_a_broken_memory_is_ignored(tmp_path: Path, content: str) -> None:
    """A file that is cut off, too old, from the future or none of ours is as if it were not there."""
    remember(tmp_path, content)
    assert resolve_without_network({}, tmp_path, NOW_S) is None
    assert lookup_allowed({}, tmp_path)


def test_a_folder_that_cannot_be_written_is_done_without(server: Server, tmp_path: Path) -> None:
    """Without a place to remember it the region is still known, and no file is left over."""
    server.answer = reply_json(GERMANY)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    found = look_up({"XDG_CACHE_HOME": str(in_the_way)}, tmp_path, server.url)
    assert found is not None
    assert look_up({}, None, server.url) == found
    remembered(tmp_path).mkdir(parents=True)
    assert look_up({}, tmp_path, server.url) == found
    assert [path.name for path in remembered(tmp_path).parent.iterdir()] == ["region.json"]
