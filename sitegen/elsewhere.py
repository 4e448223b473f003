"""The step of `step.py` on another machine: what it writes there is sent back and kept here."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from .cache.files import RunFileNames, put
from .execute_dask import outcomes_on_cluster
from .measure import SkippedRun
from .step import Outcome, StepOptions, Task, step


@dataclass(frozen=True, slots=True)
class Sent:
    """An outcome with the content of its files, b"" where it has none."""

    outcome: Outcome
    charts: bytes = b""
    download: bytes = b""


def outcomes_from_cluster(
    tasks: Sequence[Task], options: StepOptions, scheduler: str
) -> Iterator[Outcome]:
    """Work on every run on the workers of a Dask cluster. Outcomes come in any order.

    Args:
        scheduler: Its address.

    Raises:
        WattboardError: the cluster cannot do it.
        OSError: what was sent cannot be written.
    """
    work = partial(step_and_send, options=options)
    for task, sent in outcomes_on_cluster(tasks, work, scheduler, lambda task: task.location):
        location = task.location
        if isinstance(sent, SkippedRun):
            yield Outcome(location, "", is_fresh=True, content="", skipped=sent)
            continue
        if sent.charts and options.files is not None:
            put(RunFileNames(options.files, sent.outcome.fingerprint), sent.charts, sent.download)
        yield replace(sent.outcome, location=location)


def step_and_send(task: Task, options: StepOptions) -> Sent:
    """Work on one run, with its files in a temporary folder."""
    if options.files is None:
        return Sent(step(task, options))
    with tempfile.TemporaryDirectory(prefix="wattboard-") as folder:
        outcome = step(task, replace(options, files=Path(folder)))
        if not outcome.fingerprint:
            return Sent(outcome)
        names = RunFileNames(Path(folder), outcome.fingerprint)
        return Sent(outcome, names.charts.read_bytes(), names.download.read_bytes())
