"""A sample is made whatever one of its sources does."""

from __future__ import annotations

import os
from typing import Any

import pytest
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.machine import open_machine
from wattboard.collector.power.source import PowerReading, Usage
from wattboard.collector.power.tdp import TdpSource
from wattboard.collector.process_tree import ProcessTree
from wattboard.collector.sampler import Clock, Sampler

CPU = CpuFacts("unknown", 2, 2, 1, "x86_64", False, 1 << 30)


class Broken(TdpSource):
    """A source that breaks its promise at every second read."""

    power_key = "broken_power_draw"
    n_reads = 0

    def read(self, usage: Usage) -> PowerReading:
        self.n_reads += 1
        if self.n_reads % 2:
            return PowerReading(power_w=5.0)
        raise RuntimeError("the driver is gone")

    def describe(self) -> dict[str, Any]:
        return {"name": "broken"}


def test_a_source_that_fails_costs_its_own_reading(caplog: pytest.LogCaptureFixture) -> None:
    """The others' readings stay, it is asked again, and the log is not filled with its tracebacks."""
    machine = open_machine()
    tree = ProcessTree(machine, os.getpid())
    sampler = Sampler(Clock(), machine, tree, [Broken(CPU), TdpSource(CPU)])
    samples = [sampler.take() for _ in range(6)]
    assert [sample["broken_power_draw"] for sample in samples] == [5.0, None] * 3
    assert all("cpu" in sample["attributable_energy_j"] for sample in samples)
    assert caplog.text.count("power source broken failed") == 1
    assert "the driver is gone" in caplog.text
