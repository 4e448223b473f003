"""The registry of power sources."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import SourceUnavailableError
from ..hardware import CpuFacts
from ..plugins import entries
from .source import Component, PowerReading, PowerSource, Usage

__all__ = [
    "REGISTRY",
    "PowerReading",
    "PowerSource",
    "SourceEntry",
    "Usage",
    "known_sources",
    "open_sources",
]

NVML_LIBRARY = "libnvidia-ml.so.1"
AMD_DRIVER = Path("/sys/module/amdgpu")

log = logging.getLogger(__name__)


class SourceEntry(NamedTuple):
    """A power source that may work here."""

    name: str
    component: Component
    open: Callable[[CpuFacts], PowerSource]
    """Raises SourceUnavailableError where it does not work. Imports its module only now: the
    training waits for the first sample, and most machines have few of the sources."""


def _require_mac() -> None:
    if sys.platform != "darwin":
        raise SourceUnavailableError("this is not a Mac")


def _rapl(_: CpuFacts) -> PowerSource:
    from .rapl import RaplSource

    return RaplSource()


def _apple_cpu(_: CpuFacts) -> PowerSource:
    _require_mac()
    from .apple import AppleCpuSource

    return AppleCpuSource()


def _powermetrics(_: CpuFacts) -> PowerSource:
    _require_mac()
    from .powermetrics import PowermetricsSource

    return PowermetricsSource()


def _tdp(cpu: CpuFacts) -> PowerSource:
    from .tdp import TdpSource

    return TdpSource(cpu)


def _nvml(_: CpuFacts) -> PowerSource:
    import ctypes

    try:
        # What asks it takes 30 ms to import, which a machine without the driver need not spend.
        ctypes.CDLL(NVML_LIBRARY)
    except OSError as error:
        raise SourceUnavailableError(f"no NVIDIA driver: there is no {NVML_LIBRARY}") from error
    from .nvml import NvmlSource

    return NvmlSource()


def _amd(_: CpuFacts) -> PowerSource:
    if not AMD_DRIVER.is_dir():
        raise SourceUnavailableError("no AMD GPU: the driver amdgpu is not loaded")
    from .amd import AmdSource

    return AmdSource()


def _apple_gpu(cpu: CpuFacts) -> PowerSource:
    _require_mac()
    from .apple import AppleGpuSource

    return AppleGpuSource(f"{cpu.brand} GPU")


REGISTRY: tuple[SourceEntry, ...] = (
    SourceEntry("rapl", "cpu", _rapl),
    SourceEntry("apple", "cpu", _apple_cpu),
    SourceEntry("powermetrics", "cpu", _powermetrics),
    SourceEntry("tdp", "cpu", _tdp),
    SourceEntry("nvml", "gpu", _nvml),
    SourceEntry("amd", "gpu", _amd),
    SourceEntry("apple", "gpu", _apple_gpu),
)
"""In order of trust: of each component, the first that works is used.

So of a machine with NVIDIA and AMD GPUs, only the former are counted, unless CUDA_VISIBLE_DEVICES
hides them all.
"""


def known_sources() -> tuple[SourceEntry, ...]:
    """Those of other packages, which somebody installed for a reason, and then ours.

    An entry point `wattboard.power_sources` is a `SourceEntry`, or a list of them.
    """
    found: list[SourceEntry] = []
    for name, brought in entries("wattboard.power_sources"):
        for entry in brought if isinstance(brought, list) else [brought]:
            if isinstance(entry, SourceEntry):
                found.append(entry)
            else:
                log.warning("power source %s is left out: expected a SourceEntry", name)
    return (*found, *REGISTRY)


def open_sources(cpu: CpuFacts, registry: Sequence[SourceEntry] | None = None) -> list[PowerSource]:
    """The best source of each component that has one here; why others do not work is logged.

    Args:
        registry: In order of trust. None: all that are known.
    """
    opened: dict[Component, PowerSource] = {}
    for entry in known_sources() if registry is None else registry:
        if entry.component in opened:
            continue
        try:
            opened[entry.component] = entry.open(cpu)
        except SourceUnavailableError as error:
            log.info("power source %s is not used: %s", entry.name, error)
        except Exception:
            # One that breaks its promise costs its own readings, not the run's log.
            log.exception("power source %s cannot be opened", entry.name)
    return list(opened.values())
