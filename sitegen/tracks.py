"""Time series of several parts made into one, such as the power of a run's ranks into that of the run."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .metrics.spans import Span, merged
from .model import FloatArray, RunLog


@dataclass(frozen=True, slots=True)
class Track:
    """Readings of one quantity; each stands for the time since the one before, the last until the end of its span."""

    time_s: FloatArray
    """Shape (n,), n >= 1, increasing. Seconds since 1970."""
    value: FloatArray
    """Shape (n,), no NaN."""
    spans: tuple[Span, ...]
    """When there was something to be read, in order. Each reading lies in one of them."""
    longest_hold_s: float
    """A reading stands for no more time than this."""
    weight: float = 1.0
    """In a mean."""

    @property
    def starts_anew(self) -> FloatArray:
        """The times of those readings that no line joins to the one before: the first of a span, and behind a gap."""
        gaps = self.time_s[1:][self.time_s[1:] - self.time_s[:-1] > self.longest_hold_s]
        if len(self.spans) == 1:
            return gaps
        firsts = np.searchsorted(self.time_s, [start for start, _ in self.spans[1:]])
        return np.union1d(gaps, self.time_s[firsts[firsts < len(self.time_s)]])


def track(log: RunLog, channel: str, longest_hold_s: float) -> Track:
    """The readings of one channel of a log, which has it."""
    reading = log.samples.channels[channel]
    present = _present(reading)
    return Track(
        log.samples.time_s[present],
        reading[present],
        ((log.start_s, log.end_s),),
        longest_hold_s,
    )


def _present(reading: FloatArray) -> slice | NDArray[np.bool_]:
    """Where there is a reading, at least one. A slice if it can be, as in most logs: then nothing is copied."""
    present = ~np.isnan(reading)
    if present.all():
        return slice(None)
    first, behind = int(np.argmax(present)), len(present) - int(np.argmax(present[::-1]))
    return slice(first, behind) if present[first:behind].all() else present


How = Literal["sum", "mean"]


@dataclass(frozen=True, slots=True)
class Combining:
    """How the readings of a run's parts make those of the run."""

    within: How
    """Of parts that share what is read: "mean" where each reads all of it, "sum" where each reads its own share."""
    across: How
    """Of what parts do not share."""
    shared: Literal["", "node", "gpus"] = ""
    """What they may share; "" for nothing: each reads what is its own."""


def combined(
    tracks: Sequence[tuple[RunLog, Track]], how: Combining, logs: Sequence[RunLog]
) -> Track | None:
    """One track of many. None where parts share some of their GPUs, and others not: then no sum is right.

    Args:
        tracks: At least one, with its log.
        logs: Of all parts, in any order.
    """
    if len(logs) == 1:
        return tracks[0][1]
    keys = _keys(logs, how.shared)
    if keys is None:
        return None
    groups: dict[Hashable, list[Track]] = {}
    weights: dict[Hashable, float] = {}
    for log, one in tracks:
        key = keys[id(log)]
        groups.setdefault(key, []).append(one)
        weights[key] = max(1, len(log.info.gpu_info)) if how.shared == "gpus" else 1
    wholes = [
        replace(_together(members, how.within), weight=weights[key])
        for key, members in groups.items()
    ]
    return _together(wholes, how.across)


def _keys(logs: Sequence[RunLog], shared: str) -> Mapping[int, Hashable] | None:
    """By the `id` of a log, what it has in common with those that share something. None: no clear groups."""
    if shared == "gpus":
        sets = {id(log): frozenset(log.gpu_ids) for log in logs}
        distinct = {gpus for gpus in sets.values() if "" not in gpus}
        if sum(map(len, distinct)) > len(frozenset[str]().union(*distinct)):
            return None
        return {log: gpus if gpus and "" not in gpus else log for log, gpus in sets.items()}
    nodes = {id(log): log.info.surroundings.node if shared else "" for log in logs}
    return {log: node or log for log, node in nodes.items()}


def _together(tracks: Sequence[Track], how: How) -> Track:
    """The sum or mean at each time that one of the tracks has, over those that have a span there.

    Where one of these has no reading for too long there is none of the whole.
    """
    if len(tracks) == 1:
        return tracks[0]
    pieces = [_pieces(one) for one in tracks]
    start, end, value, weight, unknown = (
        np.concatenate(rows) for rows in zip(*pieces, strict=True)
    )
    time_s = np.unique(np.concatenate([one.time_s for one in tracks]))
    total = _sum_at(time_s, start, end, value * weight if how == "mean" else value)
    if how == "mean":
        weights = _sum_at(time_s, start, end, weight)
        total = np.divide(total, weights, out=total, where=weights > 0)
    gaps = unknown > 0
    begun = np.searchsorted(np.sort(start[gaps]), time_s, side="left")
    known = begun == np.searchsorted(np.sort(end[gaps]), time_s, side="right")
    spans = merged(span for one in tracks for span in one.spans)
    return Track(time_s[known], total[known], spans, max(one.longest_hold_s for one in tracks))


def _pieces(one: Track) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """The time cut into pieces, each with the reading that stands for it.

    Returns:
        Start (not in the piece), end (in it), value, weight, and 1 where the piece is too long to be known.
    """
    starts = np.array([np.nextafter(start, -np.inf) for start, _ in one.spans])
    ends = np.array([end for _, end in one.spans])
    span = np.searchsorted(ends, one.time_s)
    last = np.flatnonzero(np.diff(span, append=-1))
    before = np.concatenate(([-np.inf], one.time_s[:-1]))
    start = np.concatenate((np.maximum(before, starts[span]), one.time_s[last]))
    end = np.concatenate((one.time_s, ends[span[last]]))
    value = np.concatenate((one.value, one.value[last]))
    too_long = (end - start > one.longest_hold_s).astype(np.float64)
    return start, end, value, np.full(len(value), one.weight), too_long


def _sum_at(
    time_s: FloatArray, start: FloatArray, end: FloatArray, value: FloatArray
) -> FloatArray:
    """The sum of the values of the pieces that hold each time."""
    at = np.concatenate((start, end))
    order = np.argsort(at, kind="stable")
    sums = np.concatenate(([0.0], np.cumsum(np.concatenate((value, -value))[order])))
    total: FloatArray = sums[np.searchsorted(at[order], time_s, side="left")]
    # What is left of a sum that came back to nothing is the error of adding up.
    error = np.sqrt(len(at)) * np.finfo(np.float64).eps * np.abs(sums).max()
    total[np.abs(total) <= error] = 0.0
    return total
