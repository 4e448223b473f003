"""Trainings as processes of their own, for tests that measure, signal and kill them.

with training(tmp_path, "with tracker(): ready(); burn(60)") as run:
    run.kill()
    wait_until(lambda: not run.others())
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

Value = TypeVar("Value")

INTERVAL_S = 0.1

PATIENCE_S = 30.0
"""Until a test gives up on something that usually takes a few hundredths of a second."""

PROLOGUE = """
import os, signal, subprocess, sys, threading, time
from wattboard.collector import ImpactTracker

logdir = sys.argv[1]

class Bare:  # stands for a tracker when a training is to run without one
    def __init__(self, *_, **__): pass
    launch_impact_monitor = stop = __enter__ = lambda self: None
    def __exit__(self, *_): pass

if "bare" in sys.argv:
    ImpactTracker = Bare

def tracker(name="", **settings):
    return ImpactTracker(os.path.join(logdir, name), **{"interval": 0.1} | settings)

def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

def ready(*words):
    print("ready", *words, flush=True)
"""

_MARK = "WATTBOARD_TEST_MARK"
_LAUNCHERS = ("RANK", "WORLD_SIZE", "SLURM_", "OMPI_", "PMI_")


def clean_environment(**more: str) -> dict[str, str]:
    """This process's, without a launcher's variables and without network for the region."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_LAUNCHERS)}
    return {**kept, "WATTBOARD_REGION_LOOKUP": "off", **more}


class Job:
    """A process and all that it has started, wherever in the process tree they stand now."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str] | None = None, **popen: Any
    ) -> None:
        self._mark = uuid.uuid4().hex
        environ = {**(environment or clean_environment()), _MARK: self._mark}
        self.process = subprocess.Popen(command, env=environ, text=True, **popen)

    @property
    def pid(self) -> int:
        return self.process.pid

    def line(self) -> str:
        """The next line of its output, and no more than that; "" when there is none any more."""
        assert self.process.stdout is not None
        output = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(output, select.POLLIN | select.POLLHUP)
        line = b""
        while not line.endswith(b"\n"):
            if not poll.poll(PATIENCE_S * 1000):
                pytest.fail(f"no line after {PATIENCE_S:g} s, only {line!r}")
            byte = os.read(output, 1)
            if not byte:
                break
            line += byte
        return line.decode().rstrip("\n")

    def wait(self) -> int:
        return self.process.wait(PATIENCE_S)

    def others(self, words: str = "") -> list[psutil.Process]:
        """What it has started and is still alive; only those with some words in their command."""
        mark = f"{_MARK}={self._mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(psutil.Error, OSError):
                is_other = (
                    int(folder.name) != self.pid and mark in (folder / "environ").read_bytes()
                )
                if is_other and words in _command(folder):
                    found.append(psutil.Process(int(folder.name)))
        return found

    def monitor(self) -> psutil.Process:
        """Its only monitor."""
        # What the monitor starts bears its command line for a moment.
        found = self.others("wattboard.collector.monitor")
        (monitor,) = [p for p in found if p.ppid() == self.pid]
        return monitor

    def clear_away(self) -> None:
        for process in (self.process, *self.others()):
            with suppress(psutil.Error, OSError):
                process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def job(command: list[str], **popen: Any) -> Iterator[Job]:
    """Run a command; at the end nothing of it is left."""
    running = Job(command, **popen)
    try:
        yield running
    finally:
        running.clear_away()


@contextmanager
def training(
    logdir: Path, code: str, *arguments: str, until_ready: bool = True, **popen: Any
) -> Iterator[Job]:
    """Run Python code after `PROLOGUE`, from the moment when it calls `ready()`."""
    script = logdir.with_name(f"{logdir.name}.py")  # a file: children of multiprocessing read it
    script.write_text(PROLOGUE + code)
    command = [sys.executable, str(script), str(logdir), *arguments]
    with job(command, **{"stdout": subprocess.PIPE, **popen}) as running:
        if until_ready:
            assert running.line().startswith("ready")
        yield running


def run_training(logdir: Path, code: str, *arguments: str, **popen: Any) -> tuple[int, str]:
    """Run Python code after `PROLOGUE` to its end: its exit status and its output."""
    with training(logdir, code, *arguments, until_ready=False, **popen) as running:
        output, _ = running.process.communicate(timeout=PATIENCE_S)
        return running.wait(), output


def wait_until(condition: Callable[[], Value], timeout_s: float = PATIENCE_S) -> Value:
    """The condition's value, as soon as it is true. Takes longer on a busy machine, not for ever."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline_s:
            pytest.fail(f"not true after {timeout_s:g} s; last value: {value!r}")
        time.sleep(0.01)
    return value


def read_info(logdir: Path, part: str = "") -> dict[str, Any]:
    """A log's info.json."""
    info: dict[str, Any] = json.loads((_folder(logdir, part) / "info.json").read_text("utf-8"))
    return info


def read_samples(logdir: Path, part: str = "") -> list[dict[str, Any]]:
    """A log's samples: every line that is whole must be JSON."""
    *lines, _ = (_folder(logdir, part) / "data.json").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines]


def _command(folder: Path) -> str:
    return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _folder(logdir: Path, part: str) -> Path:
    return logdir / "impacttracker" / (f"part-{part}" if part else "")
