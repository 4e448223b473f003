"""Apple silicon, through the package zeus-apple-silicon. Not run on such a machine by us.

macOS keeps joules of the processor's parts (IOReport). They come from Apple's own energy model, and
Apple calls what its tools say of power an estimate that is not for comparing devices.
See https://github.com/ml-energy/zeus-apple-silicon
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..errors import SourceUnavailableError
from .account import Account, EnergyCounter
from .apple_gpu_time import GpuTimeShare
from .source import Component, Kind, PowerReading, RemediableError, Usage

NOTE = "by the energy model of macOS, which Apple calls an estimate: not for comparing devices"

_MJ_PER_J = 1000.0

_CPU = {"cpu:apple": "cpu_total_mj", "cpu:apple:dram": "dram_mj"}
_GPU = {"gpu:0": "gpu_mj", "gpu:ane": "ane_mj"}
"""Devices and the library's names. Which parts a chip tells differs; `gpu_sram_mj`, of some chips,
may or may not be part of the GPU's, and is left out."""


class AppleCounters:
    """The library's monitor, read once a sample however many sources ask."""

    def __init__(self, monitor: Any) -> None:
        """Args:
        monitor: An `AppleEnergyMonitor`, or what stands for it in a test.
        """
        self._monitor = monitor
        self._read_s: float | None = None
        self._metrics: Any = None

    def read(self, time_s: float | None = None) -> Any:
        """The library's `AppleEnergyMetrics` at a time; None when it gives no answer."""
        if time_s is None or time_s != self._read_s:
            self._read_s = time_s
            try:
                self._metrics = self._monitor.get_cumulative_energy()
            except RuntimeError:
                self._metrics = None
        return self._metrics


class _Parts:
    """Some parts of the chip, with what has to be remembered between two samples."""

    def __init__(self, counters: AppleCounters, fields: Mapping[str, str]) -> None:
        """Raises:
        SourceUnavailableError: The first of the fields has no counter on this chip.
        """
        self._counters = counters
        self._fields = fields
        shown = self._shown_j(None)
        main = next(iter(fields))
        if main not in shown:
            raise SourceUnavailableError(f"macOS does not count the energy of {main} here")
        self._unwrapped = {name: EnergyCounter(joules) for name, joules in shown.items()}
        self._last: tuple[float, dict[str, float]] | None = None

    @property
    def devices(self) -> list[str]:
        return list(self._unwrapped)

    def read(self, usage: Usage) -> dict[str, float] | None:
        """Joules by device since the source was opened; None when there is no answer."""
        shown = self._shown_j(usage.time_s)
        if not self._unwrapped.keys() <= shown.keys():
            return None
        return {
            name: counter.advance(shown[name], usage.time_s)
            for name, counter in self._unwrapped.items()
        }

    def mean_power_w(self, joules: Mapping[str, float], usage: Usage) -> dict[str, float] | None:
        """Of each device since the sample before; None where that is none, or too short ago."""
        last, self._last = self._last, (usage.time_s, dict(joules))
        if last is None or not usage.gives_rates:
            return None
        last_s, last_j = last
        return {name: (j - last_j[name]) / (usage.time_s - last_s) for name, j in joules.items()}

    def _shown_j(self, time_s: float | None) -> dict[str, float]:
        metrics = self._counters.read(time_s)
        shown = ((name, getattr(metrics, field, None)) for name, field in self._fields.items())
        return {
            name: millijoules / _MJ_PER_J for name, millijoules in shown if millijoules is not None
        }


class AppleCpuSource:
    """CPU by the run's share of CPU time, memory by its share of the memory in use."""

    component: Component = "cpu"
    kind: Kind = "counter"
    power_key = "cpu_power_draw_absolute"
    attributable_key = "cpu_attributable_power_draw"

    def __init__(self, counters: AppleCounters | None = None) -> None:
        """Raises:
        SourceUnavailableError: Not Apple silicon, or the package is missing.
        """
        self._parts = _Parts(open_counters() if counters is None else counters, _CPU)
        self._accounts = {name: Account() for name in self._parts.devices}

    def describe(self) -> dict[str, Any]:
        return {
            "name": "apple",
            "kind": self.kind,
            "component": self.component,
            "devices": self._parts.devices,
            "note": NOTE,
        }

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Usage) -> PowerReading:
        joules = self._parts.read(usage)
        if joules is None:
            return PowerReading()
        shares = {
            name: usage.mem_share if name.endswith(":dram") else usage.cpu_share for name in joules
        }
        for name, account in self._accounts.items():
            account.charge_counted(joules[name], shares[name])
        power_w = self._parts.mean_power_w(joules, usage) or {}
        return PowerReading(
            power_w=sum(power_w.values()) if power_w else None,
            attributable_power_w=(
                sum(watts * shares[name] for name, watts in power_w.items()) if power_w else None
            ),
            attributable_j=sum(account.run_j for account in self._accounts.values()),
            energy_j=joules,
        )

    def close(self) -> None:
        """Nothing was opened that could be closed."""


class AppleGpuSource:
    """GPU by the run's share of its time. The neural engine is logged, and attributed to nobody:
    macOS does not tell who uses it."""

    component: Component = "gpu"
    kind: Kind = "counter"
    power_key = "gpu_power_draw_absolute"
    attributable_key = "gpu_attributable_power_draw"

    def __init__(
        self, name: str, counters: AppleCounters | None = None, share: GpuTimeShare | None = None
    ) -> None:
        """Args:
            name: The GPU's, for people.
            counters, share: What stands for the library and for macOS in a test.

        Raises:
            SourceUnavailableError: Not Apple silicon, or the package is missing.
        """
        self._name = name
        self._parts = _Parts(open_counters() if counters is None else counters, _GPU)
        self._share = GpuTimeShare() if share is None else share
        self._account = Account()

    def describe(self) -> dict[str, Any]:
        return {
            "name": "apple",
            "kind": self.kind,
            "component": self.component,
            "devices": self._parts.devices,
            "note": NOTE,
        }

    def devices(self) -> list[dict[str, Any]]:
        return [{"name": self._name}]

    def read(self, usage: Usage) -> PowerReading:
        joules = self._parts.read(usage)
        if joules is None:
            return PowerReading()
        share = self._share.read(usage)
        charged = self._account.charge_counted(joules["gpu:0"], share)
        power_w = (self._parts.mean_power_w(joules, usage) or {}).get("gpu:0")
        return PowerReading(
            power_w=power_w,
            attributable_power_w=None if power_w is None or share is None else power_w * share,
            attributable_j=self._account.run_j if charged else None,
            energy_j=joules,
            sample_keys={"per_gpu_power_draw": {"0": power_w}},
        )

    def close(self) -> None:
        """Nothing was opened that could be closed."""


@cache
def open_counters() -> AppleCounters:
    """The counters of this Mac, for all who ask.

    Raises:
        SourceUnavailableError: No Apple silicon, the package is missing, or it finds nothing.
    """
    if platform.machine() != "arm64":
        raise SourceUnavailableError("this Mac has no Apple silicon")
    try:
        from zeus_apple_silicon import AppleEnergyMonitor
    except ImportError as error:
        raise RemediableError(
            "the Python package zeus-apple-silicon is not installed",
            "install it with: pip install 'wattboard[apple]'",
        ) from error
    try:
        return AppleCounters(AppleEnergyMonitor())
    except RuntimeError as error:
        raise SourceUnavailableError(f"macOS gives no energy counters: {error}") from error
