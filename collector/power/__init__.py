"""The registry of power sources."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import SourceUnavailableError
from ..hardware import CpuFacts
from .nvml import NvmlSource
from .rapl import RaplSource
from .rated import RatedPowerSource
from .source import Component, PowerReading, PowerSource, Usage

__all__ = ["REGISTRY", "PowerReading", "PowerSource", "SourceEntry", "Usage", "open_sources"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A power source that may work here."""

    name: str
    component: Component
    open: Callable[[CpuFacts], PowerSource]
    """Raises SourceUnavailableError where it does not work."""


REGISTRY: tuple[SourceEntry, ...] = (
    SourceEntry("rapl", "cpu", lambda _: RaplSource()),
    SourceEntry("cpu-rated-power", "cpu", RatedPowerSource),
    SourceEntry("nvml", "gpu", lambda _: NvmlSource()),
)
"""In order of trust: of each component, the first that works is used."""


def open_sources(cpu: CpuFacts, registry: Sequence[SourceEntry] = REGISTRY) -> list[PowerSource]:
    """The best source of each component that has one here; why others do not work is logged."""
    opened: dict[Component, PowerSource] = {}
    for entry in registry:
        if entry.component in opened:
            continue
        try:
            opened[entry.component] = entry.open(cpu)
        except SourceUnavailableError as error:
            log.info("power source %s is not used: %s", entry.name, error)
    return list(opened.values())
