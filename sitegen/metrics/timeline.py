"""A run's time cut into intervals, and its readings stretched over them.

The rule is experiment-impact-tracker's (docs/metrics.md#energy): n samples make n + 1 intervals, each reading standing
for the interval that ends with it, and the last one also for the time from there to the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray, RunLog

SHORTEST_GAP_S = 60.0
INTERVALS_IN_A_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The n + 1 intervals of a run with n samples."""

    interval_s: FloatArray
    """Shape (n + 1,)."""
    longest_hold_s: float
    """A reading is trusted for this long; beyond, the time counts as not measured."""
    holds_for_ever: bool
    """The seed's rule: a reading stands however long the gap."""

    @property
    def duration_s(self) -> float:
        return float(self.interval_s.sum())

    @property
    def share_to_last_sample(self) -> float:
        """The share of the run's time that had passed at the last sample: what a counter can have counted."""
        duration_s = self.duration_s
        return 1.0 - float(self.interval_s[-1]) / duration_s if duration_s > 0 else 1.0

    def held(self, reading: FloatArray) -> FloatArray:
        """Fill gaps from the reading before, else from the one behind, and repeat the last.

        Args:
            reading: Shape (n,), NaN where there is none, at least one that is not NaN.

        Returns:
            Shape (n + 1,), no NaN; the caller's own.
        """
        n = len(reading)
        values = np.empty(n + 1)
        values[:n], values[n] = reading, reading[-1]
        missing = np.isnan(values).nonzero()[0]
        if not len(missing):
            return values
        begins, gap = _gaps(missing)
        source = missing[begins] - 1
        if source[0] < 0:
            source[0] = np.argmax(~np.isnan(reading))
        values[missing] = values[source[gap]]
        return values

    def covered(self, reading: FloatArray) -> NDArray[np.bool_]:
        """Which intervals lie between two readings that are close enough to speak for all the time between.

        Args:
            reading: Shape (n,), NaN where there is none.

        Returns:
            Shape (n + 1,).
        """
        covered: NDArray[np.bool_] = self.interval_s <= self.longest_hold_s
        missing = np.isnan(reading).nonzero()[0]
        if len(missing):
            # Where readings are missing, the intervals up to the next one are one span of time.
            begins, gap = _gaps(missing)
            ends = missing[np.append(begins[1:], True)] + 1
            intervals = np.concatenate((missing, ends))
            span = np.concatenate((gap, np.arange(len(ends))))
            span_s = np.bincount(span, weights=self.interval_s[intervals])
            covered[intervals] = (span_s <= self.longest_hold_s)[span]
        return covered

    def share(self, covered: NDArray[np.bool_]) -> float:
        """The share of the run's time in the given intervals, 0 to 1. Only of a run that has a duration."""
        if covered.all():
            return 1.0
        return float(self.interval_s[covered].sum()) / self.duration_s


def _gaps(missing: NDArray[np.intp]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Of the rows without a reading, at least one, which ones begin a gap, and the number of the gap of each."""
    begins = np.empty(len(missing), dtype=bool)
    begins[0] = True
    np.greater(missing[1:] - missing[:-1], 1, out=begins[1:])
    return begins, np.cumsum(begins) - 1


def timeline(log: RunLog) -> Timeline:
    """Cut a run's time into intervals."""
    time_s = log.samples.time_s
    interval_s = np.empty(len(time_s) + 1)
    interval_s[0], interval_s[-1] = time_s[0] - log.start_s, log.end_s - time_s[-1]
    np.subtract(time_s[1:], time_s[:-1], out=interval_s[1:-1])
    usual_s = log.info.interval_s
    if usual_s is None:
        usual_s = float(np.median(interval_s[1:-1])) if len(time_s) > 1 else 0.0
    return Timeline(
        interval_s,
        max(SHORTEST_GAP_S, INTERVALS_IN_A_GAP * usual_s),
        holds_for_ever=not log.info.format.startswith("wattboard/"),
    )
