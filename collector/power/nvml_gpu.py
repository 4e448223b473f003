"""One NVIDIA GPU, asked through NVML with as few questions a sample as will do."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from ..attribution import gpu_share, mig_share
from .account import Account, EnergyCounter
from .gpu import SILENT, GpuUse, charge, hashed_id, process_check, sole_users_part
from .nvml_mig import hidden_slices, list_mig_devices, read_instances, text
from .source import Usage

Answer = TypeVar("Answer")

_MW_PER_W = 1000.0
_MJ_PER_J = 1000.0
_US_PER_S = 1e6


class NvmlGpu:
    """A GPU with what has to be remembered between two samples."""

    def __init__(self, nvml: Any, index: int, *, first_namespace: bool) -> None:
        """Args:
            nvml: The module `pynvml`, initialised.
            index: The GPU's number in NVML's order.
            first_namespace: Whether the driver's process numbers are ours.

        Raises:
            NVMLError: This GPU may not be used, or does not answer.
        """
        self.index = index
        self._nvml = nvml
        self._handle = nvml.nvmlDeviceGetHandleByIndex(index)
        self.uuid = text(nvml.nvmlDeviceGetUUID(self._handle))
        self.name = text(nvml.nvmlDeviceGetName(self._handle))
        self._first_namespace = first_namespace
        self._is_here = process_check(first_namespace=first_namespace)
        self._read_migs()
        counted_mj = self._ask(nvml.nvmlDeviceGetTotalEnergyConsumption)
        self._counter = None if counted_mj is None else EnergyCounter(counted_mj / _MJ_PER_J)
        self._has_power = self._ask(nvml.nvmlDeviceGetPowerUsage) is not None
        self._account = Account()
        self._processes_seen_us = int(time.time() * _US_PER_S)
        self._last_sm: dict[int, float] = {}
        self._hides_processes = not first_namespace
        self.is_silent = False
        """The last reading had no answer, though the GPU once gave one."""

    @property
    def counts_energy(self) -> bool:
        return self._counter is not None

    @property
    def run_j(self) -> float:
        """The run's energy since the source was opened."""
        return self._account.run_j

    @property
    def mig_uuids(self) -> tuple[str, ...]:
        return tuple(device.uuid for device in self._migs)

    def find_again(self) -> None:
        """Get a new handle, after the library was initialised anew. The counter goes on.

        Raises:
            NVMLError: The GPU is not there.
        """
        self._handle = self._nvml.nvmlDeviceGetHandleByUUID(self.uuid)
        self._read_migs()

    def facts(self, given_migs: Collection[str]) -> dict[str, Any]:
        """The GPU's entry of info.json's `gpu_info`.

        Args:
            given_migs: UUIDs of the MIG devices that the run was given, of whatever GPU.
        """
        nvml = self._nvml
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo)
        driver = answer(nvml, nvml.nvmlSystemGetDriverVersion)
        cuda = answer(nvml, nvml.nvmlSystemGetCudaDriverVersion)
        limit_mw = self._ask(nvml.nvmlDeviceGetEnforcedPowerLimit)
        # In a container, the one that is shown is the one that was given.
        given = [d.profile for d in self._migs if d.uuid in given_migs or len(self._migs) == 1]
        facts = {
            "name": self.name,
            "id": hashed_id(self.uuid),
            "total_memory": None if memory is None else memory.total,
            "driver_version": None if driver is None else text(driver),
            "cuda_version": None if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}",
            "power_limit_w": None if limit_mw is None else limit_mw / _MW_PER_W,
            "mig": " + ".join(given) or None,
        }
        return {key: value for key, value in facts.items() if value is not None}

    def read(self, usage: Usage) -> GpuUse:
        nvml = self._nvml
        power_mw = self._ask(nvml.nvmlDeviceGetPowerUsage)
        counted_j = self._read_counter(usage)
        self.is_silent = power_mw is None and counted_j is None and self._once_answered
        if self.is_silent:
            return SILENT
        busy = _Busy(lambda: self._ask(nvml.nvmlDeviceGetUtilizationRates))
        sm_by_pid = {} if self._migs else self._sm_by_pid(busy)
        run_sm = {pid: sm for pid, sm in (sm_by_pid or {}).items() if pid in usage.pids}
        share = self._mig_share(usage) if self._migs else self._share(usage, sm_by_pid, busy)
        if sm_by_pid is None or self._migs:
            utilization = sole_users_part(share, None if self._migs else busy.percent)
        else:
            utilization = None if share is None else min(1.0, sum(run_sm.values()) / 100)
        state = self._ask(nvml.nvmlDeviceGetPerformanceState)
        return GpuUse(
            power_w=None if power_mw is None else power_mw / _MW_PER_W,
            counted_j=counted_j,
            share=share,
            utilization=utilization,
            sm_by_pid=run_sm,
            performance_state=None if state is None else f"P{state}",
        )

    def charge(self, use: GpuUse, usage: Usage) -> bool:
        """Add the run's part of the energy since the last charge to `run_j`, if it is known."""
        return charge(self._account, use, usage, by_counter=self.counts_energy)

    @property
    def _once_answered(self) -> bool:
        return self._has_power or self.counts_energy

    def _read_migs(self) -> None:
        self._migs = list_mig_devices(self._nvml, self._handle)
        self._hidden_slices = hidden_slices(self._nvml, self._handle, self._migs)

    def _read_counter(self, usage: Usage) -> float | None:
        if self._counter is None:
            return None
        counted_mj = self._ask(self._nvml.nvmlDeviceGetTotalEnergyConsumption)
        if counted_mj is None:
            return None
        return self._counter.advance(counted_mj / _MJ_PER_J, usage.time_s)

    def _share(self, usage: Usage, sm_by_pid: dict[int, float] | None, busy: _Busy) -> float | None:
        used = sm_by_pid or {}
        # Who holds a GPU matters only where its use does not tell.
        needs_holders = not any(used[pid] > 0 for pid in used.keys() & usage.pids)
        holders = self._holders() if needs_holders else []
        if holders is None and not used:
            return None
        is_named = bool(holders or used)
        share = gpu_share(
            used,
            holders or [],
            usage.pids,
            self._is_here,
            device_busy=self._hides_processes or (not is_named and bool(busy.percent)),
        )
        # Also in the next moment without work, until one is named that can be told.
        self._hides_processes = share is None
        return share

    def _mig_share(self, usage: Usage) -> float | None:
        instances = read_instances(self._nvml, self._migs)
        if instances is None:
            return None
        return mig_share(
            instances,
            self._hidden_slices,
            usage.pids,
            self._is_here,
            device_busy=self._hides_processes,
        )

    def _sm_by_pid(self, busy: _Busy) -> dict[int, float] | None:
        """Percent of the multiprocessors by process, averaged over the samples since last time."""
        nvml = self._nvml
        try:
            samples = nvml.nvmlDeviceGetProcessUtilization(self._handle, self._processes_seen_us)
        except nvml.NVMLError as error:
            if error.value != nvml.NVML_ERROR_NOT_FOUND:
                return None
            # Nobody used the GPU, or the driver, which samples some six times a second, has not
            # done so since last time.
            return self._last_sm if busy.percent else {}
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
        return answer(self._nvml, lambda: question(self._handle))


class _Busy:
    """The GPU's own word on its use, asked at most once a sample and only where it matters."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask
        self._asked = False
        self._percent: float | None = None

    @property
    def percent(self) -> float | None:
        if not self._asked:
            self._asked = True
            rates = self._ask()
            self._percent = None if rates is None else float(rates.gpu)
        return self._percent


def answer(nvml: Any, question: Callable[[], Answer]) -> Answer | None:
    """What the driver says; None when it does not support the question or gives no answer."""
    try:
        return question()
    except nvml.NVMLError:
        return None
