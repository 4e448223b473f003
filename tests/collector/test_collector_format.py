"""The log format: its description, its schema and the program say the same."""

from __future__ import annotations

import json
import logging
from importlib.resources import files

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.monitor import start_s
from wattboard.collector.power import REGISTRY, PowerSource, SourceEntry, open_sources
from wattboard.collector.power.tdp import TdpSource
from wattboard.collector.runlog import FORMAT

CPU = CpuFacts("unknown", 2, 2, 1, "x86_64", False, 1 << 30)


def test_the_schema_is_that_of_the_format() -> None:
    """It takes logs of the version that the collector writes."""
    schema = json.loads(
        (files("wattboard.collector") / "data" / "log-format.schema.json").read_text("utf-8")
    )
    assert schema["$defs"]["info"]["properties"]["format"]["const"] == FORMAT


def test_the_first_source_of_a_component_that_works_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A source that does not work is passed over, and the log says why."""

    def broken(_: CpuFacts) -> PowerSource:
        raise SourceUnavailableError("no counters here")

    registry = (
        SourceEntry("counters", "cpu", broken),
        SourceEntry("first", "cpu", TdpSource),
        SourceEntry("second", "cpu", TdpSource),
    )
    with caplog.at_level(logging.INFO):
        assert len(open_sources(CPU, registry)) == 1
    assert "counters is not used: no counters here" in caplog.text


def test_a_counter_is_trusted_more_than_an_estimate() -> None:
    """Of the CPU's sources, the counters come before the rated power."""
    names = [entry.name for entry in REGISTRY if entry.component == "cpu"]
    assert names.index("rapl") < names.index("tdp")


def test_a_run_begins_when_the_training_goes_on() -> None:
    """The training waits for the first sample; if that takes longer than 2 s, it goes on before."""
    assert start_s(launched_s=100.0, first_sample_s=100.3) == 100.3
    assert start_s(launched_s=100.0, first_sample_s=107.0) == 102.0
