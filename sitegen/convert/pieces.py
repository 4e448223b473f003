"""The time series of a run that another tool measured, cut into pieces that each make a log of their own.

A log of ours lasts from its first sample to its last. Time that is not the run's, as between two epochs, and energy of
which a component is missing for a while, are told by ending one log and beginning another: as where a run is resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite

from ..errors import Problem, RunError
from ..foreign.model import ReportedPower, ReportedRun
from ..model import ABSENT
from ..units import JOULES_PER_KWH

COMPONENTS = ("cpu", "gpu")
"""Those that a log has energies of."""

LONGEST_STEP_S = 3600.0
"""Samples are no further apart, which is the longest interval that a log may have."""
MOST_PIECES = 5_000
_DIGITS = 6
"""Of a second: what the time of a log's start and end is told to."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one sample to the next."""

    start_s: float
    end_s: float
    energy_j: Mapping[str, float]
    """By component, within the step. Without those of which there is no reading."""

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


Piece = tuple[Step, ...]
"""At least one step, each from the end of the one before, all with the same components."""


def pieces(run: ReportedRun) -> tuple[Piece, ...]:
    """All of a run's time, in order.

    Raises:
        RunError: the tool keeps no series, or one that a log of ours has no place for; says why. Its place is empty.
    """
    powers = run.power or _windows(run)
    if not powers:
        raise _unfit(
            f"expected a time series, found totals alone: this file of {run.info.format} tells no more",
            "a log cannot be made of it, and need not be: `wattboard build` reads the file as it is",
        )
    unknown = sorted({power.component for power in powers} - set(COMPONENTS))
    if unknown:
        listed = " and ".join(unknown)
        raise _unfit(
            f"expected the power of CPU and GPU, found that of the {listed}: a log has no place for it",
            "`wattboard build` reads the file as it is",
        )
    if run.info.pue is not None:
        raise _unfit(
            f"expected energies without PUE, found some with a PUE of {run.info.pue:g}",
            "a log holds none; `wattboard build` reads the file as it is, and takes the PUE out",
        )
    found = tuple(_joined(_steps(run, powers)))
    if not found or len(found) > MOST_PIECES:
        raise _unfit(
            f"expected from 1 to {MOST_PIECES:,} stretches of time, found {len(found):,}",
            "`wattboard build` reads the file as it is",
        )
    return found


def _unfit(message: str, hint: str) -> RunError:
    return RunError(Problem("", message, hint=hint))


def _windows(run: ReportedRun) -> tuple[ReportedPower, ...]:
    """Two readings of a counter, of which the tool tells the difference, are a series, too."""
    import numpy as np

    counters = [source for source in run.info.power_sources if source.kind == "counter"]
    start_s, end_s = _rounded(run.start_s or 0.0), _rounded(run.end_s or 0.0)
    if counters and end_s <= start_s:
        raise _unfit(
            "expected a window with a start, and an end after it, found none",
            "its samples would have no times; `wattboard build` reads the file as it is",
        )
    return tuple(
        ReportedPower(
            source.component,
            np.array([start_s]),
            np.array([end_s]),
            np.array([kwh * JOULES_PER_KWH / (end_s - start_s)]),
        )
        for source in counters
        if (kwh := run.figures.get(f"{source.component}_energy_kwh", ABSENT).value) is not None
    )


def _rounded(time_s: float) -> float:
    return round(time_s, _DIGITS)


def _steps(run: ReportedRun, powers: Sequence[ReportedPower]) -> Iterator[Step]:
    """The run's time, cut wherever a power begins or ends."""
    own = _spans(run, powers)
    readings = {power.component: list(_readings(power)) for power in powers}
    edges = {edge for span in own for edge in span}
    edges |= {
        edge for of_one in readings.values() for start, end, _ in of_one for edge in (start, end)
    }
    inside = _Walk([(start, end, 0.0) for start, end in own])
    walks = {component: _Walk(of_one) for component, of_one in readings.items()}
    for start_s, end_s in pairwise(sorted(edges)):
        if inside.over(start_s, end_s) is None:
            continue
        watts = {component: walk.over(start_s, end_s) for component, walk in walks.items()}
        n = ceil((end_s - start_s) / LONGEST_STEP_S)
        cuts = [
            start_s,
            *(_rounded(start_s + (end_s - start_s) * i / n) for i in range(1, n)),
            end_s,
        ]
        for from_s, to_s in pairwise(cuts):
            energy_j = {c: w * (to_s - from_s) for c, w in watts.items() if w is not None}
            yield Step(from_s, to_s, energy_j)


def _spans(run: ReportedRun, powers: Sequence[ReportedPower]) -> list[tuple[float, float]]:
    """The stretches of time that are the run's, in order."""
    if run.spans:
        spans = run.spans
    elif run.start_s is not None and run.end_s is not None:
        spans = ((run.start_s, run.end_s),)
    else:
        starts = min(float(power.start_s[0]) for power in powers)
        spans = ((starts, max(float(power.end_s[-1]) for power in powers)),)
    return [(_rounded(start_s), _rounded(end_s)) for start_s, end_s in spans]


def _readings(power: ReportedPower) -> Iterator[tuple[float, float, float]]:
    columns = (power.start_s.tolist(), power.end_s.tolist(), power.power_w.tolist())
    for start_s, end_s, watts in zip(*columns, strict=True):
        if isfinite(watts):
            yield _rounded(start_s), _rounded(end_s), watts


class _Walk:
    """Stretches of time with a value each, in order, asked for one time after the other."""

    def __init__(self, stretches: Sequence[tuple[float, float, float]]) -> None:
        self._stretches = stretches
        self._at = 0

    def over(self, start_s: float, end_s: float) -> float | None:
        """The value that stands from start to end; None where none does."""
        while self._at < len(self._stretches) and self._stretches[self._at][1] <= start_s:
            self._at += 1
        if self._at == len(self._stretches):
            return None
        begin_s, until_s, value = self._stretches[self._at]
        return value if begin_s <= start_s and end_s <= until_s else None


def _joined(steps: Iterator[Step]) -> Iterator[Piece]:
    piece: list[Step] = []
    for step in steps:
        if piece and (
            piece[-1].end_s != step.start_s or piece[-1].energy_j.keys() != step.energy_j.keys()
        ):
            yield tuple(piece)
            piece = []
        piece.append(step)
    if piece:
        yield tuple(piece)
