"""Looks from outside at the process that stands for a training, and gives it company."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

_SUBJECT = Path(__file__).with_name("collector_subject.py")
_CPUCLOCK_SCHED = 2
_BEGINNINGS_PER_S = 4


@dataclass(frozen=True)
class Tracker:
    """What is measured: a tracker's name, for the program and for people, and its Python."""

    key: str
    label: str
    python: str


@dataclass(frozen=True)
class Cpu:
    """CPU time over a while, in seconds."""

    over_s: float
    training_s: float
    """Of the process that stands for a training, which sleeps: its own threads are the tracker's."""
    tracker_s: float
    """Of the processes that the tracker has started."""

    @property
    def all_s(self) -> float:
        return self.training_s + self.tracker_s


@dataclass(frozen=True)
class Memory:
    """Memory of one process or several, in bytes."""

    rss: int
    pss: int
    """With each shared page divided by those who share it: sums over processes mean something."""
    uss: int
    """What no other process has."""

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.rss + other.rss, self.pss + other.pss, self.uss + other.uss)

    def __sub__(self, other: Memory) -> Memory:
        return Memory(self.rss - other.rss, self.pss - other.pss, self.uss - other.uss)


class Subject:
    """A running `collector_subject.py`."""

    def __init__(self, tracker: Tracker, interval_s: float = 1.0, children: int = 3) -> None:
        """Start it with its children and without the tracker, which is not even imported yet."""
        self._folder = tempfile.TemporaryDirectory(prefix="collector-benchmark-")
        folder = Path(self._folder.name)
        self._errors = (folder / "stderr").open("w+b")
        # -P: a file here that is called like a module of a tracker's must not be imported.
        command = [tracker.python, "-P", str(_SUBJECT), tracker.key, str(folder)]
        self._process = subprocess.Popen(
            [*command, str(interval_s), str(children)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
            text=True,
        )
        self._observed = psutil.Process(self._process.pid)
        self._children = set(self.ask("begin")["children"])

    def ask(self, command: str) -> dict[str, Any]:
        """Give a command and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace")
            raise SystemExit(f"collector_subject.py gave no answer to {command!r}\n{said}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def wall_s(self, command: str) -> float:
        """Give a command and return how long it took by the subject's own clock."""
        return float(self.ask(command)["wall_s"])

    def tracker_processes(self) -> list[psutil.Process]:
        """What stands below the training and is none of its own children."""
        below = self._observed.children(recursive=True)
        return [process for process in below if process.pid not in self._children]

    def cpu_over(self, duration_s: float) -> Cpu:
        """Wait, and return the CPU time that was used meanwhile."""
        started = self.tracker_processes()
        start_s = time.monotonic()
        training_s = _cpu_s(self._observed)
        tracker_s = sum(map(_cpu_s, started))
        time.sleep(duration_s)
        return Cpu(
            training_s=_cpu_s(self._observed) - training_s,
            tracker_s=sum(map(_cpu_s, started)) - tracker_s,
            over_s=time.monotonic() - start_s,
        )

    def memory(self) -> Memory:
        """Of the process that stands for a training, without its children."""
        return _memory(self._observed)

    def tracker_memory(self) -> Memory:
        return sum(map(_memory, self.tracker_processes()), Memory(0, 0, 0))

    def memory_of_all(self) -> Memory:
        return sum(map(_memory, self._observed.children(recursive=True)), self.memory())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(timeout=30)
        self._errors.close()
        self._folder.cleanup()


def _cpu_s(process: psutil.Process) -> float:
    """CPU time of a process with all its threads, ended ones too, and of its ended children.

    By the process's CPU clock, to the nanosecond; of the children by clock ticks (10 ms).
    """
    times = process.cpu_times()
    own_s = time.clock_gettime((~process.pid << 3) | _CPUCLOCK_SCHED)
    return own_s + float(times.children_user + times.children_system)


def _memory(process: psutil.Process) -> Memory:
    info = process.memory_full_info()
    return Memory(info.rss, info.pss, info.uss)


class Company:
    """Processes that do nothing, as many as it takes to be some 70 on the machine."""

    def __init__(self, at_least: int, besides: int) -> None:
        """Args:
        at_least: How many processes there shall be.
        besides: How many the measurement will add.
        """
        missing = max(0, at_least - besides - len(psutil.pids()))
        self._idle = [subprocess.Popen(["cat"], stdin=subprocess.PIPE) for _ in range(missing)]
        self.processes = len(psutil.pids()) + besides

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._idle:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


class OtherWork:
    """CPU time that others on the machine have used since this was made: how quiet it was."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()
        self._others_s = self._all_s()

    def cpus(self) -> float:
        """In CPUs: 1 is one logical CPU, always busy."""
        return (self._all_s() - self._others_s) / (time.monotonic() - self._start_s)

    @staticmethod
    def _all_s() -> float:
        machine, ours = psutil.cpu_times(), os.times()
        busy_s = sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice
        return float(busy_s - sum(ours[:4]))


class Traffic(threading.Thread):
    """Begins a short-lived process four times a second, as cron, shells and services do."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(1 / _BEGINNINGS_PER_S):
            subprocess.run(["true"], check=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()
