"""NVIDIA GPUs, on answers of whole machines: see captured/README.md."""

from __future__ import annotations

import logging
import os

import pytest
from captured.nvml_replay import ReplayedNvml
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.power.nvml import NvmlSource
from wattboard.collector.power.source import PowerReading, Usage

PIDS = {"RUN": os.getpid(), "OTHER": os.getppid(), "FOREIGN": 4_194_000}


def replay(
    name: str, *, first_namespace: bool = True, **environ: str
) -> tuple[ReplayedNvml, NvmlSource, list[PowerReading]]:
    """The readings of all steps."""
    nvml = ReplayedNvml(name, PIDS)
    source = NvmlSource(nvml, environ, first_namespace=first_namespace)
    readings = []
    last_s = 0.0
    for step in range(len(nvml.recorded["steps"])):
        time_s = nvml.go_to(step)
        usage = Usage(time_s, time_s - last_s, 0.0, 0.0, 0.0, 0.0, frozenset({PIDS["RUN"]}))
        readings.append(source.read(usage))
        last_s = time_s
    return nvml, source, readings


def test_an_a100() -> None:
    """Idle it belongs to who holds it, in use to who uses it; joules are those of its counter."""
    _, source, readings = replay("a100.json")
    assert source.describe() == {
        "name": "nvml",
        "kind": "counter",
        "component": "gpu",
        "devices": ["gpu:0"],
    }
    assert [r.energy_j["gpu:0"] for r in readings] == pytest.approx([0, 63, 303, 703])
    # Nobody's, held by the run alone, three quarters of its use, and the same without new figures.
    assert [r.attributable_j for r in readings] == pytest.approx([0, 63, 63 + 180, 63 + 180 + 300])
    assert readings[2].attributable_power_w == pytest.approx(225)
    utilization = [r.sample_keys["average_gpu_estimated_utilization_absolute"] for r in readings]
    assert utilization == pytest.approx([0, 0, 0.6, 0.6])
    assert readings[2].sample_keys["per_gpu_average_estimated_utilization_absolute"] == {
        f"(0, {PIDS['RUN']})": {"sm": 60.0}
    }


def test_an_h100_that_is_divided() -> None:
    """Of the power of the whole GPU the run gets its slices of those in use."""
    _, source, readings = replay("h100-mig.json")
    assert [r.attributable_power_w for r in readings] == pytest.approx(
        [0, 280, 500 * 3 / 5, 500 * 1.5 / 5]
    )
    assert readings[-1].attributable_j == pytest.approx(280 + 500 * 3 / 5 + 500 * 1.5 / 5)
    assert readings[-1].energy_j == {"gpu:0": pytest.approx(1280)}
    # Its use is not told.
    assert readings[2].sample_keys["average_gpu_estimated_utilization_absolute"] is None
    assert "mig" not in source.devices()[0]


def test_a_part_of_an_h100_by_its_name() -> None:
    """A run that was given an instance says so."""
    given = "MIG-1d2a6ff0-9a1f-5a9e-8d0c-33a1f3c8f5b0"
    _, source, _ = replay("h100-mig.json", CUDA_VISIBLE_DEVICES=given)
    assert [(gpu["name"], gpu["mig"]) for gpu in source.devices()] == [
        ("NVIDIA H100 80GB HBM3", "3g.40gb")
    ]


def test_a_part_of_an_h100_in_a_container() -> None:
    """A container sees its own instance alone: the other slices count as in use by others."""
    nvml = ReplayedNvml("h100-mig.json", PIDS)
    for key in ("0/1", "0/2", "0/3"):
        del nvml.recorded["devices"][key]
    source = NvmlSource(nvml, {}, first_namespace=True)
    nvml.go_to(1)
    usage = Usage(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, frozenset({PIDS["RUN"]}))
    assert source.read(usage).attributable_power_w == pytest.approx(280 * 3 / 7)
    assert source.devices()[0]["mig"] == "3g.40gb"


def test_two_gpus_of_different_kinds() -> None:
    """Where one card counts and the other does not, the source tells power, and charges each as it can."""
    _, source, readings = replay("two-kinds.json")
    assert source.describe()["kind"] == "power"
    assert [gpu["name"] for gpu in source.devices()] == [
        "NVIDIA TITAN Xp",
        "NVIDIA GeForce RTX 3090",
    ]
    assert readings[2].power_w == pytest.approx(340)
    assert readings[2].energy_j == {"gpu:1": pytest.approx(660)}
    assert [r.attributable_j for r in readings] == pytest.approx([0, 330, 660])


def test_numbers_do_not_choose_between_different_kinds() -> None:
    """CUDA counts the fastest first, the driver by PCI address: all are kept, and the log says so."""
    _, source, _ = replay("two-kinds.json", CUDA_VISIBLE_DEVICES="0")
    assert source.describe()["devices"] == ["gpu:0", "gpu:1"]
    assert "CUDA_DEVICE_ORDER" in source.describe()["note"]
    _, source, readings = replay(
        "two-kinds.json", CUDA_VISIBLE_DEVICES="1", CUDA_DEVICE_ORDER="PCI_BUS_ID"
    )
    assert source.describe()["devices"] == ["gpu:1"]
    assert source.describe()["kind"] == "counter"
    assert readings[0].sample_keys["per_gpu_power_draw"] == {"1": pytest.approx(330)}


def test_a_run_without_gpus() -> None:
    """Where the environment hides all GPUs, the source is not used, and says why."""
    with pytest.raises(SourceUnavailableError, match="CUDA_VISIBLE_DEVICES='' gives none of 1"):
        replay("a100.json", CUDA_VISIBLE_DEVICES="")


def test_a_driver_that_goes_away(caplog: pytest.LogCaptureFixture) -> None:
    """Its readings are None, the log says so once, and the library is asked anew ever more rarely."""
    with caplog.at_level(logging.WARNING):
        nvml, _, readings = replay("driver-lost.json")
    gone = readings[2:9]
    assert all((r.power_w, r.attributable_j, r.energy_j) == (None, None, {}) for r in gone)
    assert all(r.sample_keys["per_gpu_power_draw"] == {"0": None} for r in gone)
    assert [record.getMessage() for record in caplog.records] == [
        "GPU 0 gives no answer any more",
        "all GPUs answer again, after 90 s",
    ]
    # At the start, and 30 and 90 seconds after it fell silent.
    assert nvml.asked["nvmlInit"] == 3
    assert nvml.asked["nvmlShutdown"] == 2


def test_a_counter_that_begins_anew_takes_nothing_away() -> None:
    """The driver counts from 0 after it was loaded again: what it counted before stays counted."""
    _, _, readings = replay("driver-lost.json")
    assert [r.energy_j.get("gpu:0") for r in readings] == [
        pytest.approx(0),
        pytest.approx(200),
        *[None] * 7,
        pytest.approx(200),
        pytest.approx(500),
    ]
    assert [readings[i].attributable_j for i in (0, 1, 9, 10)] == pytest.approx([0, 200, 200, 500])


def test_a_container_that_hides_process_numbers() -> None:
    """Whose use it is cannot be told, not even when the GPU idles: the run's part is None, never 0."""
    _, _, readings = replay("container.json", first_namespace=False)
    assert [r.attributable_j for r in readings] == [None] * 4
    assert [r.attributable_power_w for r in readings] == [None] * 4
    assert [r.power_w for r in readings] == pytest.approx([30] * 4)
    assert readings[-1].energy_j == {"gpu:0": pytest.approx(90)}


def test_processes_that_were_hidden_once_stay_hidden() -> None:
    """On the host too: a GPU that worked for nobody known is not nobody's in its next idle moment."""
    _, _, readings = replay("container.json", first_namespace=True)
    assert [r.attributable_j for r in readings] == [0.0, None, None, None]
