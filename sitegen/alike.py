"""Runs whose logs say the same of machine, packages, grid and power: what they say is then looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from .model import RunResult

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


def alike(runs: Iterable[RunResult]) -> Sequence[Alike]:
    """The runs by what their logs say, in the order in which each comes first.

    Those are alike that hold the same objects, as runs do that a cache kept (see `cache/records.py`) or one process
    measured. Runs that are equal but apart count one by one.
    """
    first: dict[tuple[int, ...], RunResult] = {}
    n: dict[tuple[int, ...], int] = {}
    for run in runs:
        key = tuple(map(id, _said(run.info)))
        if key in n:
            n[key] += 1
        else:
            first[key], n[key] = run, 1
    return [(first[key], of_kind) for key, of_kind in n.items()]
