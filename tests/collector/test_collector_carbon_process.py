"""The process that asks for live intensity, and what the monitor makes of what it says."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from trainings import wait_until
from wattboard.collector.carbon.cache import Cache, Kept, cache_file
from wattboard.collector.carbon.provider import Reading
from wattboard.collector.config import Config, read_config
from wattboard.collector.errors import CollectorError
from wattboard.collector.live_intensity import (
    ABSENT,
    LiveIntensity,
    checked_live_intensity,
    wanted_live_intensity,
)

PATIENCE_S = 60.0

COMMAND = [sys.executable, "-P", "-m", "wattboard.collector.carbon"]

ABOUT_GB = {
    "provider": "gb",
    "zone": "GBR",
    "basis": "direct",
    "source": "NESO Carbon Intensity API: Great Britain, by half hours",
    "attribution": "National Energy System Operator (NESO), Carbon Intensity API, "
    "carbonintensity.org.uk, CC BY 4.0",
    "estimated": False,
}


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Nothing of the machine's own, and a way to the network that leads nowhere."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "HTTPS_PROXY": "http://127.0.0.1:1"} | (
        variables
    )


def keep_for_gb(home: Path, g_per_kwh: float = 263.0) -> float:
    """As if another run had just asked for Great Britain; when its figure is of."""
    now_s = time.time()
    file = cache_file(home / ".cache" / "wattboard", "gb", "GBR")
    reading = Reading(g_per_kwh, now_s - 60, 1800.0, "GBR", "direct", False)
    Cache(file).write(Kept(now_s - 60, now_s + 1740, reading))
    return reading.at_s


# The process


def test_a_figure_that_is_kept_is_said_without_asking(tmp_path: Path) -> None:
    """First what it is about, then the figure and how long it stands; then it waits."""
    at_s = keep_for_gb(tmp_path)
    with subprocess.Popen(
        [*COMMAND, "gb", "gb"],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = [json.loads(process.stdout.readline()) for _ in range(2)]
            assert select.select([process.stdout], [], [], 0.2)[0] == []
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")
    assert lines == [
        {"live_intensity": ABOUT_GB},
        {
            "g_per_kwh": 263.0,
            "at": at_s,
            "until": at_s + 3600,
            "basis": "direct",
            "source": ABOUT_GB["source"],
        },
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gb", "DEU"], "gb: expected the zone GBR, found 'DEU'"),
        (["bg", "GBR"], "expected caiso, gb, energy-charts, electricity-maps, watttime"),
        (["electricity-maps", "DEU"], "expected a token in ELECTRICITY_MAPS_TOKEN, found none"),
        (["watttime", "US-CA"], "expected a region of its own"),
        (["gb"], "expected a provider and a zone, found 1 arguments"),
    ],
)
def test_nobody_to_be_asked(tmp_path: Path, arguments: list[str], message: str) -> None:
    """What cannot be is told once, on standard error, and the process ends."""
    keys = {"WATTTIME_USER": "jane", "WATTTIME_PASSWORD": "secret"}
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(tmp_path, **keys),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


PARENT = """
import subprocess, sys, time
child = subprocess.Popen({command!r}, stdin=subprocess.DEVNULL, stdout={stdout})
print(child.pid, flush=True)
time.sleep(600)
"""


@contextmanager
def parent_and_child(home: Path, stdout: str, **variables: str) -> Iterator[tuple[Any, Any]]:
    """The process and its parent, which stands for the monitor."""
    program = PARENT.format(command=[*COMMAND, "gb", "GBR"], stdout=stdout)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment(home, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        try:
            yield parent, child
        finally:
            parent.kill()
            if child.is_running():
                child.kill()


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("stdout", ["subprocess.PIPE", "subprocess.DEVNULL"])
@pytest.mark.parametrize("does", ["asks", "sleeps"])
def test_it_ends_with_its_parent(tmp_path: Path, stdout: str, does: str) -> None:
    """kill -9 of the monitor, whatever the process is at, and though no pipe tells of it."""
    with socket.create_server(("127.0.0.1", 0)) as swallows:
        swallows.settimeout(PATIENCE_S)
        proxy = f"http://127.0.0.1:{swallows.getsockname()[1]}"
        if does == "sleeps":
            keep_for_gb(tmp_path)
        with parent_and_child(tmp_path, stdout, HTTPS_PROXY=proxy) as (parent, child):
            if does == "asks":
                connection, _ = swallows.accept()
                connection.recv(1)
            else:
                wait_until(lambda: child.num_threads() > 1)
            assert not is_gone(child)
            parent.kill()
            parent.wait()
            killed_s = time.monotonic()
            wait_until(lambda: is_gone(child))
            assert time.monotonic() - killed_s < 5


def test_it_takes_little(tmp_path: Path) -> None:
    """Memory, once it has asked: 60 MB at most, though it has a client for HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as swallows:
        swallows.settimeout(PATIENCE_S)
        proxy = f"http://127.0.0.1:{swallows.getsockname()[1]}"
        with parent_and_child(tmp_path, "subprocess.PIPE", HTTPS_PROXY=proxy) as (_, child):
            swallows.accept()
            assert child.memory_info().rss < 60e6


# What the monitor sees


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveIntensity]:
    for variable, value in environment(tmp_path).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    made = LiveIntensity("gb", tmp_path / "messages.log")
    yield made
    made.close()


def read_all(live: LiveIntensity, until: Any) -> dict[str, Any]:
    """What it says until something is so."""
    found: dict[str, Any] = {}
    deadline_s = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < deadline_s, "it did not come to pass"
        if live.ended:
            time.sleep(0.01)
        elif select.select([live], [], [], 0.1)[0]:
            found |= live.read()
    return found


def test_a_value_for_the_samples(live: LiveIntensity, tmp_path: Path) -> None:
    """Absent until it is known and when it is too old; in between, the figure."""
    at_s = keep_for_gb(tmp_path)
    live.start({"id": "GBR", "name": "", "found_by": "a test"})
    assert live.value(at_s) == ABSENT == "n/a"
    found = read_all(live, lambda: live.value(at_s) != ABSENT)
    assert found == {"live_intensity": ABOUT_GB}
    assert live.value(at_s + 3600) == 263.0
    assert live.value(at_s + 3601) == "n/a"


def test_it_starts_when_the_zone_is_known(live: LiveIntensity) -> None:
    """A region that is looked up comes later; that is waited for, and it is started once."""
    live.start(None)
    assert live.ended
    live.start({"id": "GBR"})
    assert not live.ended
    descriptor = live.fileno()
    live.start({"id": "DEU"})
    assert live.fileno() == descriptor


def test_a_region_that_stays_unknown(live: LiveIntensity, caplog: pytest.LogCaptureFixture) -> None:
    """There was nobody to ask; the log for people says what to do."""
    live.start(None)
    assert live.value(time.time()) == "n/a"
    live.close()
    assert 'the run\'s region is unknown; state it, or "gb:<zone>"' in caplog.text


def test_a_zone_of_its_own(live: LiveIntensity, tmp_path: Path) -> None:
    """The zone that is asked for goes before the run's region, and needs none."""
    at_s = keep_for_gb(tmp_path)
    other = LiveIntensity("gb:GBR", tmp_path / "messages.log")
    try:
        other.start({"id": "DEU"})
        read_all(other, lambda: other.value(at_s) == 263.0)
    finally:
        other.close()


def test_a_provider_that_is_down_is_absent(live: LiveIntensity) -> None:
    """It is known what was asked for, and that nothing came; it goes on asking."""
    live.start({"id": "GBR"})
    assert select.select([live], [], [], PATIENCE_S)[0]
    assert live.read() == {"live_intensity": ABOUT_GB}
    assert select.select([live], [], [], 0.3)[0] == []
    assert live.value(time.time()) == "n/a"
    assert not live.ended


def test_a_process_that_ends_is_absent(live: LiveIntensity, tmp_path: Path) -> None:
    """A zone that is not served: no value, no error, and nothing left to wait for."""
    live.start({"id": "DEU"})
    assert read_all(live, lambda: live.ended) == {}
    assert live.value(time.time()) == "n/a"
    assert "expected the zone GBR" in (tmp_path / "messages.log").read_text()
    live.close()


def test_it_cannot_be_started(live: LiveIntensity, tmp_path: Path) -> None:
    """A log that cannot be written to costs the figure and nothing else."""
    other = LiveIntensity("gb", tmp_path)
    other.start({"id": "GBR"})
    assert other.ended
    assert other.value(time.time()) == "n/a"
    other.close()


def test_close_ends_it(live: LiveIntensity) -> None:
    """Whatever it is at."""
    live.start({"id": "GBR"})
    children = [
        child
        for child in psutil.Process().children()
        if "wattboard.collector.carbon" in child.cmdline()
    ]
    assert len(children) == 1
    live.close()
    assert not children[0].is_running()
    live.close()


# What is wanted


@pytest.mark.parametrize(
    ("asked_for", "environ", "config", "wanted"),
    [
        (None, {}, "", None),
        (None, {}, 'live_intensity = "gb"', "gb"),
        (
            None,
            {"WATTBOARD_LIVE_INTENSITY": "energy-charts"},
            'live_intensity = "gb"',
            "energy-charts",
        ),
        (None, {"WATTBOARD_LIVE_INTENSITY": " "}, 'live_intensity = "gb"', "gb"),
        (None, {"WATTBOARD_LIVE_INTENSITY": "Off"}, 'live_intensity = "gb"', None),
        ("caiso:US-CA", {"WATTBOARD_LIVE_INTENSITY": "gb"}, "", "caiso:US-CA"),
        ("off", {"WATTBOARD_LIVE_INTENSITY": "gb"}, "", None),
        (None, {}, "live_intensity = true", None),
    ],
)
def test_who_decides(
    tmp_path: Path,
    asked_for: str | None,
    environ: Mapping[str, str],
    config: str,
    wanted: str | None,
) -> None:
    """Off by default; the caller goes before the environment, that before the file; each may say off."""
    configure(tmp_path, config)
    assert wanted_live_intensity(asked_for, environ, tmp_path) == wanted


def configure(home: Path, text: str) -> Path:
    file = home / ".config" / "wattboard" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    """It is told, turns live intensity off, and forbids no lookup of the region."""
    file = configure(tmp_path, 'live_intensity = 3\nregion = "DEU"\n')
    mistake = (
        f'{file}: live_intensity: expected a provider such as "energy-charts", or "provider:zone", '
        "found 3; it stays off"
    )
    assert read_config({}, tmp_path) == Config(region="DEU", mistakes=(mistake,))


def test_a_wrong_argument_is_told_at_once() -> None:
    """Before the training starts, not in the log."""
    for fine in (None, "off", "gb", "electricity-maps:SE-SE3"):
        assert checked_live_intensity(fine) == fine
    with pytest.raises(CollectorError, match="live_intensity: expected caiso"):
        checked_live_intensity("energycharts")
