"""Which part of a machine's use is the run's. Pure functions; a share lies in 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")


class Use(NamedTuple):
    """What one process has used since it began, such as CPU seconds or bytes."""

    own: float
    inherited: float
    """From its ended children (and theirs), which the kernel adds when they are waited for."""


NOTHING = Use(0.0, 0.0)


def share(part: float, whole: float) -> float:
    """A part of a whole, both measured; two clocks that disagree a little cannot leave 0 to 1."""
    if whole <= 0:
        return 0.0
    return min(1.0, max(0.0, part / whole))


def used_since(
    before: Mapping[Key, Use],
    after: Mapping[Key, Use],
    parents: Mapping[Key, Key],
    apart: Collection[Key] = (),
) -> float:
    """What a process tree used between two reads, with children that came and went.

    Args:
        before: The processes of the tree at the first read.
        after: Those at the second. A process in both has the same key; a new one began in between.
        parents: Of the first read's processes, as far as they stood in the tree themselves.
        apart: Processes that do not count, though their parents inherit what they used.

    Returns:
        Never negative. A child that began and ended in between counts through its parent; one
        whose end nobody waited for is lost.
    """
    own = 0.0
    inherited: dict[Key, float] = {}
    for key, use in after.items():
        if key not in apart:
            earlier = before.get(key, NOTHING)
            own += max(0.0, use.own - earlier.own)
            inherited[key] = max(0.0, use.inherited - earlier.inherited)
    for key in before.keys() - after.keys():
        heir = _heir(key, after, parents)
        if heir in inherited:
            # What it had used by the first read was counted then, and now comes again.
            inherited[heir] -= before[key].own + before[key].inherited
    return own + sum(max(0.0, seconds) for seconds in inherited.values())


def _heir(ended: Key, alive: Collection[Key], parents: Mapping[Key, Key]) -> Key | None:
    """The nearest process above one that has ended; None where nobody was left to wait for it."""
    seen = set()
    heir: Key | None = ended
    while heir is not None and heir not in alive:
        seen.add(heir)
        heir = parents.get(heir)
        if heir in seen:
            return None
    return heir


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


class MigInstance(NamedTuple):
    """A GPU instance of a GPU that is divided (MIG)."""

    slices: int
    """Of the GPU, which mostly has 7."""
    pids: frozenset[int]
    """The processes that have something open on it."""


def mig_share(
    instances: Collection[MigInstance],
    hidden_slices: int,
    run_pids: Collection[int],
    is_here: Callable[[int], bool],
    device_busy: bool,
) -> float | None:
    """The share of a divided GPU that is the run's: of the slices in use, those that it holds.

    The driver measures neither power nor use by instance. Processes that share an instance get
    equal parts of its slices.

    Args:
        instances: Those that the driver shows; a container sees its own alone.
        hidden_slices: Slices of the GPU that it does not show: taken as in use by others.
        run_pids, is_here: As of `gpu_share`.
        device_busy: Whether someone may use the GPU though nobody is named.

    Returns:
        0 to 1, or None when the processes cannot be told.
    """
    run = set(run_pids)
    named = {pid for instance in instances for pid in instance.pids}
    if not named:
        return None if device_busy else 0.0
    if not named & run and not any(is_here(pid) for pid in named):
        return None
    used = [instance for instance in instances if instance.pids]
    ours = sum(
        instance.slices * share(len(instance.pids & run), len(instance.pids)) for instance in used
    )
    return share(ours, sum(instance.slices for instance in used) + hidden_slices)
