"""AMD GPUs, on trees of the kernel's files: see captured/README.md."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.power.amd import AmdSource
from wattboard.collector.power.source import Usage

RUN = os.getpid()
OTHER = os.getppid()
CAPTURED = Path(__file__).parent / "captured" / "amd.json"
CARD = "sys/class/drm/card{}/device"


def tree(root: Path, machine: str) -> Path:
    """A machine's files below a folder."""
    files = json.loads(CAPTURED.read_text(encoding="utf-8"))[machine]["files"]
    for path, content in files.items():
        file = root / path.replace("/RUN/", f"/{RUN}/").replace("/OTHER/", f"/{OTHER}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{content}\n")
    return root


def opened(root: Path, *, first_namespace: bool = True) -> AmdSource:
    return AmdSource(root, first_namespace=first_namespace)


def usage(time_s: float) -> Usage:
    return Usage(time_s, 1.0, 0.0, 0.0, 0.0, 0.0, frozenset({RUN}))


def test_two_cards(tmp_path: Path) -> None:
    """Each card's power is the run's by its part of the processes that hold memory of it."""
    source = opened(tree(tmp_path, "instinct"))
    source.read(usage(0.0))
    reading = source.read(usage(2.0))
    assert source.describe() == {
        "name": "amd",
        "kind": "power",
        "component": "gpu",
        "devices": ["gpu:1", "gpu:2"],
    }
    assert reading.power_w == pytest.approx(400)
    assert reading.attributable_power_w == pytest.approx(250 + 150 / 2)
    assert reading.attributable_j == pytest.approx(2 * (250 + 150 / 2))
    assert reading.energy_j == {}
    assert reading.sample_keys["per_gpu_power_draw"] == {"1": 250, "2": 150}
    # Of the second, only the use by both is told.
    assert reading.sample_keys["average_gpu_estimated_utilization_absolute"] is None


def test_facts_of_a_card(tmp_path: Path) -> None:
    """Each card is described as NVIDIA's are, and its serial number stays secret."""
    facts = opened(tree(tmp_path, "instinct")).devices()[0]
    assert facts.pop("id").startswith("gpu-")
    assert facts == {
        "name": "AMD INSTINCT MI210 PCIe",
        "total_memory": 68702699520,
        "driver_version": "6.7.0",
        "power_limit_w": 300.0,
    }


def test_a_name_by_the_table_of_the_system(tmp_path: Path) -> None:
    """A card that does not say its name is looked up by its model and revision, else told by number."""
    names = [gpu["name"] for gpu in opened(tree(tmp_path / "a", "two-dies")).devices()]
    assert names == ["AMD Instinct MI250X, engineering"] * 2
    assert opened(tree(tmp_path / "b", "radeon")).devices()[0]["name"] == "AMD GPU 744C"


def test_a_gpu_in_the_processor_is_not_counted_again(tmp_path: Path) -> None:
    """Its sensor tells the power of the whole processor, which the CPU's source has already."""
    with pytest.raises(SourceUnavailableError, match="part of the processor"):
        opened(tree(tmp_path, "apu"))


def test_dies_that_share_a_sensor(tmp_path: Path) -> None:
    """Whose the power of two dies is can be told only where the run's share of both is the same."""
    source = opened(tree(tmp_path, "two-dies"))
    reading = source.read(usage(1.0))
    assert source.describe()["devices"] == ["gpu:0"]
    assert (reading.power_w, reading.attributable_power_w) == (400, None)
    processes = tmp_path / "sys/class/kfd/kfd/proc"
    (processes / str(RUN) / "vram_200").write_text("4096\n")
    (processes / str(OTHER) / "vram_200").write_text("0\n")
    reading = source.read(usage(2.0))
    assert (reading.power_w, reading.attributable_power_w) == (400, 400)


def test_a_card_without_the_compute_driver(tmp_path: Path) -> None:
    """Where nobody tells who computes, the card's power is logged and attributed to nobody."""
    reading = opened(tree(tmp_path, "radeon")).read(usage(1.0))
    assert (reading.power_w, reading.attributable_power_w, reading.attributable_j) == (
        57,
        None,
        None,
    )


def test_a_container_that_hides_process_numbers(tmp_path: Path) -> None:
    """In a container the driver's process numbers are the host's: whose they are is not known."""
    root = tree(tmp_path, "instinct")
    source = opened(root, first_namespace=False)
    (root / "sys/class/kfd/kfd/proc" / str(RUN)).rename(root / "sys/class/kfd/kfd/proc/4194000")
    assert source.read(usage(1.0)).attributable_power_w is None
    # Nor when nobody is named.
    for file in (root / "sys/class/kfd/kfd/proc").glob("*/vram_*"):
        file.write_text("0\n")
    assert source.read(usage(2.0)).attributable_power_w is None


def test_a_card_that_goes_away(tmp_path: Path) -> None:
    """Of two cards one falls silent: its power is None, and so is the sum."""
    root = tree(tmp_path, "instinct")
    source = opened(root)
    source.read(usage(0.0))
    for name in ("hwmon/hwmon4/power1_average", "gpu_busy_percent"):
        (root / CARD.format(2) / name).unlink()
    reading = source.read(usage(1.0))
    assert (reading.power_w, reading.attributable_power_w, reading.attributable_j) == (None,) * 3
    assert reading.sample_keys["per_gpu_power_draw"] == {"1": 250, "2": None}


def test_no_card(tmp_path: Path) -> None:
    """A machine without an AMD GPU says so, and one whose GPU tells no power."""
    with pytest.raises(SourceUnavailableError, match="no AMD GPU"):
        opened(tmp_path)
    root = tree(tmp_path, "radeon")
    (root / CARD.format(0) / "hwmon/hwmon2/power1_input").unlink()
    with pytest.raises(SourceUnavailableError, match="no AMD GPU has a power sensor"):
        opened(root)
