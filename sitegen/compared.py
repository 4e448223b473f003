"""Two sides of runs and what their figures say of each other: what `wattboard compare` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .inference import Comparison, compare
from .model import Group, RunResult, Stat
from .pages.tables import mixture_notes
from .ranking import direction
from .ratios import ratio_note
from .spec.model import DEFAULT_SUMMARY_VARIABLES, Node
from .stats import describe
from .table import Column, column, spread
from .text import count

FEW_RUNS = 5
"""Runs a side, below which a test that finds nothing says next to nothing."""


@dataclass(frozen=True, slots=True)
class Side:
    """The runs that stand on one side."""

    title: str
    runs: tuple[RunResult, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides, and the group whose spec says how their figures are shown."""

    a: Side
    b: Side
    group: Group


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure on both sides."""

    column: Column
    better: Literal["lower", "higher", ""]
    stats: tuple[Stat, Stat]
    spreads: tuple[float | None, float | None]
    """What stands behind ±."""
    comparison: Comparison | None
    """None: a side has no run with the figure."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All that is to be said of two sides."""

    sides: Sides
    alpha: float
    figures: tuple[ComparedFigure, ...]
    warnings: tuple[str, ...]
    """What to beware of, a sentence or two each."""


def folder_sides(a: Side, b: Side) -> Sides:
    """Two folders of runs: their figures are shown as the catalogue has them."""
    node = Node(
        title="",
        key="",
        line=None,
        filter=None,
        description="",
        children=(),
        is_leaf=True,
        summary_variables=DEFAULT_SUMMARY_VARIABLES,
        ordering_variable=None,
        ordering="descending",
        plots=(),
        variables={},
        processor=None,
        interval="stderr",
        min_measured_share=None,
        requires=(),
    )
    return Sides(a, b, Group(node, "", _all_runs(a, b), ()))


def group_sides(roots: Sequence[Group], a: Group, b: Group) -> Sides:
    """Two groups of a site: their figures are shown as the nearest group above both does, else as the first does."""
    above = [
        group for root in roots for group in root.walk() if _holds(group, a) and _holds(group, b)
    ]
    nearest = above[-1] if above else a
    sides = Side(title_path(roots, a), a.runs), Side(title_path(roots, b), b.runs)
    return Sides(*sides, replace(nearest, runs=_all_runs(*sides), children=(a, b)))


def title_path(roots: Sequence[Group], group: Group) -> str:
    """A group's title behind those of the groups that it lies in, such as "Games > Pong > PPO2"."""
    above = (other for root in roots for other in root.walk() if _holds(other, group))
    return " > ".join(other.node.title for other in above)


def _holds(group: Group, other: Group) -> bool:
    return any(below is other for below in group.walk())


def _all_runs(a: Side, b: Side) -> tuple[RunResult, ...]:
    return (*a.runs, *b.runs)


def compared(sides: Sides, names: Sequence[str], alpha: float) -> Compared:
    """Compare figures of two sides.

    Args:
        names: Of figures, by ours, the seed's or the processor's. Empty: those of the group's summary.
    """
    wanted = dict.fromkeys(names or sides.group.node.summary_variables)
    figures = tuple(_figure(sides, column(sides.group, name), alpha) for name in wanted)
    return Compared(sides, alpha, figures, tuple(_warnings(sides, figures)))


def _figure(sides: Sides, shown: Column, alpha: float) -> ComparedFigure:
    group = sides.group
    of_sides = [[group.figure(run, shown.name) for run in side.runs] for side in (sides.a, sides.b)]
    a, b = (describe(figures, summable=shown.summable) for figures in of_sides)
    return ComparedFigure(
        shown,
        direction(group, shown),
        (a, b),
        (spread(group.node, a), spread(group.node, b)),
        compare(*_values(sides, shown), alpha) if a.n and b.n else None,
    )


def _values(sides: Sides, shown: Column) -> tuple[list[float], list[float]]:
    a, b = (
        [
            value
            for run in side.runs
            if (value := sides.group.figure(run, shown.name).value) is not None
        ]
        for side in (sides.a, sides.b)
    )
    return a, b


def _warnings(sides: Sides, figures: Sequence[ComparedFigure]) -> Iterator[str]:
    shared = {run.location.place for run in sides.a.runs} & {
        run.location.place for run in sides.b.runs
    }
    if shared:
        yield (
            f"{count(len(shared), 'run')} {'is' if len(shared) == 1 else 'are'} on both sides: "
            "the tests assume that they are not, and say less than they seem to."
        )
    yield from _few_runs(figures)
    yield from mixture_notes(sides.group)
    titles = sides.a.title, sides.b.title
    for figure in figures:
        note = ratio_note(
            figure.column, list(zip(titles, _values(sides, figure.column), strict=True))
        )
        if note:
            yield note


def _few_runs(figures: Sequence[ComparedFigure]) -> Iterator[str]:
    numbers = {figure.comparison.n for figure in figures if figure.comparison}
    fewest = min((min(n) for n in numbers), default=FEW_RUNS)
    if fewest == 1:
        yield "With one run on a side, nothing tells chance from difference: no test is made."
    elif fewest < FEW_RUNS:
        yield (
            f"With {count(fewest, 'run')} on a side only large differences are found: "
            "that a test finds none does not show that there is none."
        )
