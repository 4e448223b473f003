"""NVIDIA GPUs, through the management library (NVML).

Power by the card's sensor (since Ampere, except A100, a mean of the last second); energy by its own
counter where it has one (Volta and later); the run's part by its use of the multiprocessors, as the
driver samples it for each process, and of a divided GPU (MIG) by the slices that it holds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import SourceUnavailableError
from .cuda_visible import VARIABLE, ListedGpu, visible_gpus
from .gpu import is_first_namespace, reading_of
from .nvml_gpu import NvmlGpu, answer
from .source import Component, Kind, PowerReading, Usage

FIRST_RETRY_S = 30.0
"""So long after a GPU fell silent the library is initialised anew; then after ever longer waits."""
LAST_RETRY_S = 600.0

log = logging.getLogger(__name__)


class NvmlSource:
    """The NVIDIA GPUs that the environment gives to the run; all of them, if it does not say."""

    component: Component = "gpu"
    power_key = "nvidia_draw_absolute"
    attributable_key = "nvidia_estimated_attributable_power_draw"

    def __init__(
        self,
        nvml: Any = None,
        environ: Mapping[str, str] | None = None,
        *,
        first_namespace: bool | None = None,
    ) -> None:
        """Args:
            nvml: The module `pynvml`, or what stands for it in a test.
            environ: The run's environment; that of this process, if left out.
            first_namespace: Whether the driver's process numbers are ours; found out, if left out.

        Raises:
            SourceUnavailableError: No driver, no GPU, or none that the run may use.
        """
        self._nvml = nvml = _pynvml() if nvml is None else nvml
        first = is_first_namespace() if first_namespace is None else first_namespace
        try:
            nvml.nvmlInit()
            gpus = _answering_gpus(nvml, first_namespace=first)
        except nvml.NVMLError as error:
            raise SourceUnavailableError(f"NVML gives no answer: {error}") from error
        self._gpus = self._chosen(gpus, os.environ if environ is None else environ)
        self.kind: Kind = "counter" if all(gpu.counts_energy for gpu in self._gpus) else "power"
        self._silent_since_s: float | None = None
        self._retry_s = 0.0
        self._wait_s = FIRST_RETRY_S

    def describe(self) -> dict[str, Any]:
        note = {} if self._note is None else {"note": self._note}
        return {
            "name": "nvml",
            "kind": self.kind,
            "component": self.component,
            "devices": [f"gpu:{gpu.index}" for gpu in self._gpus],
            **note,
        }

    def devices(self) -> list[dict[str, Any]]:
        return [gpu.facts(self._given_migs) for gpu in self._gpus]

    def read(self, usage: Usage) -> PowerReading:
        if self._silent_since_s is not None and usage.time_s >= self._retry_s:
            self._initialise_anew(usage.time_s)
        uses = {gpu.index: gpu.read(usage) for gpu in self._gpus}
        self._notice_silence(usage.time_s)
        charged = [gpu.charge(uses[gpu.index], usage) for gpu in self._gpus]
        reading = reading_of(uses, sum(gpu.run_j for gpu in self._gpus) if all(charged) else None)
        states = {str(index): use.performance_state for index, use in uses.items()}
        run_use = {
            f"({index}, {pid})": {"sm": sm}
            for index, use in uses.items()
            for pid, sm in use.sm_by_pid.items()
        }
        return replace(
            reading,
            sample_keys={
                **reading.sample_keys,
                "per_gpu_performance_state": states,
                "per_gpu_average_estimated_utilization_absolute": run_use,
            },
        )

    def close(self) -> None:
        answer(self._nvml, self._nvml.nvmlShutdown)

    def _chosen(self, gpus: Sequence[NvmlGpu], environ: Mapping[str, str]) -> list[NvmlGpu]:
        listed = [ListedGpu(gpu.uuid, gpu.name, gpu.mig_uuids) for gpu in gpus]
        visible = visible_gpus(listed, environ)
        self._given_migs = visible.mig_uuids
        self._note = visible.note
        if not gpus:
            self.close()
            raise SourceUnavailableError("NVML finds no GPU")
        if not visible.gpus:
            self.close()
            raise SourceUnavailableError(
                f"{VARIABLE}={environ[VARIABLE]!r} gives none of {len(gpus)} GPUs to the run"
            )
        return [gpus[place] for place in visible.gpus]

    def _notice_silence(self, now_s: float) -> None:
        """Log when GPUs fall silent and when they answer again, once each."""
        silent = [str(gpu.index) for gpu in self._gpus if gpu.is_silent]
        if silent and self._silent_since_s is None:
            self._silent_since_s = now_s
            self._wait_s = FIRST_RETRY_S
            self._retry_s = now_s + self._wait_s
            log.warning("GPU %s gives no answer any more", ", ".join(silent))
        elif not silent and self._silent_since_s is not None:
            log.warning("all GPUs answer again, after %.0f s", now_s - self._silent_since_s)
            self._silent_since_s = None

    def _initialise_anew(self, now_s: float) -> None:
        nvml = self._nvml
        self._wait_s = min(2 * self._wait_s, LAST_RETRY_S)
        self._retry_s = now_s + self._wait_s
        answer(nvml, nvml.nvmlShutdown)
        try:
            nvml.nvmlInit()
        except nvml.NVMLError as error:
            log.info("NVML gives no answer: %s", error)
            return
        for gpu in self._gpus:
            answer(nvml, gpu.find_again)


def _answering_gpus(nvml: Any, *, first_namespace: bool) -> list[NvmlGpu]:
    gpus = []
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            gpus.append(NvmlGpu(nvml, index, first_namespace=first_namespace))
        except nvml.NVMLError as error:
            # Counted, but of another job's (SLURM shuts them off), or broken.
            log.info("GPU %d is left out: %s", index, error)
    return gpus


def _pynvml() -> Any:
    try:
        import pynvml
    except ImportError as error:
        raise SourceUnavailableError("the Python package nvidia-ml-py is not installed") from error
    return pynvml
