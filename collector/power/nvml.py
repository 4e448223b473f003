"""NVIDIA GPUs, through the management library (NVML).

Power by the card's sensor; energy by its own counter where it has one (Volta and later); the run's
part by its use of the multiprocessors, as the driver samples it for each process.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import psutil

from ..attribution import gpu_share
from ..errors import SourceUnavailableError
from .source import Component, Kind, PowerReading, Usage

Answer = TypeVar("Answer")

_MW_PER_W = 1000.0
_MJ_PER_J = 1000.0
_US_PER_S = 1e6

HELD_S = 60.0
"""A power that could not be read is taken from the next reading for so long, or 5 intervals."""


@dataclass(frozen=True, slots=True)
class GpuUse:
    """One GPU at one sample. None: the driver did not say."""

    power_w: float | None
    counted_j: float | None
    """By the card's counter, since the source was opened."""
    utilization: float | None
    """The run's use of the multiprocessors, 0 to 1."""
    share: float | None
    """The run's part of all use, 0 to 1."""
    sm_by_pid: dict[int, float]
    """The run's processes, percent."""
    performance_state: str | None


class _Gpu:
    """One GPU with what has to be remembered between two samples."""

    def __init__(self, nvml: Any, index: int) -> None:
        self.index = index
        self._nvml = nvml
        self._handle = nvml.nvmlDeviceGetHandleByIndex(index)
        self._processes_seen_us = int(time.time() * _US_PER_S)
        self._last_sm: dict[int, float] = {}
        self._base_mj = self._ask(nvml.nvmlDeviceGetTotalEnergyConsumption)
        self._last_s: float | None = None
        self._last_counted_j = 0.0
        self.run_j = 0.0
        """The run's energy since the source was opened."""

    @property
    def counts_energy(self) -> bool:
        return self._base_mj is not None

    def facts(self) -> dict[str, Any]:
        nvml = self._nvml
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo)
        facts = {
            "name": _text(self._ask(nvml.nvmlDeviceGetName)),
            "total_memory": None if memory is None else memory.total,
            "driver_version": _text(_answer(nvml, nvml.nvmlSystemGetDriverVersion)),
            "power_limit_w": _scaled(
                self._ask(nvml.nvmlDeviceGetEnforcedPowerLimit), 1 / _MW_PER_W
            ),
        }
        return {key: value for key, value in facts.items() if value is not None}

    def read(self, usage: Usage) -> GpuUse:
        nvml = self._nvml
        power_mw = self._ask(nvml.nvmlDeviceGetPowerUsage)
        energy_mj = self._ask(nvml.nvmlDeviceGetTotalEnergyConsumption)
        counted_j = None
        if energy_mj is not None and self._base_mj is not None:
            counted_j = (energy_mj - self._base_mj) / _MJ_PER_J
        rates = self._ask(nvml.nvmlDeviceGetUtilizationRates)
        is_busy = rates is not None and rates.gpu > 0
        sm_by_pid = self._sm_by_pid(is_busy=is_busy)
        run_sm = {pid: sm for pid, sm in (sm_by_pid or {}).items() if pid in usage.pids}
        holders = self._holders()
        share = None
        if holders is not None:
            share = gpu_share(
                sm_by_pid or {},
                holders,
                usage.pids,
                psutil.pid_exists,
                device_busy=is_busy,
            )
        state = self._ask(nvml.nvmlDeviceGetPerformanceState)
        return GpuUse(
            power_w=_scaled(power_mw, 1 / _MW_PER_W),
            counted_j=counted_j,
            utilization=_run_utilization(share, run_sm, sm_by_pid, rates),
            share=share,
            sm_by_pid=run_sm,
            performance_state=None if state is None else f"P{state}",
        )

    def charge(self, use: GpuUse, usage: Usage) -> bool:
        """Add the run's part of the energy since the last charge to `run_j`.

        It is what the card counted, else power times time.

        Returns:
            Whether that was possible. If not, a counter's joules wait for the next charge.
        """
        amount = use.counted_j if self.counts_energy else use.power_w
        if amount is None or use.share is None:
            return False
        last_s, self._last_s = self._last_s, usage.time_s
        if self.counts_energy:
            last_j, self._last_counted_j = self._last_counted_j, amount
            self.run_j += max(0.0, amount - last_j) * use.share
        elif last_s is not None and usage.time_s - last_s <= max(HELD_S, 5 * usage.interval_s):
            self.run_j += amount * (usage.time_s - last_s) * use.share
        return True

    def _sm_by_pid(self, *, is_busy: bool) -> dict[int, float] | None:
        """Percent of the multiprocessors by process, averaged over the samples since last time."""
        nvml = self._nvml
        try:
            samples = nvml.nvmlDeviceGetProcessUtilization(self._handle, self._processes_seen_us)
        except nvml.NVMLError as error:
            if error.value != nvml.NVML_ERROR_NOT_FOUND:
                return None
            # Nobody used the GPU, or the driver, which samples some six times a second, has not
            # done so since last time.
            return self._last_sm if is_busy else {}
        found = defaultdict(list)
        for sample in samples:
            self._processes_seen_us = max(self._processes_seen_us, int(sample.timeStamp))
            # Some drivers leave rubbish in rows that they did not fill.
            if sample.pid > 0 and 0 <= sample.smUtil <= 100:
                found[int(sample.pid)].append(float(sample.smUtil))
        self._last_sm = {pid: sum(values) / len(values) for pid, values in found.items()}
        return self._last_sm

    def _holders(self) -> list[int] | None:
        """Processes that have the GPU open for computing; None when the driver does not say."""
        processes = self._ask(self._nvml.nvmlDeviceGetComputeRunningProcesses)
        return None if processes is None else [int(process.pid) for process in processes]

    def _ask(self, question: Callable[[Any], Answer]) -> Answer | None:
        return _answer(self._nvml, lambda: question(self._handle))


class NvmlSource:
    """All NVIDIA GPUs of the machine."""

    component: Component = "gpu"
    power_key = "nvidia_draw_absolute"
    attributable_key = "nvidia_estimated_attributable_power_draw"

    def __init__(self, nvml: Any = None) -> None:
        """Args:
            nvml: The module `pynvml`, or what stands for it in a test.

        Raises:
            SourceUnavailableError: No driver or no GPU.
        """
        self._nvml = nvml = _pynvml() if nvml is None else nvml
        try:
            nvml.nvmlInit()
            count = nvml.nvmlDeviceGetCount()
            self._gpus = [_Gpu(nvml, index) for index in range(count)]
        except nvml.NVMLError as error:
            raise SourceUnavailableError(f"NVML gives no answer: {error}") from error
        if not self._gpus:
            raise SourceUnavailableError("NVML finds no GPU")
        self.kind: Kind = "counter" if all(gpu.counts_energy for gpu in self._gpus) else "power"

    def describe(self) -> dict[str, Any]:
        return {
            "name": "nvml",
            "kind": self.kind,
            "component": self.component,
            "devices": [f"gpu:{gpu.index}" for gpu in self._gpus],
        }

    def devices(self) -> list[dict[str, Any]]:
        return [gpu.facts() for gpu in self._gpus]

    def read(self, usage: Usage) -> PowerReading:
        uses = {gpu.index: gpu.read(usage) for gpu in self._gpus}
        charged = [gpu.charge(uses[gpu.index], usage) for gpu in self._gpus]
        return PowerReading(
            power_w=_sum_or_none(use.power_w for use in uses.values()),
            attributable_power_w=_sum_or_none(
                _product(use.power_w, use.share) for use in uses.values()
            ),
            attributable_j=sum(gpu.run_j for gpu in self._gpus) if all(charged) else None,
            energy_j={
                f"gpu:{index}": use.counted_j
                for index, use in uses.items()
                if use.counted_j is not None
            },
            sample_keys=_sample_keys(uses),
        )

    def close(self) -> None:
        _answer(self._nvml, self._nvml.nvmlShutdown)


def _sample_keys(uses: Mapping[int, GpuUse]) -> dict[str, Any]:
    utilization = _sum_or_none(use.utilization for use in uses.values())
    return {
        "average_gpu_estimated_utilization_absolute": _scaled(utilization, 1 / len(uses)),
        "per_gpu_power_draw": {str(index): use.power_w for index, use in uses.items()},
        "per_gpu_performance_state": {
            str(index): use.performance_state for index, use in uses.items()
        },
        "per_gpu_average_estimated_utilization_absolute": {
            f"({index}, {pid})": {"sm": sm}
            for index, use in uses.items()
            for pid, sm in use.sm_by_pid.items()
        },
    }


def _run_utilization(
    share: float | None, run_sm: Mapping[int, float], sm_by_pid: object, rates: Any
) -> float | None:
    """The run's use of one GPU, 0 to 1. Without figures by process, a sole user's is the GPU's."""
    if share is None:
        return None
    if sm_by_pid is not None:
        return min(1.0, sum(run_sm.values()) / 100)
    if share == 0:
        return 0.0
    return float(rates.gpu) / 100 if share == 1 and rates is not None else None


def _sum_or_none(values: Iterable[float | None]) -> float | None:
    """The sum; None when a part is missing, since the rest would pass for the whole."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _product(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _text(value: object) -> str | None:
    # Older versions of the library answer in bytes.
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)


def _answer(nvml: Any, question: Callable[[], Answer]) -> Answer | None:
    """What the driver says; None when it does not support the question or gives no answer."""
    try:
        return question()
    except nvml.NVMLError:
        return None


def _pynvml() -> Any:
    try:
        import pynvml
    except ImportError as error:
        raise SourceUnavailableError("the Python package nvidia-ml-py is not installed") from error
    return pynvml
