"""Runs of which the same is known, looked at once: most of a site's runs share machine, packages, grid and power."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import TypeVar

from .model import RunResult

_Known = TypeVar("_Known")
_Value = TypeVar("_Value", bound=Hashable)

Alike = tuple[RunResult, int]
"""The first run of those that are alike, and how many there are."""

_said = attrgetter(
    "format",
    "cpu_info",
    "gpu_info",
    "packages",
    "region",
    "carbon_intensity",
    "live_intensity",
    "power_sources",
)


def by_log(run: RunResult) -> Hashable:
    """The same for runs whose logs say the same of machine, packages, grid and power.

    Those say the same that hold the same objects, as runs do that a cache kept (see `cache/records.py`) or one process
    measured. Runs that are equal but apart count one by one.
    """
    return tuple(map(id, _said(run.info)))


def alike(
    runs: Iterable[RunResult], key: Callable[[RunResult], Hashable] = by_log
) -> Sequence[Alike]:
    """The runs by what is known of them, in the order in which each comes first.

    Args:
        key: The same for runs that are alike.
    """
    first: dict[Hashable, RunResult] = {}
    n: dict[Hashable, int] = {}
    for run in runs:
        of_run = key(run)
        if of_run in n:
            n[of_run] += 1
        else:
            first[of_run], n[of_run] = run, 1
    return [(first[of_kind], count) for of_kind, count in n.items()]


def tally(
    found: Iterable[tuple[_Known, int]], values_of: Callable[[_Known], Iterable[_Value]]
) -> Counter[_Value]:
    """How many runs have each value, in the order in which each comes first.

    Args:
        found: What is known of runs, with how many have it.
        values_of: From it to the values that such a run counts for, each once.
    """
    counts: Counter[_Value] = Counter()
    for known, n in found:
        for value in dict.fromkeys(values_of(known)):
            counts[value] += n
    return counts
