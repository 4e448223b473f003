"""The estimate from rated power."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.power.source import Usage
from wattboard.collector.power.tdp import TABLE, RatedPower, TdpSource, rated_power, read_watts


def cpu(brand: str, logical: int = 8, sockets: int = 1, virtual: bool = False) -> CpuFacts:
    return CpuFacts(brand, logical, logical // 2, sockets, "x86_64", virtual, 1 << 34)


@pytest.mark.parametrize(
    ("brand", "watts"),
    [
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", 120),
        ("Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz", 240),
        ("Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", 95),
        ("13th Gen Intel(R) Core(TM) i9-13900K", 125),
        ("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", 28),
        ("INTEL(R) XEON(R) GOLD 6548Y+", 250),
        ("Intel(R) Xeon(R) CPU           X5650  @ 2.67GHz", 95),
        ("Intel(R) Core(TM) i5-8400 CPU @ 2.80GHz", 65),
        ("Intel(R) N100", 6),
        ("AMD EPYC 7763 64-Core Processor", 280),
        ("AMD EPYC 7R13 Processor", 225),
        ("AMD Ryzen 9 5950X 16-Core Processor", 105),
        ("AMD Ryzen 7 5800H with Radeon Graphics", 45),
        ("AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", 54),
        ("AMD Ryzen AI 9 HX 370 w/ Radeon 890M", 28),
        ("AMD Ryzen Threadripper PRO 5995WX 64-Cores", 280),
        ("AMD A10-7850K Radeon R7, 12 Compute Cores 4C+8G", 95),
        ("AMD FX(tm)-8350 Eight-Core Processor", 125),
        ("AMD Opteron(tm) Processor 6276", 115),
        ("Apple M2 Pro", 35),
    ],
)
def test_the_names_that_linux_shows_are_found(brand: str, watts: float) -> None:
    """Marks, clock rate and generic words in a name do not matter."""
    assert read_watts(brand) == watts


@pytest.mark.parametrize(
    "brand",
    [
        "AMD EPYC",
        "AMD EPYC-Rome Processor",
        "Intel(R) Xeon(R) CPU @ 2.20GHz",
        "Intel Xeon Processor (Skylake, IBRS)",
        "Intel(R) Xeon(R) Platinum 8480C",
        "Apple M1 Max",
        "Arm Neoverse-N1",
        "Arm Cortex-A72",
        "QEMU Virtual CPU version 2.5+",
        "aarch64",
        "name 3",
        "",
    ],
)
def test_a_name_that_says_too_little_is_not_guessed(brand: str) -> None:
    """An unknown processor counts by its logical CPUs, and the log says so."""
    found = rated_power(cpu(brand))
    assert found.watts == pytest.approx(32.0)
    assert "not in the table" in found.found_by


def test_each_name_of_the_table_is_found_by_itself() -> None:
    """The short way through the table finds what the long one does, also behind quotes and commas."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1::7]
    for line in (*lines, '"Intel EP80579 Integrated, 1066 MHz",18'):
        name, _, watts = line.rpartition(",")
        if re.search(r"\d", name):
            assert read_watts(name.strip('"')) == float(watts), name


def test_a_name_that_stands_for_different_powers_is_not_used(tmp_path: Path) -> None:
    """Two rows that are one name without marks, and disagree, are no answer."""
    table = tmp_path / "table.csv"
    table.write_text("name,rated_power_w\nMaker X1,10\nMaker(R) X1 CPU,20\nMaker X2,30\n")
    assert read_watts("Maker X1", table) is None
    assert read_watts("Maker X2", table) == 30


def test_two_sockets_are_two_processors() -> None:
    """The table holds the watts of one processor."""
    assert rated_power(cpu("AMD EPYC 7763 64-Core Processor", 256, 2)).watts == 560


def test_a_virtual_machine_is_not_charged_for_the_whole_processor() -> None:
    """Two of a processor's 128 logical CPUs do not draw its 280 W."""
    found = rated_power(cpu("AMD EPYC 7763 64-Core Processor", 2, virtual=True))
    assert found.watts == pytest.approx(8.0)
    assert "virtual machine" in found.found_by


def test_estimate_is_rated_power_times_used_cpu_time() -> None:
    """3 CPU seconds in 2 s on 8 logical CPUs of together 120 W are 22.5 W, or 45 J."""
    source = TdpSource(cpu("X"), RatedPower(120.0, "by a test"))
    first = source.read(usage(0.0, 0.0, 0.0))
    second = source.read(usage(2.0, 3.0, 6.0))
    assert (first.power_w, first.attributable_j) == (None, 0.0)
    assert second.attributable_power_w == pytest.approx(22.5)
    assert second.power_w == pytest.approx(45.0)
    assert second.attributable_j == pytest.approx(45.0)
    assert not second.energy_j


def test_too_short_a_time_gives_energy_but_no_power() -> None:
    """Right after another sample, CPU time in hundredths of a second says nothing of power."""
    source = TdpSource(cpu("X"), RatedPower(120.0, "by a test"))
    reading = source.read(usage(0.01, 0.01, 0.01))
    assert reading.power_w is None
    assert reading.attributable_j == pytest.approx(0.15)


def usage(interval_s: float, cpu_seconds: float, machine_cpu_seconds: float) -> Usage:
    return Usage(100.0, interval_s, cpu_seconds, machine_cpu_seconds, 0.5, 0.5, frozenset())
