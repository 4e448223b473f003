"""The run's processes: the training process and all below it, without the monitor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import psutil

from .attribution import CpuTimes


class ProcessKey(NamedTuple):
    """A process number may be given again; together with its start it is unique."""

    pid: int
    created_s: float


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """One process at one moment. CPU seconds since it began; bytes."""

    user_s: float
    system_s: float
    children_user_s: float
    children_system_s: float
    rss: int
    vms: int
    shared: int | None
    """Of `rss`, what other processes may share. None where the system does not say."""
    written_bytes: int | None
    """Sent to disks since the process began. None where the system does not say."""

    @property
    def cpu_times(self) -> CpuTimes:
        return CpuTimes(self.user_s + self.system_s, self.children_user_s + self.children_system_s)


class ProcessTree:
    """Follows a process and its descendants as they come and go."""

    def __init__(self, root_pid: int, without: frozenset[int]) -> None:
        """Args:
        root_pid: The process whose tree is followed.
        without: Process numbers that are left out, such as the monitor's own.
        """
        self._root = psutil.Process(root_pid)
        self._without = without

    def read(self) -> dict[ProcessKey, ProcessUse]:
        """All living processes of the tree; one that vanishes while it is read is left out."""
        found: dict[ProcessKey, ProcessUse] = {}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                found[ProcessKey(process.pid, process.create_time())] = _use(process)
        return found

    def _processes(self) -> Iterator[psutil.Process]:
        yield self._root
        with suppress(psutil.NoSuchProcess):
            for child in self._root.children(recursive=True):
                if child.pid not in self._without:
                    yield child


def resident_bytes(processes: Mapping[ProcessKey, ProcessUse]) -> int:
    """Memory that the tree holds: each process's own, and the largest shared part once.

    The exact figure (the proportional set size) needs a walk through the page tables under a lock
    that the training also wants.
    """
    private = sum(use.rss - (use.shared or 0) for use in processes.values())
    return private + max((use.shared or 0 for use in processes.values()), default=0)


def _use(process: psutil.Process) -> ProcessUse:
    with process.oneshot():
        times = process.cpu_times()
        memory = process.memory_info()
        return ProcessUse(
            user_s=times.user,
            system_s=times.system,
            children_user_s=times.children_user,
            children_system_s=times.children_system,
            rss=memory.rss,
            vms=memory.vms,
            shared=getattr(memory, "shared", None),
            written_bytes=_written_bytes(process),
        )


def _written_bytes(process: psutil.Process) -> int | None:
    # Not on every system, and only for one's own processes.
    if not hasattr(process, "io_counters"):
        return None
    try:
        return int(process.io_counters().write_bytes)
    except (psutil.AccessDenied, OSError):
        return None
