"""RAPL counters, on powercap trees like those that Linux shows."""

from __future__ import annotations

import errno
import os
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.machine import open_machine
from wattboard.collector.power.rapl import RaplSource
from wattboard.collector.power.source import Usage
from wattboard.collector.process_tree import ProcessTree
from wattboard.collector.sampler import Clock, Sampler

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


def opened(root: Path) -> RaplSource:
    """A source that does not wait for the counters of a test to move by themselves."""
    return RaplSource(root, still_s=0)


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
    source = opened(tmp_path)
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
    source = opened(tmp_path)
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
    assert opened(tmp_path).describe()["devices"] == [
        "cpu:package-0",
        "cpu:package-0:dram",
        "cpu:package-1",
        "cpu:package-1:dram",
    ]


def test_memory_goes_by_the_share_of_memory(tmp_path: Path) -> None:
    """The run gets its share of CPU time of the package, and its share of memory of the dram."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    dram = zone(tmp_path, "intel-rapl:0:0", "dram", 0)
    source = opened(tmp_path)
    source.read(usage(0.0))
    set_energy(package, 8_000_000)
    set_energy(dram, 4_000_000)
    reading = source.read(usage(2.0, cpu_share=0.5, mem_share=0.25))
    assert reading.power_w == pytest.approx(6.0)
    assert reading.attributable_j == pytest.approx(8 * 0.5 + 4 * 0.25)


def test_psys_alone_where_no_package_is_shown(tmp_path: Path) -> None:
    """The platform's counter is used when it is all there is."""
    zone(tmp_path, "intel-rapl:0", "psys", 0)
    assert opened(tmp_path).describe()["devices"] == ["cpu:psys"]


def test_a_reading_that_fails_is_none_and_its_energy_comes_later(tmp_path: Path) -> None:
    """While one counter is silent there is no sum; the next sum holds all that was counted."""
    first = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    second = zone(tmp_path, "intel-rapl:1", "package-1", 0)
    source = opened(tmp_path)
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
        opened(tmp_path / "powercap")


def test_counters_for_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters that may not be read come with the command that grants it."""
    zone(tmp_path, "intel-rapl:0", "package-0", 0)
    open_file = os.open

    def open_unless_secret(path: Path, flags: int) -> int:
        # Not by the file's mode: root, as which tests may run, reads whatever the mode says.
        if path.name == "energy_uj":
            raise PermissionError(path)
        return open_file(path, flags)

    monkeypatch.setattr(os, "open", open_unless_secret)
    with pytest.raises(SourceUnavailableError, match=r"sudo chmod -R a\+r .*/intel-rapl\*"):
        opened(tmp_path)


def test_counters_that_a_container_hides(tmp_path: Path) -> None:
    """Links that lead nowhere are what a container shows: it says so, and how to change it."""
    (tmp_path / "intel-rapl").symlink_to(tmp_path / "masked" / "intel-rapl")
    (tmp_path / "intel-rapl:0").symlink_to(tmp_path / "masked" / "intel-rapl:0")
    with pytest.raises(SourceUnavailableError, match=r"hidden.*systempaths=unconfined"):
        opened(tmp_path)


def test_a_counter_that_stands_still_is_none(tmp_path: Path) -> None:
    """A virtual machine may show a counter behind which nothing counts: that is not 0 W."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    with pytest.raises(SourceUnavailableError, match="package-0 stands still"):
        RaplSource(tmp_path, still_s=0.002)
    source = opened(tmp_path)
    set_energy(package, 1_000_000)
    source.read(usage(1.0))
    silent = source.read(usage(2.0))
    set_energy(package, 7_000_000)
    assert (silent.power_w, silent.attributable_power_w, silent.energy_j) == (None, None, {})
    assert source.read(usage(4.0)).power_w == pytest.approx(2.0)


def test_dead_dram_counters_are_left_out(tmp_path: Path) -> None:
    """Where the package's counter moves and the memory's does not, the package alone is counted."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    zone(tmp_path, "intel-rapl:0:0", "dram", 0)
    stop = threading.Event()

    def count() -> None:
        joules = 0
        while not stop.wait(0.001):
            joules += 1
            # In place: the source keeps the file open.
            with (package / "energy_uj").open("r+") as file:
                file.write(f"{joules}000000\n")

    counting = threading.Thread(target=count)
    counting.start()
    try:
        assert RaplSource(tmp_path, still_s=1.0).describe()["devices"] == ["cpu:package-0"]
    finally:
        stop.set()
        counting.join()


@pytest.mark.parametrize("knows_its_range", [True, False])
def test_a_counter_that_is_set_back_loses_but_never_invents(
    tmp_path: Path, knows_its_range: bool
) -> None:
    """A counter that begins anew gives no reading once, instead of a wrap-around's 260 kJ."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 50_000_000)
    if not knows_its_range:
        (package / "max_energy_range_uj").unlink()
    source = opened(tmp_path)
    source.read(usage(0.0))
    set_energy(package, 60_000_000)
    assert source.read(usage(2.0)).energy_j == {"cpu:package-0": pytest.approx(10.0)}
    set_energy(package, 1_000_000)
    assert source.read(usage(4.0)).attributable_j is None
    set_energy(package, 5_000_000)
    reading = source.read(usage(6.0))
    assert reading.energy_j == {"cpu:package-0": pytest.approx(14.0)}
    assert reading.attributable_j == pytest.approx(7.0)


def test_a_counter_that_vanishes_is_none_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its module is taken out of the kernel, an open file gives an error; a new one is opened."""
    package = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    source = opened(tmp_path)
    source.read(usage(0.0))

    def gone(*_: int) -> bytes:
        raise OSError(errno.ENODEV, "No such device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", gone)
        assert source.read(usage(1.0)).energy_j == {}
    (package / "energy_uj").unlink()
    assert source.read(usage(2.0)).attributable_j is None
    set_energy(package, 6_000_000)
    assert source.read(usage(3.0)).attributable_j == pytest.approx(3.0)
    source.close()


def test_two_packages_of_one_name_are_two(tmp_path: Path) -> None:
    """Names are the system's; that two zones share one must not lose the energy of either."""
    for number in (0, 1, 10):
        zone(tmp_path, f"intel-rapl:{number}", "package-0", 0)
    assert opened(tmp_path).describe()["devices"] == [
        "cpu:package-0",
        "cpu:package-0-zone-1",
        "cpu:package-0-zone-10",
    ]


def test_a_wrap_around_in_the_log(tmp_path: Path) -> None:
    """Two packages of which one wraps around: the samples' joules go on rising, each by what was used."""
    first = zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 2_500_000)
    second = zone(tmp_path, "intel-rapl:1", "package-1", 0)
    source = opened(tmp_path)
    machine = open_machine()
    sampler = Sampler(Clock(), machine, ProcessTree(machine, os.getpid()), [source])
    samples = []
    for step in range(6):
        set_energy(first, (RANGE_UJ - 2_500_000 + step * 1_000_000) % RANGE_UJ)
        set_energy(second, step * 500_000)
        samples.append(sampler.take())
        time.sleep(0.06)
    counted = [sample["energy_j"] for sample in samples]
    assert [j["cpu:package-0"] for j in counted] == pytest.approx([0, 1, 2, 3, 4, 5])
    assert [j["cpu:package-1"] for j in counted] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    for before, after in pairwise(samples):
        elapsed_s = after["timestamp"] - before["timestamp"]
        assert after["rapl_power_draw_absolute"] == pytest.approx(1.5 / elapsed_s, rel=1e-4)
        gained_j = after["attributable_energy_j"]["cpu"] - before["attributable_energy_j"]["cpu"]
        assert 0 <= gained_j <= 1.5 + 1e-9
