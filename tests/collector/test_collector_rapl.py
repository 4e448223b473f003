"""RAPL counters, on powercap trees like those that Linux shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.power.rapl import RaplSource
from wattboard.collector.power.source import Usage

RANGE_UJ = 262_143_328_850
"""As an Intel Xeon E5 says."""


def zone(root: Path, name: str, label: str, energy_uj: int, range_uj: int = RANGE_UJ) -> Path:
    """A zone's folder with its three files; sub-zones lie in their package's folder."""
    parent = root / name.rpartition(":")[0] if name.count(":") == 2 else root
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{label}\n")
    (folder / "max_energy_range_uj").write_text(f"{range_uj}\n")
    set_energy(folder, energy_uj)
    return folder


def set_energy(folder: Path, energy_uj: int) -> None:
    (folder / "energy_uj").write_text(f"{energy_uj}\n")


def usage(time_s: float, cpu_share: float = 0.5, mem_share: float = 0.25) -> Usage:
    return Usage(
        time_s=time_s,
        interval_s=2.0,
        cpu_seconds=0.0,
        machine_cpu_seconds=0.0,
        cpu_share=cpu_share,
        mem_share=mem_share,
        pids=frozenset(),
    )


def test_power_is_counted_energy_over_time(tmp_path: Path) -> None:
    """20 J in 2 s are 10 W, of which the run gets its share of CPU time."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    source = RaplSource(tmp_path)
    first = source.read(usage(100.0))
    set_energy(package, 25_000_000)
    second = source.read(usage(102.0))
    assert (first.power_w, first.attributable_j) == (None, 0.0)
    assert second.power_w == pytest.approx(10.0)
    assert second.attributable_power_w == pytest.approx(5.0)
    assert second.attributable_j == pytest.approx(10.0)
    assert second.energy_j == {"cpu:package-0": pytest.approx(20.0)}


def test_a_counter_that_begins_again_loses_nothing(tmp_path: Path) -> None:
    """The counter wraps around at its range: 1 J before and 2 J after are 3 J."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 1_000_000)
    source = RaplSource(tmp_path)
    source.read(usage(0.0))
    set_energy(package, 2_000_000)
    assert source.read(usage(1.0)).energy_j == {"cpu:package-0": pytest.approx(3.0)}


def test_parts_of_a_package_are_not_counted_again(tmp_path: Path) -> None:
    """Of two sockets with all sub-zones, psys and mmio twins, packages and dram count, once."""
    for socket in (0, 1):
        zone(tmp_path, f"intel-rapl:{socket}", f"package-{socket}", 0)
        for part, label in enumerate(("core", "uncore", "dram")):
            zone(tmp_path, f"intel-rapl:{socket}:{part}", label, 0)
    zone(tmp_path, "intel-rapl:2", "psys", 0)
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 0)
    (tmp_path / "intel-rapl").mkdir()
    assert RaplSource(tmp_path).describe()["devices"] == [
        "cpu:package-0",
        "cpu:package-0:dram",
        "cpu:package-1",
        "cpu:package-1:dram",
    ]


def test_memory_goes_by_the_share_of_memory(tmp_path: Path) -> None:
    """The run gets its share of CPU time of the package, and its share of memory of the dram."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    dram = zone(tmp_path, "intel-rapl:0:0", "dram", 0)
    source = RaplSource(tmp_path)
    source.read(usage(0.0))
    set_energy(package, 8_000_000)
    set_energy(dram, 4_000_000)
    reading = source.read(usage(2.0, cpu_share=0.5, mem_share=0.25))
    assert reading.power_w == pytest.approx(6.0)
    assert reading.attributable_j == pytest.approx(8 * 0.5 + 4 * 0.25)


def test_psys_alone_where_no_package_is_shown(tmp_path: Path) -> None:
    """The platform's counter is used when it is all there is."""
    zone(tmp_path, "intel-rapl:0", "psys", 0)
    assert RaplSource(tmp_path).describe()["devices"] == ["cpu:psys"]


def test_a_reading_that_fails_is_none_and_its_energy_comes_later(tmp_path: Path) -> None:
    """While one counter is silent there is no sum; the next sum holds all that was counted."""
    first = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    second = zone(tmp_path, "intel-rapl:1", "package-1", 0)
    source = RaplSource(tmp_path)
    source.read(usage(0.0))
    set_energy(first, 2_000_000)
    (second / "energy_uj").write_text("")
    silent = source.read(usage(2.0))
    set_energy(first, 3_000_000)
    set_energy(second, 5_000_000)
    reading = source.read(usage(4.0))
    assert (silent.power_w, silent.attributable_j) == (None, None)
    assert silent.energy_j == {"cpu:package-0": pytest.approx(2.0)}
    assert reading.power_w == pytest.approx(8.0 / 4.0)
    assert reading.attributable_j == pytest.approx(4.0)


def test_no_counters(tmp_path: Path) -> None:
    """A machine without powercap says so."""
    with pytest.raises(SourceUnavailableError, match="no energy counters"):
        RaplSource(tmp_path / "powercap")


def test_counters_for_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters that may not be read come with the command that grants it."""
    zone(tmp_path, "intel-rapl:0", "package-0", 0)
    read = Path.read_text

    def read_unless_secret(path: Path) -> str:
        # Not by the file's mode: root, as which tests may run, reads whatever the mode says.
        if path.name == "energy_uj":
            raise PermissionError(path)
        return read(path)

    monkeypatch.setattr(Path, "read_text", read_unless_secret)
    with pytest.raises(SourceUnavailableError, match="sudo chmod"):
        RaplSource(tmp_path)
