"""NVIDIA GPUs, on a stand-in for the management library that answers as the real one does."""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.power import REGISTRY
from wattboard.collector.power.nvml import NvmlSource
from wattboard.collector.power.source import Usage

RUN = os.getpid()
OTHER = os.getppid()


class NVMLError(Exception):
    """As in pynvml: the driver's error code in `value`."""

    def __init__(self, value: int) -> None:
        super().__init__(f"error {value}")
        self.value = value


NOT_SUPPORTED, NOT_FOUND, GPU_IS_LOST = 3, 6, 15


@dataclass
class FakeGpu:
    power_mw: int | None = 100_000
    energy_mj: int | None = 5_000_000
    busy_percent: int = 80
    sm: dict[int, int] | None = field(default_factory=dict)
    """Percent by process; None: not supported."""
    lost: bool = False


class FakeNvml:
    """The functions of pynvml that are used, by the GPUs it was given."""

    NVMLError = NVMLError
    NVML_ERROR_NOT_FOUND = NOT_FOUND

    def __init__(self, *gpus: FakeGpu, driver: bool = True) -> None:
        self.gpus = gpus
        self.driver = driver
        self.asked: list[str] = []

    def nvmlInit(self) -> None:  # noqa: N802
        if not self.driver:
            raise NVMLError(9)

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> FakeGpu:  # noqa: N802
        return self.gpus[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> FakeGpu:  # noqa: N802
        return self.gpus[int(uuid.removeprefix("GPU-"))]

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "550.54"

    def nvmlSystemGetCudaDriverVersion(self) -> int:  # noqa: N802
        return 12040

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        answers: dict[str, Callable[..., Any]] = {
            "nvmlShutdown": lambda: None,
            "nvmlDeviceGetName": lambda _: b"NVIDIA A100",
            "nvmlDeviceGetUUID": lambda gpu: b"GPU-%d" % self.gpus.index(gpu),
            "nvmlDeviceGetMigMode": lambda _: supported(None),
            "nvmlDeviceGetMaxMigDeviceCount": lambda _: supported(None),
            "nvmlDeviceGetMemoryInfo": lambda _: SimpleNamespace(total=85_899_345_920),
            "nvmlDeviceGetEnforcedPowerLimit": lambda _: 400_000,
            "nvmlDeviceGetPowerUsage": lambda gpu: supported(gpu.power_mw),
            "nvmlDeviceGetTotalEnergyConsumption": lambda gpu: supported(gpu.energy_mj),
            "nvmlDeviceGetUtilizationRates": lambda gpu: SimpleNamespace(gpu=gpu.busy_percent),
            "nvmlDeviceGetPerformanceState": lambda _: 0,
            "nvmlDeviceGetComputeRunningProcesses": lambda gpu: [
                SimpleNamespace(pid=pid) for pid in gpu.sm or {RUN: 0}
            ],
            "nvmlDeviceGetProcessUtilization": lambda gpu, _: process_samples(gpu),
        }
        self.asked.append(name)
        return answers[name] if name == "nvmlShutdown" else present(answers[name])


def present(answer: Callable[..., Any]) -> Callable[..., Any]:
    def asked(gpu: FakeGpu, *rest: Any) -> Any:
        if gpu.lost:
            raise NVMLError(GPU_IS_LOST)
        return answer(gpu, *rest)

    return asked


def supported(value: Any) -> Any:
    if value is None:
        raise NVMLError(NOT_SUPPORTED)
    return value


def process_samples(gpu: FakeGpu) -> list[SimpleNamespace]:
    samples = supported(gpu.sm)
    if not samples:
        raise NVMLError(NOT_FOUND)
    return [SimpleNamespace(pid=pid, smUtil=sm, timeStamp=1) for pid, sm in samples.items()]


def opened(nvml: FakeNvml, **environ: str) -> NvmlSource:
    return NvmlSource(nvml, environ, first_namespace=True)


def usage(time_s: float, interval_s: float = 1.0) -> Usage:
    return Usage(time_s, interval_s, 0.0, 0.0, 0.0, 0.0, frozenset({RUN}))


def test_energy_comes_from_the_cards_counter() -> None:
    """With a counter, the run's joules are the counted ones times its share, each counted once."""
    gpu = FakeGpu(sm={RUN: 60, OTHER: 20})
    source = opened(FakeNvml(gpu))
    source.read(usage(0.0))
    gpu.energy_mj = 5_100_000
    source.read(usage(1.0))
    gpu.energy_mj = 5_400_000
    reading = source.read(usage(2.0))
    assert source.describe()["kind"] == "counter"
    assert reading.energy_j == {"gpu:0": pytest.approx(400.0)}
    assert reading.attributable_j == pytest.approx(300.0)
    assert reading.power_w == pytest.approx(100.0)
    assert reading.attributable_power_w == pytest.approx(75.0)
    assert reading.sample_keys["average_gpu_estimated_utilization_absolute"] == pytest.approx(0.6)


def test_energy_is_power_times_time_without_a_counter() -> None:
    """An older card has a sensor only: each power stands for the time since the sample before."""
    source = opened(FakeNvml(FakeGpu(energy_mj=None, sm={RUN: 50})))
    source.read(usage(0.0))
    reading = source.read(usage(3.0))
    assert source.describe()["kind"] == "power"
    assert reading.energy_j == {}
    assert reading.attributable_j == pytest.approx(300.0)


def test_power_is_not_carried_over_a_long_silence() -> None:
    """Without a counter, nobody knows what a GPU drew in a quarter of an hour without readings."""
    gpu = FakeGpu(energy_mj=None, sm={RUN: 50})
    source = opened(FakeNvml(gpu))
    source.read(usage(0.0))
    gpu.lost = True
    assert source.read(usage(450.0)).attributable_j is None
    gpu.lost = False
    assert source.read(usage(900.0)).attributable_j == pytest.approx(0.0)


def test_a_gpu_that_goes_away_is_none_and_takes_the_sum_with_it() -> None:
    """Of two GPUs one falls silent: its power is None, and so is the sum, which would lack it."""
    gone = FakeGpu(sm={RUN: 50})
    source = opened(FakeNvml(FakeGpu(sm={RUN: 50}), gone))
    source.read(usage(0.0))
    gone.lost = True
    reading = source.read(usage(1.0))
    assert (reading.power_w, reading.attributable_power_w, reading.attributable_j) == (None,) * 3
    assert reading.sample_keys["per_gpu_power_draw"] == {"0": pytest.approx(100.0), "1": None}
    assert set(reading.energy_j) == {"gpu:0"}


def test_an_idle_gpu_belongs_to_those_who_hold_it() -> None:
    """A GPU that the run keeps open without using it is charged to the run."""
    source = opened(FakeNvml(FakeGpu(busy_percent=0, sm={})))
    assert source.read(usage(0.0)).attributable_power_w == pytest.approx(100.0)


def test_without_figures_by_process_a_sole_user_gets_the_gpus() -> None:
    """Where the driver does not tell processes apart, the only user's use is the GPU's."""
    reading = opened(FakeNvml(FakeGpu(sm=None))).read(usage(0.0))
    assert reading.sample_keys["average_gpu_estimated_utilization_absolute"] == pytest.approx(0.8)
    assert reading.attributable_power_w == pytest.approx(100.0)


def test_facts_of_a_gpu() -> None:
    """Each GPU is described by name, memory, driver, CUDA and power limit, and its serial number stays secret."""
    assert opened(FakeNvml(FakeGpu())).devices() == [
        {
            "name": "NVIDIA A100",
            "id": "gpu-" + hashlib.sha256(b"GPU-0").hexdigest()[:8],
            "total_memory": 85_899_345_920,
            "driver_version": "550.54",
            "cuda_version": "12.4",
            "power_limit_w": 400.0,
        }
    ]


@pytest.mark.parametrize("nvml", [FakeNvml(driver=False), FakeNvml()])
def test_no_driver_or_no_gpu(nvml: FakeNvml) -> None:
    """Without a driver or a GPU the source says that it is not available."""
    with pytest.raises(SourceUnavailableError, match="NVML"):
        opened(nvml)


def test_a_gpu_of_another_job_is_left_out() -> None:
    """SLURM shuts off GPUs of other jobs: they are counted, and asking for them is not allowed."""
    forbidden = FakeGpu(lost=True)
    source = opened(FakeNvml(forbidden, FakeGpu()))
    assert source.describe()["devices"] == ["gpu:1"]
    assert source.read(usage(0.0)).power_w == pytest.approx(100.0)


def test_a_gpu_without_a_sensor_costs_the_run_nothing_that_it_does_not_use() -> None:
    """An unused display card that tells no power makes the machine's power unknown, not the run's."""
    display = FakeGpu(power_mw=None, energy_mj=None, busy_percent=0, sm={OTHER: 0})
    source = opened(FakeNvml(FakeGpu(energy_mj=None, sm={RUN: 50}), display))
    source.read(usage(0.0))
    reading = source.read(usage(1.0))
    assert reading.power_w is None
    assert reading.attributable_power_w == pytest.approx(100.0)
    assert reading.attributable_j == pytest.approx(100.0)


def test_a_busy_gpu_is_asked_few_questions() -> None:
    """Who holds a GPU, and how busy it is as a whole, is asked only where its use does not tell."""
    nvml = FakeNvml(FakeGpu(sm={RUN: 60}))
    source = opened(nvml)
    nvml.asked.clear()
    source.read(usage(1.0))
    assert sorted(nvml.asked) == [
        "nvmlDeviceGetPerformanceState",
        "nvmlDeviceGetPowerUsage",
        "nvmlDeviceGetProcessUtilization",
        "nvmlDeviceGetTotalEnergyConsumption",
    ]


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no driver, its absence is the reason, before anything slow is imported."""

    def absent(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", absent)
    entry = next(entry for entry in REGISTRY if entry.name == "nvml")
    with pytest.raises(SourceUnavailableError, match="no NVIDIA driver"):
        entry.open(CpuFacts("x", 2, 2, 1, "x86_64", False, 1 << 30))
