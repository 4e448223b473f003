"""Stands for a training in benchmarks/collector.py: does what it is told, one command a line.

    python -P collector_subject.py TRACKER FOLDER INTERVAL CHILDREN

Runs under the Python of whichever tracker is measured, so it needs numpy, that tracker and nothing
else. Each command is answered with one line of JSON:

    begin    start the children; their process numbers
    import   import the tracker
    enter    make the tracker and start it, as `with` does
    leave    stop it
    work N   a loop of N rounds that keeps one CPU busy
    quit
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np  # noqa: F401 - a training has it: what a tracker needs of it costs nothing more

_CHILD = "import sys; sys.stdin.read()"
"""Waits until the pipe from its parent is closed, which the parent's death does too."""


class Subject:
    """A process with children, and a tracker that comes and goes."""

    def __init__(self, tracker: str, folder: Path, interval_s: float, children: int) -> None:
        self._module, self._open = TRACKERS[tracker]
        self._folder = folder
        self._interval_s = interval_s
        self._number_of_children = children
        self._tracker: Any = None
        self._children: list[subprocess.Popen[bytes]] = []
        self._runs = 0

    def begin(self) -> dict[str, Any]:
        command = [sys.executable, "-c", _CHILD]
        self._children = [
            subprocess.Popen(command, stdin=subprocess.PIPE)
            for _ in range(self._number_of_children)
        ]
        return {"children": [child.pid for child in self._children]}

    def import_tracker(self) -> dict[str, Any]:
        start_s = time.perf_counter()
        import_module(self._module)
        return {"wall_s": time.perf_counter() - start_s}

    def enter(self) -> dict[str, Any]:
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        folder.mkdir()
        start_s = time.perf_counter()
        self._tracker = self._open(folder, self._interval_s)
        self._tracker.__enter__()
        return {"wall_s": time.perf_counter() - start_s, "folder": str(folder)}

    def leave(self) -> dict[str, Any]:
        start_s = time.perf_counter()
        self._tracker.__exit__(None, None, None)
        return {"wall_s": time.perf_counter() - start_s}

    def work(self, rounds: int) -> dict[str, Any]:
        start_s = time.perf_counter()
        total = 0
        for i in range(rounds):
            total += i * i % 7
        return {"wall_s": time.perf_counter() - start_s}


def _wattboard(folder: Path, interval_s: float) -> Any:
    module = import_module("wattboard.collector")
    return module.ImpactTracker(folder, interval=interval_s, region="DEU")


def _codecarbon(folder: Path, interval_s: float, mode: str) -> Any:
    module = import_module("codecarbon")
    return module.OfflineEmissionsTracker(
        country_iso_code="DEU",
        measure_power_secs=interval_s,
        tracking_mode=mode,
        save_to_file=True,
        output_dir=str(folder),
        log_level="error",
    )


TRACKERS: dict[str, tuple[str, Callable[[Path, float], Any]]] = {
    "wattboard": ("wattboard.collector", _wattboard),
    "codecarbon-machine": ("codecarbon", partial(_codecarbon, mode="machine")),
    "codecarbon-process": ("codecarbon", partial(_codecarbon, mode="process")),
}
"""Module and what makes the tracker, given a folder and an interval in seconds."""


def main() -> None:
    """Answer commands until there are no more."""
    tracker, folder, interval_s, children = sys.argv[1:]
    subject = Subject(tracker, Path(folder), float(interval_s), int(children))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what a tracker prints is no answer
        # Not `for line in sys.stdin`, which reads ahead.
        while (command := sys.stdin.readline().split()) and command[0] != "quit":
            answer = _answer(subject, *command)
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def _answer(subject: Subject, name: str, *arguments: str) -> dict[str, Any]:
    if name == "work":
        return subject.work(int(arguments[0]))
    commands = {
        "begin": subject.begin,
        "import": subject.import_tracker,
        "enter": subject.enter,
        "leave": subject.leave,
    }
    return commands[name]()


if __name__ == "__main__":
    main()
