"""What a power source is. A new one is one file here and one line in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..errors import SourceUnavailableError

Kind = Literal["counter", "power", "estimate"]
Component = Literal["cpu", "gpu"]


MIN_RATE_SPAN_S = 0.05
"""Over less, CPU time (counted in hundredths of a second) says nothing of power."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the run and the machine used since the sample before; the basis of every attribution."""

    time_s: float
    """Of the monotonic clock."""
    interval_s: float
    """Since the sample before; 0 at the first."""
    cpu_seconds: float
    """CPU time of the run's processes."""
    machine_cpu_seconds: float
    """CPU time of all processes."""
    cpu_share: float
    """The run's part of the CPU time that the machine spent, 0 to 1."""
    mem_share: float
    """The run's part of the memory in use, 0 to 1."""
    pids: frozenset[int]
    """The run's processes."""

    @property
    def gives_rates(self) -> bool:
        """The time since the sample before is long enough to divide by."""
        return self.interval_s >= MIN_RATE_SPAN_S


@dataclass(frozen=True, slots=True)
class PowerReading:
    """What a source says of one component at one sample. None: it did not say; that is never 0."""

    power_w: float | None = None
    """The whole component."""
    attributable_power_w: float | None = None
    """The run's part."""
    attributable_j: float | None = None
    """The run's energy since the source was opened: never falls, begins at 0."""
    energy_j: Mapping[str, float] = field(default_factory=dict)
    """Where the hardware counts: joules of whole devices since the source was opened, by device."""
    sample_keys: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of the sample that this source alone knows."""


class RemediableError(SourceUnavailableError):
    """A power source that would work here if somebody did something about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Args:
        reason: Why it does not work.
        remedy: What to do: a command, or a sentence without its full stop.
        """
        super().__init__(f"{reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy


class PowerSource(Protocol):
    """One way to learn the power of a component of the machine."""

    component: Component
    kind: Kind
    power_key: str
    """The sample's key for `power_w`."""
    attributable_key: str
    """The sample's key for `attributable_power_w`."""

    def describe(self) -> dict[str, Any]:
        """The source's entry of info.json's `power_sources`: name, kind, component, and more."""

    def devices(self) -> list[dict[str, Any]]:
        """The devices for info.json's `gpu_info`; empty for a source of another component."""

    def read(self, usage: Usage) -> PowerReading:
        """Read once. A device that gives no answer is a None in the reading, never an exception."""

    def close(self) -> None:
        """Give back what was opened."""
