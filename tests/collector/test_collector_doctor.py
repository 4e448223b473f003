"""`wattboard doctor`: what it says of machines that are handed in."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from captured.nvml_replay import ReplayedNvml
from click.testing import CliRunner
from golden import check_golden
from wattboard.collector.doctor import WIDTH, as_text, doctor
from wattboard.collector.errors import CollectorError, SourceUnavailableError
from wattboard.collector.examination import Examination, examine
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.machine import Counters, Memory
from wattboard.collector.power import REGISTRY, SourceEntry
from wattboard.collector.power.nvml import NvmlSource
from wattboard.collector.power.source import RemediableError
from wattboard.collector.power.tdp import TdpSource

GOLDEN = Path(__file__).parent / "captured" / "doctor"
SERVER = CpuFacts("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", 80, 40, 2, "x86_64", False, 1 << 38)
CLOUD = CpuFacts("Intel(R) Xeon(R) CPU @ 2.20GHz", 4, 2, 1, "x86_64", True, 1 << 34)


class Process:
    key = None
    parent_pid = 1

    def read(self) -> object:
        return object()

    def close(self) -> None:
        """Nothing was opened."""


class FakeMachine:
    """An operating system that shows this process, or nothing."""

    logical_cpus = 4

    def __init__(self, shows: bool = True) -> None:
        self.shows = shows

    def open(self, pid: int) -> Any:
        return Process() if self.shows and pid == os.getpid() else None

    def pids(self) -> Collection[int]:
        return []

    def arguments(self, pid: int) -> Collection[str]:
        return []

    def counters(self) -> Counters:
        return Counters(0.0, None)

    def memory(self) -> Memory:
        return Memory(1, 0)


class Counting:
    """A source that works."""

    component = "cpu"
    kind = "counter"
    power_key = "rapl_power_draw_absolute"
    attributable_key = "rapl_estimated_attributable_power_draw"
    closed = False

    def describe(self) -> dict[str, Any]:
        return {"name": "rapl", "kind": "counter", "devices": ["cpu:package-0", "cpu:package-1"]}

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Any) -> Any:
        raise AssertionError("the doctor reads nothing")

    def close(self) -> None:
        self.closed = True


def unavailable(name: str, component: Any, error: Exception) -> SourceEntry:
    def fail(_: CpuFacts) -> Any:
        raise error

    return SourceEntry(name, component, fail)


def captured(name: str) -> SourceEntry:
    return SourceEntry(
        "nvml", "gpu", lambda _: NvmlSource(ReplayedNvml(name, {}), {}, first_namespace=True)
    )


TDP = SourceEntry("tdp", "cpu", TdpSource)
NO_DRIVER = unavailable(
    "nvml",
    "gpu",
    SourceUnavailableError("no NVIDIA driver: libnvidia-ml.so.1 is not there"),
)
FOR_ROOT_ALONE = unavailable(
    "rapl",
    "cpu",
    RemediableError(
        "the energy counters may be read by root alone",
        "grant it until the next start with: sudo chmod -R a+r /sys/class/powercap/intel-rapl*",
    ),
)


def examined(name: str, tmp_path: Path) -> Examination:
    """What was found on a machine of that name."""
    off = {"WATTBOARD_REGION_LOOKUP": "off"}
    if name == "server":
        registry = (SourceEntry("rapl", "cpu", lambda _: Counting()), TDP, captured("a100.json"))
        found = examine(
            SERVER,
            FakeMachine(),
            {"WATTBOARD_REGION": "DEU"},
            tmp_path,
            registry,
            first_namespace=True,
        )
    elif name == "container":
        registry = (FOR_ROOT_ALONE, TDP, captured("two-kinds.json"))
        found = examine(SERVER, FakeMachine(), off, tmp_path, registry, first_namespace=False)
    elif name == "cloud":
        registry = (TDP, NO_DRIVER)
        found = examine(CLOUD, FakeMachine(), {}, tmp_path, registry, first_namespace=True)
    else:
        odd = unavailable("rapl", "cpu", ZeroDivisionError("division by zero"))
        found = examine(
            CLOUD,
            FakeMachine(shows=False),
            {"WATTBOARD_REGION": "Atlantis"},
            tmp_path,
            (odd,),
            first_namespace=True,
        )
    return replace(found, wattboard="1.2.3")


@pytest.mark.parametrize("name", ["server", "container", "cloud", "broken"])
def test_what_it_says(name: str, tmp_path: Path) -> None:
    """What works, what does not and what to do about it, for people, in lines that fit a terminal."""
    text = as_text(examined(name, tmp_path))
    check_golden(GOLDEN / f"{name}.txt", text)
    # A command to be copied is not broken.
    assert all(len(line) <= WIDTH for line in text.splitlines() if "→" not in line)


def test_the_first_source_that_works_is_the_one_that_is_used(tmp_path: Path) -> None:
    """What the doctor calls used is what a run would use; all are closed again."""
    counting = Counting()
    registry = (SourceEntry("rapl", "cpu", lambda _: counting), TDP, NO_DRIVER)
    found = examine(SERVER, FakeMachine(), {}, tmp_path, registry, first_namespace=True)
    assert [(s.name, s.works, s.used) for s in found.power_sources] == [
        ("rapl", True, True),
        ("tdp", True, False),
        ("nvml", False, False),
    ]
    assert found.gpu_processes is None
    assert counting.closed


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_the_command_on_this_machine(output_format: str) -> None:
    """It always ends well: a source that is missing is a finding, not a failure."""
    result = CliRunner().invoke(doctor, ["--format", output_format])
    assert result.exit_code == 0, result.output
    if output_format == "json":
        found = json.loads(result.stdout)
        assert [source["name"] for source in found["power_sources"]] == [e.name for e in REGISTRY]
        assert found["cpu"]["rated_power_w"] > 0
    else:
        assert all(entry.name in result.stdout for entry in REGISTRY)


def test_an_error_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the collector cannot do reaches people without a traceback."""

    def fail() -> None:
        raise CollectorError("no processors")

    monkeypatch.setattr("wattboard.collector.doctor.read_cpu_facts", fail)
    result = CliRunner().invoke(doctor)
    assert result.exit_code == 1
    assert result.stderr == "Error: no processors\n"
