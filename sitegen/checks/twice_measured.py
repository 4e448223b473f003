"""Whether one training is there twice, since two tools measured it: our own log, and another tool's file beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import RunResult
from .model import Finding, Submission, of_run

CHECK = "Measured twice"


def twice_measured(submission: Submission) -> Iterator[Finding]:
    """Runs of other tools' files that lie in the folder of a run with a log of its own, of the same time."""
    logged = {run.location.path: run for run in submission.runs if run.location.reported is None}
    for run in submission.runs:
        if run.location.reported is None:
            continue
        own = next((logged[up] for up in _above(run.location.path) if up in logged), None)
        if own is not None and _may_be_one(run, own):
            yield of_run(
                CHECK,
                run,
                f"expected one measurement of a training, found one by {run.location.reported.run.tool} "
                f'in the folder of the run "{own.location.path}", which has a log',
                "both are listed as runs: remove one, or move this file to where it belongs",
                "warning",
            )


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _may_be_one(one: RunResult, other: RunResult) -> bool:
    """Whether their times overlap, as far as they are known."""
    if one.start_s is None or one.end_s is None or other.start_s is None or other.end_s is None:
        return True
    return one.start_s < other.end_s and other.start_s < one.end_s
