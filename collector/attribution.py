"""Which part of a machine's use is the run's. Pure functions; a share lies in 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """CPU seconds of one process since it began."""

    own_s: float
    reaped_s: float
    """Those of its ended children (and of theirs), added by the kernel when they are waited for."""


def share(part: float, whole: float) -> float:
    """A part of a whole, both measured; two clocks that disagree a little cannot leave 0 to 1."""
    if whole <= 0:
        return 0.0
    return min(1.0, max(0.0, part / whole))


def cpu_seconds_used(before: Mapping[Key, CpuTimes], after: Mapping[Key, CpuTimes]) -> float:
    """CPU seconds that a process tree used between two reads, with children that came and went.

    Args:
        before: The processes of the tree at the first read.
        after: Those at the second. A process in both has the same key; a new one began in between.

    Returns:
        Seconds, never negative. A child that began and ended in between counts through its parent;
        one whose end nobody waited for is lost.
    """
    nothing = CpuTimes(0.0, 0.0)
    own = reaped = 0.0
    for key, times in after.items():
        earlier = before.get(key, nothing)
        own += max(0.0, times.own_s - earlier.own_s)
        reaped += max(0.0, times.reaped_s - earlier.reaped_s)
    # What a vanished process had used by the first read was counted then, and comes again when its
    # parent inherits it.
    counted = sum(t.own_s + t.reaped_s for key, t in before.items() if key not in after)
    return own + max(0.0, reaped - counted)


def gpu_share(
    sm_by_pid: Mapping[int, float],
    holders: Collection[int],
    run_pids: Collection[int],
    is_here: Callable[[int], bool],
    device_busy: bool,
) -> float | None:
    """The share of a GPU that is the run's.

    By use of the multiprocessors; on a GPU that nobody uses at the moment, by who holds it.

    Args:
        sm_by_pid: Use of the multiprocessors by process, of all processes that the driver names.
        holders: The processes that have something open on the GPU.
        run_pids: The run's processes.
        is_here: Whether a process number exists on this side (a container sees others' numbers).
        device_busy: Whether the device itself says that it is in use.

    Returns:
        0 to 1, or None when the processes on the GPU cannot be told: as in a container, where the
        driver names the host's process numbers or none at all.
    """
    run = set(run_pids)
    named = set(holders) | set(sm_by_pid)
    if not named:
        return None if device_busy else 0.0
    if not named & run and not any(is_here(pid) for pid in named):
        return None
    busy = sum(sm_by_pid.values())
    if busy > 0:
        return share(sum(sm for pid, sm in sm_by_pid.items() if pid in run), busy)
    return share(len(named & run), len(named))
