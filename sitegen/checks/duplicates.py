"""Whether a run is there twice."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from ..errors import RunError
from ..model import RunResult
from ..readers import content_of
from .model import Finding, Submission, of_run

CHECK = "Duplicates"
_LEAST_FIGURES = 3
"""Two runs of which less is known may look alike by chance."""


def duplicates(submission: Submission) -> Iterator[Finding]:
    """Runs with the same id, the same samples, or the same start and figures as one before. Each is told once."""
    told: set[str] = set()
    ways: tuple[tuple[str, Callable[[Sequence[RunResult]], Iterator[_Twin]]], ...] = (
        ("run_id", lambda runs: _twins(runs, _id)),
        ("samples", _same_samples),
        ("start and figures", lambda runs: _twins(runs, _figures)),
    )
    for what, find in ways:
        for run, first in find(submission.runs):
            if run.location.path in told:
                continue
            told.add(run.location.path)
            yield of_run(
                CHECK,
                run,
                f"expected a run that is not there yet, found the same {what} as in {first.location.path}",
                "remove one of the two: a run that counts twice makes the spread look smaller than it is",
            )


_Twin = tuple[RunResult, RunResult]


def _twins(
    runs: Sequence[RunResult], key: Callable[[RunResult], Hashable | None]
) -> Iterator[_Twin]:
    """Runs with the first one that has the same key. None is no key."""
    first: dict[Hashable, RunResult] = {}
    for run in runs:
        its = key(run)
        if its is not None and first.setdefault(its, run) is not run:
            yield run, first[its]


def _id(run: RunResult) -> Hashable | None:
    run_id = run.info.run_id
    if not run_id:
        return None
    # Of other tools, some write several rows of one process with one id.
    return run_id if run.location.reported is None else (run_id, run.start_s, run.end_s)


def _figures(run: RunResult) -> Hashable | None:
    values = tuple((name, figure.value) for name, figure in run.figures.items())
    known = sum(value not in {None, 0.0} for _, value in values)
    if run.start_s is None or known < _LEAST_FIGURES:
        return None
    return run.start_s, run.end_s, values


def _same_samples(runs: Sequence[RunResult]) -> Iterator[_Twin]:
    """Only logs of one length and number of samples are opened once more."""
    alike: dict[Hashable, list[RunResult]] = {}
    for run in runs:
        if run.location.reported is None:
            alike.setdefault((run.log_bytes, run.n_samples), []).append(run)
    for some in alike.values():
        if len(some) > 1:
            yield from _twins(some, _samples)


def _samples(run: RunResult) -> Hashable | None:
    try:
        return tuple(content_of(part).samples for part in run.location.parts)
    except (RunError, OSError):  # it has gone since it was measured
        return None
