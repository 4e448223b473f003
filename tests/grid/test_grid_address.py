"""Places by address, from a server of our own that stands in for OpenStreetMap's."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from wattboard.sitegen.grid import address
from wattboard.sitegen.grid.address import AddressError, Place, locate

STANFORD = {
    "lat": "37.4313138",
    "lon": "-122.1693654",
    "display_name": "Stanford, Santa Clara County, California, United States",
}
FOUND = Place(37.4313138, -122.1693654, STANFORD["display_name"])


class Server(ThreadingHTTPServer):
    """Answers each request with what the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.body = json.dumps([STANFORD]).encode()
        self.wait: Callable[[], object] = lambda: None
        self.requests: list[tuple[str, Mapping[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.wait()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_an_address_leads_to_a_place(server: Server) -> None:
    """The service is asked once, for the address, in this program's name, and without anything else of the user's."""
    assert locate("Stanford, California", None, server.url) == FOUND
    [(path, headers)] = server.requests
    asked = parse_qs(urlsplit(path).query)
    assert urlsplit(path).path == "/search"
    assert asked == {
        "q": ["Stanford, California"],
        "format": ["json"],
        "limit": ["1"],
        "accept-language": ["en"],
    }
    assert headers["User-Agent"].startswith("wattboard/")
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_a_place_is_asked_for_once(server: Server, tmp_path: Path) -> None:
    """What was found is remembered on disk, whatever the case and spaces, and the network is not needed again."""
    file = tmp_path / "new" / "addresses.json"
    assert locate("Stanford, California", file, server.url) == FOUND
    assert locate(" stanford,  CALIFORNIA", file, server.url) == FOUND
    assert locate("Stanford, California", file, refusing_url()) == FOUND
    assert len(server.requests) == 1
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_what_was_remembered_is_bounded(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file keeps the latest places only."""
    monkeypatch.setattr(address, "_MAX_REMEMBERED", 2)
    file = tmp_path / "addresses.json"
    for name in ("a", "b", "c"):
        locate(name, file, server.url)
    assert list(json.loads(file.read_text(encoding="utf-8"))) == ["b", "c"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"stanford": 1}', '{"stanford": {"latitude": 1}}']
)
def test_a_broken_cache_counts_as_empty(server: Server, tmp_path: Path, content: str) -> None:
    """A file that cannot be understood is written anew."""
    file = tmp_path / "addresses.json"
    file.write_text(content, encoding="utf-8")
    assert locate("Stanford", file, server.url) == FOUND
    assert locate("Stanford", file, refusing_url()) == FOUND


def test_a_cache_that_cannot_be_written_is_done_without(server: Server, tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the place is found all the same."""
    (tmp_path / "file").write_text("")
    assert locate("Stanford", tmp_path / "file" / "addresses.json", server.url) == FOUND


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"[]", "is not known to 127.0.0.1"),
        (200, b"<html>", "its answer cannot be understood"),
        (200, b'[{"lat": "north"}]', "its answer cannot be understood"),
        (200, b'[{"display_name": "nowhere"}]', "its answer cannot be understood"),
        (200, b"[1]", "its answer cannot be understood"),
        (200, b'"text"', "its answer cannot be understood"),
        (403, b"no", "it refuses to answer"),
        (429, b"slower", "it was asked too often"),
        (500, b"oops", "it cannot be reached"),
    ],
)
def test_an_answer_without_a_place_is_an_error(
    server: Server, tmp_path: Path, status: int, body: bytes, reason: str
) -> None:
    """It says why there is no place and what to do instead, and is not remembered."""
    server.status, server.body = status, body
    file = tmp_path / "addresses.json"
    with pytest.raises(AddressError, match=reason) as caught:
        locate("Stanfrod", file, server.url)
    assert "--coordinates LAT,LON" in str(caught.value)
    assert not file.exists()


def test_without_a_network_the_error_says_what_to_do(tmp_path: Path) -> None:
    """A connection that is refused, and a host whose name leads nowhere: use coordinates or a zone."""
    for url in (refusing_url(), "http://nowhere.invalid", "gopher://example.org", "text"):
        with pytest.raises(AddressError, match="cannot be looked up") as caught:
            locate("Stanford", tmp_path / "addresses.json", url)
        assert "--coordinates LAT,LON and --zone ID need no network" in str(caught.value)


def test_a_service_that_keeps_silent_is_not_waited_for(server: Server) -> None:
    """The time limit is for the whole request."""
    silence = threading.Event()
    server.wait = lambda: silence.wait(5)
    began_s = time.monotonic()
    with pytest.raises(AddressError, match="no answer"):
        locate("Stanford", None, server.url, timeout_s=0.2)
    assert time.monotonic() - began_s < 3
    silence.set()


def test_an_answer_that_drips_in_is_not_waited_for() -> None:
    """A service that sends a little every moment does not stretch the time limit."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        began_s = time.monotonic()
        with pytest.raises(AddressError, match="no answer within"):
            locate("Stanford", None, url, timeout_s=0.3)
        assert time.monotonic() - began_s < 1.5


def drip(listening: socket.socket) -> None:
    """An answer that takes two seconds, a character at a time."""
    connection, _ = listening.accept()
    with connection, suppress(OSError):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
        for _ in range(40):
            connection.sendall(b" ")
            time.sleep(0.05)


def test_an_empty_address_asks_nobody(server: Server) -> None:
    """White space is no address."""
    with pytest.raises(AddressError, match="expected an address"):
        locate(" \n", None, server.url)
    assert not server.requests


def test_a_place_s_name_cannot_speak_to_the_terminal(server: Server) -> None:
    """Control characters in an answer become spaces."""
    server.body = json.dumps([{**STANFORD, "display_name": "Stan\x1b[31mford\n"}]).encode()
    assert locate("Stanford", None, server.url).label == "Stan [31mford "


def test_the_cache_lies_among_the_users_caches(tmp_path: Path) -> None:
    """In XDG_CACHE_HOME where that is a folder's full name, else in ~/.cache."""
    assert address.default_cache_file({"XDG_CACHE_HOME": str(tmp_path)}) == (
        tmp_path / "wattboard" / "addresses.json"
    )
    usual = Path.home() / ".cache" / "wattboard" / "addresses.json"
    assert address.default_cache_file({}) == usual
    assert address.default_cache_file({"XDG_CACHE_HOME": "relative"}) == usual


def refusing_url() -> str:
    """Where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"
