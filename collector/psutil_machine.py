"""Systems other than Linux: processes, CPU time and memory through psutil."""

from __future__ import annotations

from collections.abc import Collection

import psutil

from .machine import Counters, Memory, ProcessKey, ProcessUse


class PsutilMachine:
    """This machine."""

    def __init__(self) -> None:
        self.logical_cpus = psutil.cpu_count() or 1

    def pids(self) -> Collection[int]:
        return psutil.pids()

    def open(self, pid: int) -> PsutilProcess | None:
        try:
            return PsutilProcess(psutil.Process(pid))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None

    def arguments(self, pid: int) -> Collection[str]:
        try:
            return psutil.Process(pid).cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return ()

    def counters(self) -> Counters:
        times = psutil.cpu_times()
        names = ("user", "nice", "system", "irq", "softirq")
        return Counters(sum(getattr(times, name, 0.0) for name in names), None)

    def memory(self) -> Memory:
        memory = psutil.virtual_memory()
        return Memory(memory.total, memory.total - memory.available)


class PsutilProcess:
    """A process; psutil itself notices when its number is given again."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.key = ProcessKey(process.pid, process.create_time())
        self.parent_pid = process.ppid()

    def read(self) -> ProcessUse | None:
        try:
            with self._process.oneshot():
                times = self._process.cpu_times()
                memory = self._process.memory_info()
                return ProcessUse(
                    parent_pid=self._process.ppid(),
                    user_s=times.user,
                    system_s=times.system,
                    children_user_s=getattr(times, "children_user", 0.0),
                    children_system_s=getattr(times, "children_system", 0.0),
                    rss=memory.rss,
                    vms=memory.vms,
                    shared=getattr(memory, "shared", None),
                    written_bytes=_written_bytes(self._process),
                )
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None

    def close(self) -> None:
        """Nothing stays open."""


def _written_bytes(process: psutil.Process) -> int | None:
    # Not on every system, and only for one's own processes.
    if not hasattr(process, "io_counters"):
        return None
    try:
        return int(process.io_counters().write_bytes)
    except (psutil.AccessDenied, OSError):
        return None
