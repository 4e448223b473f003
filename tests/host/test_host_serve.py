"""`mkdocs serve` and `wattboard serve`: a preview that follows the spec and leaves nothing behind."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from lab import SCRIPTS, TWO_METHODS, Lab, small_lab
from wattboard.sitegen.cli.site import site_options
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.plugin import serve_site
from wattboard.sitegen.preview import address_problems

PATIENCE_S = 30.0
WATTBOARD = ("wattboard", "serve", "results", "--site-spec", "site.json", "--dev-addr")
COMMANDS = {
    "mkdocs": ("mkdocs", "serve", "--dev-addr"),
    "wattboard": WATTBOARD,
    "wattboard with a config": ("wattboard", "serve", "--config", "mkdocs.yml", "--dev-addr"),
}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return small_lab(tmp_path / "lab")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def _fetch(url: str) -> bytes:
    with urlopen(url, timeout=10) as response:  # on this computer
        content: bytes = response.read()
        return content


def _until(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Ask again until it is so."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            if ready():
                return
        except (URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise AssertionError("the page did not come")


@contextmanager
def _serving(lab: Lab, command: tuple[str, ...]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a preview and its process, ended by Ctrl-C where the test did not end it."""
    address = f"127.0.0.1:{_free_port()}"
    with subprocess.Popen(
        [str(SCRIPTS / command[0]), *command[1:], address],
        cwd=lab.folder,
        env=lab.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        url = f"http://{address}/"
        try:
            _until(lambda: b"Energy board" in _fetch(url), process)
            yield url, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _session_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("name", COMMANDS)
def test_a_preview_shows_every_kind_of_file_and_follows_the_spec(name: str, lab: Lab) -> None:
    """A preview has pages, JSON and zips, shows an edit of the spec twice over, and ends at Ctrl-C without a trace."""
    with _serving(lab, COMMANDS[name]) as (url, process):
        assert b"Method A" in _fetch(f"{url}method-a/")
        run = _fetch(f"{url}runs/results/a/seed_0/").decode()
        assert "results/a/seed_0" in run
        # The preview's own script is inline, which the policy of a published page forbids.
        assert "livereload" in run
        assert "Content-Security-Policy" not in run
        assert len(json.loads(_fetch(f"{url}runs.json"))) == 4
        with zipfile.ZipFile(io.BytesIO(_fetch(f"{url}runs/results/a/seed_0/log.zip"))) as log:
            assert log.testzip() is None
        for edit in ("Method X", "Method Y"):
            spec = json.dumps(TWO_METHODS).replace("Method A", edit)
            (lab.folder / "site.json").write_text(spec, encoding="utf-8")
            _until(lambda edit=edit: edit.encode() in _fetch(url), process)
        assert edit in _fetch(f"{url}{edit.lower().replace(' ', '-')}/").decode()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert "Traceback" not in out
    assert _session_is_gone(process.pid)
    assert list(lab.temporary.iterdir()) == []
    assert not lab.site.exists()


def test_a_preview_outlives_a_broken_spec(lab: Lab) -> None:
    """While a spec is broken the old pages stay, with the mistake in the terminal; once mended, the page is new."""
    with _serving(lab, COMMANDS["mkdocs"]) as (url, process):
        (lab.folder / "site.json").write_text('{"Board": {"filtre": 1}}', encoding="utf-8")
        assert process.stdout is not None
        said = iter(process.stdout.readline, "")
        assert next(line for line in said if "Board > filtre" in line)
        lab.spec({"Energy board": {"description": "Mended."}})
        _until(lambda: b"Mended." in _fetch(url), process)


def test_a_preview_reads_the_tables_that_an_edited_spec_describes(lab: Lab) -> None:
    """A spec that comes to describe a table has its runs read, though no log changed."""
    (lab.folder / "results" / "meter.csv").write_text("job,energy\n17,2.5\n", encoding="utf-8")
    reader = {"files": "meter.csv", "tool": "a meter", "figures": {"energy_kwh": "energy [kWh]"}}
    with _serving(lab, COMMANDS["mkdocs"]) as (url, process):
        assert len(json.loads(_fetch(f"{url}runs.json"))) == 4
        lab.spec({"Energy board": {"readers": [{**reader, "key": "job"}]}})
        _until(lambda: len(json.loads(_fetch(f"{url}runs.json"))) == 5, process)


def test_a_preview_follows_a_processor(lab: Lab) -> None:
    """An edit of the processor beside the spec changes the figures shown."""
    (lab.folder / "mine.py").write_text("def of(folder, figures): return {'score': 123}\n")
    lab.spec(
        {
            "Energy board": {
                "extra_files_processor": "mine.of",
                "executive_summary_variables": ["score"],
            }
        }
    )
    with _serving(lab, COMMANDS["mkdocs"]) as (url, process):
        assert b"123" in _fetch(url)
        (lab.folder / "mine.py").write_text("def of(folder, figures): return {'score': 98765}\n")
        _until(lambda: b"98765" in _fetch(url), process)


def test_a_preview_that_cannot_start_says_why(lab: Lab) -> None:
    """A preview of a spec that cannot be used ends with the mistake, and leaves nothing behind."""
    (lab.folder / "site.json").write_text("[]", encoding="utf-8")
    for command in COMMANDS.values():
        done = lab.call(*command, f"127.0.0.1:{_free_port()}")
        assert done.code == 1
        assert "site.json" in done.err
        assert "Traceback" not in done.err
        assert list(lab.temporary.iterdir()) == []


def _refused(lab: Lab, address: str) -> str:
    """What is said where nothing can be served at an address."""
    ended = subprocess.run(
        [str(SCRIPTS / WATTBOARD[0]), *WATTBOARD[1:], address],
        cwd=lab.folder,
        env=lab.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert list(lab.temporary.iterdir()) == []
    told = f"{address}: expected an address at which this machine can serve, found: "
    return ended.stderr.partition(told)[2]


def test_an_address_that_is_taken_is_told(lab: Lab) -> None:
    """Where another program serves already, the error says what to do, before anything is built."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = _refused(lab, f"127.0.0.1:{other.getsockname()[1]}")
    assert "hint: end what is served there, or choose another with --dev-addr" in said
    assert not (lab.folder / ".cache").exists()


def test_an_address_of_another_machine_is_told(lab: Lab) -> None:
    """It is not said to be taken."""
    said = _refused(lab, "192.0.2.1:8000")
    assert "hint: this machine has no such address: choose another with --dev-addr" in said


def test_a_port_that_is_none_is_told(lab: Lab) -> None:
    """Nor is it a defect of ours."""
    assert "port 99999\n  hint: ports are numbers up to 65535" in _refused(lab, "127.0.0.1:99999")


def test_an_address_that_is_taken_during_the_build_is_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was free when the build began."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setattr("wattboard.sitegen.plugin.address_problems", lambda *_: ())
        options = site_options(
            (lab.folder / "results",),
            lab.folder / "site.json",
            None,
            None,
            None,
            1,
            strict=False,
            processors=True,
        )
        with pytest.raises(WattboardError, match="end what is served there"):
            serve_site(options, address)


def test_a_port_that_needs_privileges_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run as root may take it, so the system's refusal is made here."""

    class Refused(socket.socket):
        def bind(self, _: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Refused)
    (problem,) = address_problems("127.0.0.1", 80)
    assert str(problem).startswith("127.0.0.1:80: expected an address")
    assert "for programs with privileges" in str(problem)
