"""Macs, on captured answers of macOS: see captured/README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.power import REGISTRY
from wattboard.collector.power.apple import AppleCounters, AppleCpuSource, AppleGpuSource
from wattboard.collector.power.apple_gpu_time import GpuTimeShare, parse_gpu_times
from wattboard.collector.power.powermetrics import PowermetricsSource
from wattboard.collector.power.source import PowerReading, Usage

CAPTURED = Path(__file__).parent / "captured"
IOREG = (CAPTURED / "ioreg.txt").read_text(encoding="utf-8")
RUN = 4245


class FakeMonitor:
    """As the library's: gives the energies of one moment, or raises."""

    def __init__(self) -> None:
        self.steps = json.loads((CAPTURED / "apple.json").read_text(encoding="utf-8"))["steps"]
        self.step = 0
        self.asked = 0

    def get_cumulative_energy(self) -> Any:
        self.asked += 1
        energies = {key: mj for key, mj in self.steps[self.step].items() if key != "time_s"}
        if not energies:
            raise RuntimeError("no sample")
        return SimpleNamespace(**energies)


def usage(time_s: float, interval_s: float = 1.0) -> Usage:
    return Usage(time_s, interval_s, 0.0, 0.0, 0.5, 0.25, frozenset({RUN}))


def readings(monitor: FakeMonitor, *sources: Any) -> list[list[PowerReading]]:
    """The readings of each source at all moments."""
    found: list[list[PowerReading]] = []
    for step, moment in enumerate(monitor.steps):
        monitor.step = step
        found.append([source.read(usage(moment["time_s"])) for source in sources])
    return [list(of_source) for of_source in zip(*found, strict=True)]


def grown(python_ns: int, windows_ns: int) -> str:
    text = IOREG.replace("=1000000000}", f"={1000000000 + python_ns}}}")
    return text.replace("=8000000000}", f"={8000000000 + windows_ns}}}")


def test_cpu_and_memory_of_an_m2() -> None:
    """The run gets its share of CPU time of the CPU's joules, and its share of memory of the DRAM's."""
    monitor = FakeMonitor()
    source = AppleCpuSource(AppleCounters(monitor))
    [found] = readings(monitor, source)
    assert source.describe()["devices"] == ["cpu:apple", "cpu:apple:dram"]
    assert "estimate" in source.describe()["note"]
    assert (found[0].power_w, found[0].attributable_j) == (None, 0.0)
    assert found[1].power_w == pytest.approx(22)
    assert found[1].attributable_power_w == pytest.approx(20 * 0.5 + 2 * 0.25)
    assert found[3].energy_j == {"cpu:apple": 60, "cpu:apple:dram": 6}
    assert found[3].attributable_j == pytest.approx(60 * 0.5 + 6 * 0.25)
    assert found[4] == PowerReading()


def test_gpu_of_an_m2() -> None:
    """The run gets its share of the GPU's time; the neural engine's joules are nobody's."""
    monitor = FakeMonitor()
    answers = iter([IOREG, grown(3_000_000_000, 1_000_000_000)])
    source = AppleGpuSource(
        "Apple M2 Max GPU", AppleCounters(monitor), GpuTimeShare(lambda: next(answers))
    )
    [found] = readings(monitor, source)
    assert source.devices() == [{"name": "Apple M2 Max GPU"}]
    assert [r.attributable_j for r in found] == [
        None,
        pytest.approx(30 * 0.75),
        pytest.approx(60 * 0.75),
        pytest.approx(90 * 0.75),
        None,
    ]
    assert (found[2].power_w, found[2].attributable_power_w) == (30, 22.5)
    assert found[2].sample_keys == {"per_gpu_power_draw": {"0": 30}}
    assert found[3].energy_j == {"gpu:0": 90, "gpu:ane": 2}


def test_the_library_is_asked_once_a_sample() -> None:
    """CPU and GPU are two sources on one monitor."""
    monitor = FakeMonitor()
    counters = AppleCounters(monitor)
    sources = (AppleCpuSource(counters), AppleGpuSource("", counters, GpuTimeShare(lambda: None)))
    opened = monitor.asked
    readings(monitor, *sources)
    assert monitor.asked - opened == len(monitor.steps)


def test_an_older_chip_tells_less() -> None:
    """Without the DRAM's energy the CPU's alone is counted; without the CPU's, nothing."""
    monitor = FakeMonitor()
    for step in monitor.steps:
        step.pop("dram_mj", None)
    assert AppleCpuSource(AppleCounters(monitor)).describe()["devices"] == ["cpu:apple"]
    for step in monitor.steps:
        step.pop("cpu_total_mj", None)
    with pytest.raises(SourceUnavailableError, match="cpu:apple"):
        AppleCpuSource(AppleCounters(monitor))


def test_gpu_time_by_process() -> None:
    """A process's clients are added up; one that used nothing is there with nothing."""
    assert parse_gpu_times(IOREG) == {587: 8_000_000_000, RUN: 124_000_000_000, 601: 0}
    assert parse_gpu_times("") is None
    assert parse_gpu_times("+-o Something  <class Else>") is None


def test_gpu_time_is_asked_now_and_then() -> None:
    """Twice at the start, then every 10 seconds; where there is no answer, hardly ever."""

    def ask_for(seconds: int, answer: Callable[[int], str | None]) -> tuple[list[int], list[Any]]:
        asked: list[int] = []
        shares: list[Any] = []

        def ask() -> str | None:
            asked.append(len(shares))
            return answer(len(asked))

        share = GpuTimeShare(ask)
        for now_s in range(seconds):
            shares.append(share.read(usage(now_s)))  # noqa: PERF401 - `ask` looks at how many
        return asked, shares

    asked, shares = ask_for(25, lambda n: grown(n * 1_000_000_000, 0))
    assert asked == [0, 1, 11, 21]
    assert shares == [None, *[1.0] * 24]
    asked, shares = ask_for(400, lambda _: None)
    assert asked == [0, 300]
    assert shares == [None] * 400


def printing(text: str = "", exit_code: int = 0, stays: bool = False) -> Any:
    """Starts a process that prints as powermetrics does."""
    program = (
        f"import sys, time; sys.stdout.write(open({str(CAPTURED / 'powermetrics.plist')!r}).read()"
        f" if {not text} else {text!r}); sys.stdout.flush(); time.sleep({60 if stays else 0}); "
        f"sys.exit({exit_code})"
    )
    return lambda: subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)


def wait_for(source: PowermetricsSource, joules: float, time_s: float) -> PowerReading:
    """Read until the package's joules are there; the reading in which they came."""
    deadline = time.monotonic() + 10
    while True:
        reading = source.read(usage(time_s))
        if reading.energy_j.get("cpu:package") == pytest.approx(joules):
            return reading
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_intel_mac() -> None:
    """The package's joules add up over the property lists, and the run gets its share of CPU time."""
    source = PowermetricsSource(printing(stays=True), refused_s=0.0)
    first = wait_for(source, 100, 1.0)
    assert source.describe()["kind"] == "counter"
    assert first.power_w == pytest.approx(25)
    assert first.attributable_power_w == pytest.approx(12.5)
    assert first.attributable_j == pytest.approx(50)
    # Between two lists nothing is known of the power, and nothing new of the energy.
    between = source.read(usage(1.5))
    assert (between.power_w, between.attributable_j) == (None, pytest.approx(50))
    # A silence is no 0.
    assert source.read(usage(30.0)) == PowerReading()
    source.close()
    assert source._process.wait(10) != 0


def test_powermetrics_is_started_anew_when_it_ends() -> None:
    """It ends by itself after a while, so that nothing is ever left behind; the joules go on."""
    source = PowermetricsSource(printing(), refused_s=0.0)
    wait_for(source, 100, 1.0)
    assert wait_for(source, 200, 2.0).attributable_j == pytest.approx(100)
    # At most every 30 s: one that ends at once must not be started again and again.
    source._process.wait(10)
    assert source.read(usage(3.0)).energy_j == {"cpu:package": pytest.approx(200)}
    wait_for(source, 300, 40.0)
    source.close()
    source._process.wait(10)


def test_a_sudo_that_asks_for_a_password() -> None:
    """Where powermetrics may not be started, the source says what allows it."""
    with pytest.raises(SourceUnavailableError, match="NOPASSWD: /usr/bin/powermetrics"):
        PowermetricsSource(printing("no list", exit_code=1), refused_s=10.0)


def test_a_broken_list_is_left_out() -> None:
    """What is no property list, or lacks the joules, is passed over."""
    text = "<plist>rubbish</plist>\0<plist version='1.0'><dict></dict></plist>"
    source = PowermetricsSource(printing(text, stays=True), refused_s=0.0)
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        reading = source.read(usage(1.0))
        time.sleep(0.05)
    assert (reading.power_w, reading.energy_j) == (None, {"cpu:package": 0.0})
    source.close()
    source._process.wait(10)


@pytest.mark.skipif(sys.platform == "darwin", reason="this is a Mac")
@pytest.mark.parametrize("name", ["apple", "powermetrics"])
def test_not_a_mac(name: str) -> None:
    """On other systems each source says so at once."""
    for entry in REGISTRY:
        if entry.name == name:
            with pytest.raises(SourceUnavailableError, match="not a Mac"):
                entry.open(CpuFacts("x", 2, 2, 1, "x86_64", False, 1 << 30))
