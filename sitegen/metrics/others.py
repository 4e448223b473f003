"""Metrics of other packages, by entry points: figures of a run that we do not compute."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..catalog import OUR_NAMES, FigureKind
from ..entries import entries
from ..errors import Problem
from ..model import ABSENT, Figure, RunLog

log = logging.getLogger(__name__)

ENTRY_POINTS = "wattboard.metrics"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LARGEST, _SMALLEST = 1e150, 1e-150
"""What lies beyond cannot be averaged."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a run that another package computes.

    Args:
        kind: Name, label and unit of the figure. Where its sum means something (`summable`), the run's figure is the
            sum over its parts, else their mean, weighted by duration.
        of: From a log (of one part of the run) and our figures of it, by name, to the figure; None where the log does
            not hold what it takes. It is not asked for runs of other tools, which have no log.
        formula: How it comes about, in a line, for the page of methods.
        version: Another one whenever the same log gives another figure: runs are measured anew.
    """

    kind: FigureKind
    of: Callable[[RunLog, Mapping[str, Figure]], Figure | None]
    formula: str = "computed by a package of this site"
    version: int = 1


@cache
def other_metrics() -> tuple[Metric, ...]:
    """Those of all packages. One that cannot be used is told of and left out."""
    taken = set(OUR_NAMES)
    found = []
    for where, brought in entries(ENTRY_POINTS, "metric"):
        for metric in brought if isinstance(brought, list | tuple) else (brought,):
            wrong = _wrong(metric, taken)
            if wrong:
                log.warning("%s is left out: %s", where, wrong)
            else:
                taken.add(metric.kind.name)
                found.append(metric)
    return tuple(found)


def _wrong(metric: Any, taken: set[str]) -> str:
    """Why it cannot be used; "" for one that can."""
    if not isinstance(metric, Metric) or not isinstance(metric.kind, FigureKind):
        return f"expected a Metric, found {type(metric).__name__}"
    kind = metric.kind
    if not isinstance(kind.name, str) or not _NAME.fullmatch(kind.name):
        return f"expected a name such as peak_power_w, found {kind.name!r}"
    if kind.name in taken:
        return f'there is a figure of the name "{kind.name}"'
    if kind.seed_name or not kind.label or not callable(metric.of):
        return f'expected a label, a function and no seed_name for "{kind.name}"'
    return ""


def figures_of_others(
    log_: RunLog, figures: Mapping[str, Figure]
) -> tuple[dict[str, Figure], list[Problem]]:
    """The figures that other packages make of a log, and what went wrong.

    Args:
        figures: Ours.
    """
    found: dict[str, Figure] = {}
    problems = []
    for metric in other_metrics():
        name = metric.kind.name
        try:
            figure = metric.of(log_, figures)
            wrong = _wrong_figure(figure)
        except Exception as error:
            log.debug("%s of %s", name, log_.location.path, exc_info=True)
            figure, wrong = None, f"{type(error).__name__}: {error}"
        if wrong:
            problems.append(_problem(log_, name, wrong))
        found[name] = ABSENT if wrong or figure is None else figure
    return found, problems


def _wrong_figure(figure: Any) -> str:
    if figure is None or (isinstance(figure, Figure) and figure.value is None):
        return ""
    if not isinstance(figure, Figure) or not isinstance(figure.value, float | int):
        return f"expected a Figure with a number, found {figure!r}"
    size = abs(figure.value)
    if not math.isfinite(size) or size > _LARGEST or 0 < size < _SMALLEST:
        return f"expected a number that can be averaged, found {figure.value}"
    return ""


def _problem(log_: RunLog, name: str, wrong: str) -> Problem:
    return Problem(
        log_.location.path,
        f'the metric "{name}" failed: {wrong}',
        hint="that figure is missing for this run; the package that brings it is at fault",
    )


def said_of_metrics() -> Iterator[str]:
    """What results and pages depend on beside our own program."""
    for metric in other_metrics():
        yield f"{metric.kind!r} {metric.formula} {metric.version}"
