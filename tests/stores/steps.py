"""What workers of a cluster are given to do in tests. They import it by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.measure import MeasuredRun, MeasureOptions, SkippedRun, measure

Measured = MeasuredRun | SkippedRun


def measured(run: RunLocation) -> Measured:
    """What a cluster is for."""
    return measure(run, MeasureOptions())


def waits_to_be_killed(run: RunLocation, name: str, notes: Path) -> Measured:
    """Measure, but the first time that a run of a name is met, say which process has it, and wait for its end."""
    note = notes / "pid"
    if run.path == name and not note.exists():
        new = note.with_suffix(".new")
        new.write_text(str(os.getpid()))
        new.rename(note)
        time.sleep(600)
    return measured(run)


def deadly(run: RunLocation, name: str) -> Measured:
    """Measure, but a run of a name ends its process."""
    if run.path == name:
        os.kill(os.getpid(), signal.SIGKILL)
    return measured(run)


def failing(run: RunLocation) -> Measured:
    raise OSError(28, "No space left on device")


def slow(run: RunLocation, notes: Path) -> str:
    """Note that it was worked on."""
    time.sleep(0.02)
    (notes / run.path.replace("/", "-")).touch()
    return run.path
