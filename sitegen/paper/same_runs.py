"""The same run given twice: found by its folder, or by the number that the collector gave it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from ..errors import Problem
from ..model import RunResult


@dataclass(frozen=True, slots=True)
class Distinct:
    runs: tuple[RunResult, ...]
    """Each run once, in the order of their paths."""
    notes: tuple[Problem, ...]
    """What was left out, and what looks like a copy and is not known to be one."""


def distinct(results: Iterable[RunResult]) -> Distinct:
    """Each run once, whatever the order in which they are given.

    Of two copies of a run, which have its number and its start in common, the longer one counts: a copy may have been
    taken while the run went on. Logs of experiment-impact-tracker have no number; those that look alike in all figures
    are counted and told of.
    """
    kept: dict[Hashable, RunResult] = {}
    notes: list[Problem] = []
    for result in sorted(_each_folder_once(results), key=_longest_first):
        key = _identity(result)
        if key in kept:
            notes.append(_left_out(result, kept[key]))
        else:
            kept[key] = result
    runs = tuple(sorted(kept.values(), key=lambda result: result.location.path))
    return Distinct(runs, (*sorted(notes, key=lambda note: note.file), *_lookalikes(runs)))


def _each_folder_once(results: Iterable[RunResult]) -> Iterator[RunResult]:
    seen = set()
    for result in sorted(results, key=lambda result: result.location.path):
        place = result.location.place
        if place not in seen:
            seen.add(place)
            yield result


def _longest_first(result: RunResult) -> tuple[float, int, str]:
    return (-(result.end_s or 0.0), -result.n_samples, result.location.path)


def _identity(result: RunResult) -> Hashable:
    if result.info.run_id:
        return (result.info.run_id, result.start_s)
    return result.location.place


def _left_out(copy: RunResult, kept: RunResult) -> Problem:
    return Problem(
        copy.location.path,
        f"this is the same run as {kept.location.path}, by its number and start",
        hint="it is counted once",
    )


def _lookalikes(runs: Iterable[RunResult]) -> Iterator[Problem]:
    first: dict[Hashable, RunResult] = {}
    for run in runs:
        energy = run.figures["energy_kwh"].value if "energy_kwh" in run.figures else None
        likeness = (run.start_s, run.end_s, run.n_samples, energy)
        if likeness in first and energy:
            yield Problem(
                run.location.path,
                f"this run has the same start, end and energy as {first[likeness].location.path}",
                hint="both are counted; if one is a copy of the other, leave it out",
            )
        first.setdefault(likeness, run)
