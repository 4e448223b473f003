"""What a sample asks of the operating system. Linux is asked through /proc, others through psutil.

Going through /proc ourselves is what makes a sample cheap: psutil's `children(recursive=True)`
alone reads every process of the machine each time.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .attribution import Use


class ProcessKey(NamedTuple):
    """A process number may be given again; together with its start it is unique."""

    pid: int
    started: float
    """In whatever unit the system counts it."""


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """One process at one moment. CPU seconds since it began; bytes."""

    parent_pid: int
    user_s: float
    system_s: float
    children_user_s: float
    """Of children that ended (and of theirs), added when the process waited for them."""
    children_system_s: float
    rss: int
    vms: int
    shared: int | None
    """Of `rss`, what other processes may share. None where the system does not say."""
    written_bytes: int | None
    """Sent to disks since the process began, with its ended children's. None: not told."""

    @property
    def cpu_seconds(self) -> Use:
        return Use(self.user_s + self.system_s, self.children_user_s + self.children_system_s)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of the whole machine."""

    total: int
    used: int
    """What cannot be given to another program without swapping."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Of the whole machine, since it was started."""

    busy_cpu_seconds: float
    """CPU time of all processes, over all CPUs."""
    processes_begun: int | None
    """None where the system does not say."""


class Process(Protocol):
    """One process, once it was found. Its number never comes to mean another one."""

    key: ProcessKey
    parent_pid: int
    """When it was found."""

    def read(self) -> ProcessUse | None:
        """What it uses now; None when it has ended."""

    def close(self) -> None:
        """Give back what was opened."""


class Machine(Protocol):
    """The operating system, as far as a sample needs it."""

    logical_cpus: int

    def pids(self) -> Collection[int]:
        """The numbers of all living processes."""

    def open(self, pid: int) -> Process | None:
        """A process to be read again and again; None when it has ended or is hidden."""

    def arguments(self, pid: int) -> Collection[str]:
        """A process's command line; empty when it is gone or hidden."""

    def counters(self) -> Counters: ...

    def memory(self) -> Memory: ...


def open_machine() -> Machine:
    """The operating system that this process runs on."""
    if sys.platform == "linux":
        from .procfs import LinuxMachine

        return LinuxMachine()
    from .psutil_machine import PsutilMachine

    return PsutilMachine()


def resident_bytes(processes: Iterable[ProcessUse]) -> int:
    """Memory that a tree holds: each process's own, and the largest shared part once.

    The exact figure (the proportional set size) needs a walk through the page tables under a lock
    that the training also wants.
    """
    private = most_shared = 0
    for use in processes:
        shared = use.shared or 0
        private += use.rss - shared
        most_shared = max(most_shared, shared)
    return private + most_shared
