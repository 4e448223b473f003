"""The estimate from rated power."""

from __future__ import annotations

from pathlib import Path

import pytest
from wattboard.collector.hardware import CpuFacts, read_cpu_facts
from wattboard.collector.power.rated import (
    RatedPowerSource,
    plain_name,
    rated_power,
    read_table,
)
from wattboard.collector.power.source import Usage


def cpu(brand: str, logical: int = 8, sockets: int = 1, virtual: bool = False) -> CpuFacts:
    return CpuFacts(brand, logical, logical // 2, sockets, "x86_64", virtual, 1 << 34)


@pytest.mark.parametrize(
    ("brand", "watts"),
    [
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", 120),
        ("Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz", 240),
        ("Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", 95),
        ("13th Gen Intel(R) Core(TM) i9-13900K", 125),
        ("AMD EPYC 7763 64-Core Processor", 280),
        ("AMD Ryzen 9 5950X 16-Core Processor", 105),
    ],
)
def test_the_names_that_linux_shows_are_found(brand: str, watts: float) -> None:
    """Marks, clock rate and generic words in a name do not matter."""
    assert read_table()[plain_name(brand)] == watts


@pytest.mark.parametrize(
    "brand", ["AMD EPYC", "Intel(R) Xeon(R) CPU @ 2.20GHz", "QEMU Virtual CPU"]
)
def test_a_name_that_says_too_little_is_not_guessed(brand: str) -> None:
    """An unknown processor counts by its logical CPUs, and the log says so."""
    found = rated_power(cpu(brand), read_table())
    assert found.watts == pytest.approx(32.0)
    assert "not in the table" in found.found_by


def test_two_sockets_are_two_processors() -> None:
    """The table holds the watts of one processor."""
    assert rated_power(cpu("AMD EPYC 7763 64-Core Processor", 256, 2), read_table()).watts == 560


def test_a_virtual_machine_is_not_charged_for_the_whole_processor() -> None:
    """Two of a processor's 128 logical CPUs do not draw its 280 W."""
    found = rated_power(cpu("AMD EPYC 7763 64-Core Processor", 2, virtual=True), read_table())
    assert found.watts == pytest.approx(8.0)
    assert "virtual machine" in found.found_by


def test_estimate_is_rated_power_times_used_cpu_time() -> None:
    """3 CPU seconds in 2 s on 8 logical CPUs of together 120 W are 22.5 W, or 45 J."""
    source = RatedPowerSource(cpu("X"), {"x": 120.0})
    first = source.read(usage(0.0, 0.0, 0.0))
    second = source.read(usage(2.0, 3.0, 6.0))
    assert (first.power_w, first.attributable_j) == (None, 0.0)
    assert second.attributable_power_w == pytest.approx(22.5)
    assert second.power_w == pytest.approx(45.0)
    assert second.attributable_j == pytest.approx(45.0)
    assert not second.energy_j


def test_too_short_a_time_gives_energy_but_no_power() -> None:
    """Right after another sample, CPU time in hundredths of a second says nothing of power."""
    source = RatedPowerSource(cpu("X"), {"x": 120.0})
    reading = source.read(usage(0.01, 0.01, 0.01))
    assert reading.power_w is None
    assert reading.attributable_j == pytest.approx(0.15)


def test_facts_from_cpuinfo(tmp_path: Path) -> None:
    """Name, sockets and virtualisation come from /proc/cpuinfo."""
    cpuinfo = tmp_path / "cpuinfo"
    brand = "Intel(R) Xeon(R) Gold 6248"
    block = (
        f"processor\t: {{}}\nmodel name\t: {brand}\nphysical id\t: {{}}\nflags\t\t: fpu {{}}\n\n"
    )
    cpuinfo.write_text(block.format(0, 0, "vme") + block.format(1, 1, "vme"))
    facts = read_cpu_facts(cpuinfo)
    assert (facts.brand, facts.sockets, facts.is_virtual) == (
        "Intel(R) Xeon(R) Gold 6248",
        2,
        False,
    )
    cpuinfo.write_text(block.format(0, 0, "hypervisor"))
    assert read_cpu_facts(cpuinfo).is_virtual


def usage(interval_s: float, cpu_seconds: float, machine_cpu_seconds: float) -> Usage:
    return Usage(100.0, interval_s, cpu_seconds, machine_cpu_seconds, 0.5, 0.5, frozenset())
