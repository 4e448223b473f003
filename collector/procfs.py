"""Linux: processes, CPU time and memory from /proc, with as few and as small reads as will do.

See https://docs.kernel.org/filesystems/proc.html and proc_pid_stat(5).
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable, Collection
from pathlib import Path

from .machine import Counters, Memory, ProcessKey, ProcessUse

PROC = Path("/proc")

_BLOCK = 1 << 16
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_KEPT_FILES = ("stat", "statm", "io")

# Fields of /proc/<pid>/stat behind the name, which may hold spaces and brackets: "state" is 0.
_PARENT = 1
_TIMES = slice(11, 15)
_STARTED = 19

_MAX_KEPT_OPEN = 128
"""Processes whose files stay open: reading them again then costs a third."""

_KEPT_SHARE = 0.5
"""Of the descriptors that this process may have. The limit is often 1,024, but need not be."""

# Of /proc/stat's first line: user, nice, system, irq, softirq. Guests are in user already.
_BUSY_COLUMNS = (1, 2, 3, 6, 7)


_GONE = (OSError, ValueError, IndexError)
"""How a process that has ended shows: its files are gone, or on some kernels empty."""


class LinuxMachine:
    """This machine, or a copy of its /proc in a folder."""

    def __init__(self, root: Path = PROC) -> None:
        self._root = str(root)
        # os.cpu_count() can be changed by an option of the interpreter's.
        self.logical_cpus = os.sysconf("SC_NPROCESSORS_ONLN")
        self._n_kept = 0
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._max_kept = min(_MAX_KEPT_OPEN, int(allowed * _KEPT_SHARE) // len(_KEPT_FILES))

    def pids(self) -> Collection[int]:
        with os.scandir(self._root) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdecimal()]

    def open(self, pid: int) -> LinuxProcess | None:
        try:
            return LinuxProcess(f"{self._root}/{pid}", pid, keep_open=self._keep_one_more)
        except _GONE:
            return None

    def arguments(self, pid: int) -> Collection[str]:
        try:
            line = _content(f"{self._root}/{pid}/cmdline").decode(errors="replace")
        except OSError:
            return ()
        return line.removesuffix("\0").split("\0")

    def counters(self) -> Counters:
        stat = _content(f"{self._root}/stat")
        first_line = stat.partition(b"\n")[0].split()
        busy_ticks = sum(int(first_line[column]) for column in _BUSY_COLUMNS)
        begun = stat.partition(b"\nprocesses ")[2].partition(b"\n")[0]
        return Counters(busy_ticks / _TICKS_PER_S, int(begun) if begun else None)

    def memory(self) -> Memory:
        values = {}
        for line in _content(f"{self._root}/meminfo").splitlines()[:8]:
            key, _, value = line.partition(b":")
            values[key] = int(value.split()[0]) * 1024
        total = values[b"MemTotal"]
        return Memory(total, total - values.get(b"MemAvailable", values[b"MemFree"]))

    def _keep_one_more(self, change: int) -> bool:
        if change > 0 and self._n_kept >= self._max_kept:
            return False
        self._n_kept += change
        return True


class LinuxProcess:
    """A process, by its folder in /proc."""

    def __init__(self, folder: str, pid: int, keep_open: Callable[[int], bool]) -> None:
        """Args:
            keep_open: Asked with 1 whether files may stay open, told with -1 when they no longer do.

        Raises:
            OSError, ValueError or IndexError: It has ended.
        """
        self._folder = folder
        self._keep_open = keep_open
        self._files: dict[str, int] | None = None
        fields = _stat_fields(_content(f"{folder}/stat"))
        self.key = ProcessKey(pid, int(fields[_STARTED]))
        self.parent_pid = int(fields[_PARENT])

    def read(self) -> ProcessUse | None:
        try:
            if self._files is None and self._keep_open(1):
                self._files = self._opened()
            fields = _stat_fields(self._read("stat"))
            vms, rss, shared = (int(n) * _PAGE_BYTES for n in self._read("statm").split()[:3])
            if int(fields[_STARTED]) != self.key.started:
                return None
            user, system, children_user, children_system = fields[_TIMES]
            return ProcessUse(
                parent_pid=int(fields[_PARENT]),
                user_s=int(user) / _TICKS_PER_S,
                system_s=int(system) / _TICKS_PER_S,
                children_user_s=int(children_user) / _TICKS_PER_S,
                children_system_s=int(children_system) / _TICKS_PER_S,
                rss=rss,
                vms=vms,
                shared=shared,
                written_bytes=self._written_bytes(),
            )
        except _GONE:
            return None

    def close(self) -> None:
        if self._files is not None:
            for file in self._files.values():
                os.close(file)
            self._files = None
            self._keep_open(-1)

    def _opened(self) -> dict[str, int]:
        files = {}
        for name in _KEPT_FILES:
            # "io" is for one's own processes only; what is gone is noticed when it is read.
            with contextlib.suppress(OSError):
                files[name] = os.open(f"{self._folder}/{name}", os.O_RDONLY)
        return files

    def _read(self, name: str) -> bytes:
        if self._files is None:
            return _content(f"{self._folder}/{name}")
        if name not in self._files:
            raise FileNotFoundError(name)
        return os.pread(self._files[name], _BLOCK, 0)

    def _written_bytes(self) -> int | None:
        try:
            after = self._read("io").partition(b"\nwrite_bytes: ")[2]
        except OSError:
            return None
        number, end, _ = after.partition(b"\n")
        return int(number) if end else None


def _stat_fields(content: bytes) -> list[bytes]:
    return content[content.rindex(b")") + 2 :].split()


def _content(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        content = os.read(file, _BLOCK)
        while len(content) % _BLOCK == 0 and (more := os.read(file, _BLOCK)):
            content += more
        return content
    finally:
        os.close(file)
