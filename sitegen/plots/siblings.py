"""A run among the other runs of its leaf. What the leaf comes to is computed once, whatever runs it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..distribution import Distribution
from ..model import Group, RunResult
from ..pages.table_legend import SIGNS
from ..pages.views import SiblingView
from ..svg.position import position
from ..table import Column, column
from ..text import number

MOST_FIGURES = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over the runs of a leaf."""

    column: Column
    distribution: Distribution
    """In the unit in which the leaf shows it."""


def spreads(leaf: Group) -> tuple[Spread, ...]:
    """The first figures of a leaf's summary that two runs or more have."""
    return tuple(_spreads(leaf))[:MOST_FIGURES]


def _spreads(leaf: Group) -> Iterator[Spread]:
    if len(leaf.runs) < 2:
        return
    for name in leaf.node.summary_variables:
        shown = column(leaf, name)
        values = (leaf.figure(run, name).value for run in leaf.runs)
        distribution = Distribution.of(v * shown.shown.factor for v in values if v is not None)
        if distribution is not None and len(distribution.values) > 1:
            yield Spread(shown, distribution)


def sibling_views(
    leaf: Group, run: RunResult, of_leaf: tuple[Spread, ...]
) -> Iterator[SiblingView]:
    """Where a run stands in its leaf, a figure each; those that it lacks are left out."""
    for spread in of_leaf:
        figure = leaf.figure(run, spread.column.name)
        if figure.value is not None:
            sign = SIGNS.get(figure.provenance, "")
            yield _view(spread, figure.value * spread.column.shown.factor, sign)


def _view(spread: Spread, value: float, sign: str) -> SiblingView:
    variable, unit = spread.column.variable, spread.column.shown.unit
    quartiles = spread.distribution.quartiles
    ends = [number(v, variable.digits) for v in (quartiles.low, quartiles.median, quartiles.high)]
    return SiblingView(
        variable.label,
        f"{sign} {number(value, variable.digits)} {unit}".strip(),
        spread.distribution.place(value),
        f"{ends[0]} to {ends[2]}, median {ends[1]}",
        position(quartiles, value),
    )
