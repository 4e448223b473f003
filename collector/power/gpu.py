"""What sources of GPUs have in common."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .account import Account, part_of, sum_or_none
from .source import PowerReading, Usage

_FIRST_NAMESPACE = "pid:[4026531836]"
"""Linux always gives this number to the process namespace that it starts with."""


@dataclass(frozen=True, slots=True)
class GpuUse:
    """One GPU at one sample. None: the driver did not say."""

    power_w: float | None = None
    counted_j: float | None = None
    """By the card's counter, since the source was opened."""
    share: float | None = None
    """The run's part of all use, 0 to 1."""
    utilization: float | None = None
    """The run's use of the multiprocessors, 0 to 1."""
    sm_by_pid: Mapping[int, float] = field(default_factory=dict)
    """The run's processes, percent."""
    performance_state: str | None = None


SILENT = GpuUse()


def charge(account: Account, use: GpuUse, usage: Usage, *, by_counter: bool) -> bool:
    """Add the run's part of the energy since the last charge: of what the card counted, else of
    power times time. Says whether that was possible."""
    if by_counter:
        return account.charge_counted(use.counted_j, use.share)
    return account.charge_power(use.power_w, use.share, usage)


def reading_of(uses: Mapping[int, GpuUse], run_j: float | None) -> PowerReading:
    """The reading of all GPUs.

    Args:
        uses: By the GPU's number, one or more.
        run_j: The run's energy since the source was opened; None where a GPU could not be charged.
    """
    utilization = sum_or_none(use.utilization for use in uses.values())
    return PowerReading(
        power_w=sum_or_none(use.power_w for use in uses.values()),
        attributable_power_w=sum_or_none(part_of(u.power_w, u.share) for u in uses.values()),
        attributable_j=run_j,
        energy_j={
            f"gpu:{index}": use.counted_j
            for index, use in uses.items()
            if use.counted_j is not None
        },
        sample_keys={
            "average_gpu_estimated_utilization_absolute": (
                None if utilization is None else utilization / len(uses)
            ),
            "per_gpu_power_draw": {str(index): use.power_w for index, use in uses.items()},
        },
    )


def sole_users_part(share: float | None, busy_percent: float | None) -> float | None:
    """The run's use of a GPU, 0 to 1, where only the GPU's own is known: all of it or nothing."""
    if share == 0:
        return 0.0
    return busy_percent / 100 if share == 1 and busy_percent is not None else None


def hashed_id(unique: str) -> str:
    """Tells one GPU from another without revealing its serial number."""
    return f"gpu-{hashlib.sha256(unique.encode()).hexdigest()[:8]}"


def is_first_namespace(link: Path = Path("/proc/self/ns/pid")) -> bool:
    """Whether processes have here the numbers by which drivers know them.

    Not so in most containers. Where the system does not say (it is not Linux), they have.
    """
    try:
        return str(link.readlink()) == _FIRST_NAMESPACE
    except OSError:
        return True


def process_is_here(pid: int) -> bool:
    """Whether there is a process of that number on this side."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def process_check(*, first_namespace: bool) -> Callable[[int], bool]:
    """Tells whether a number that a driver names can be one of ours.

    In a container it is the host's number of some process, whatever has that number here.
    """
    return process_is_here if first_namespace else lambda _: False
