"""Scatter plots as numbers: what a group's page and a paper's figure draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Column, GroupFigures
from .model import FloatArray, Group, RunResult, Stat
from .pareto import frontier, steps
from .ranking import direction
from .stats import summary
from .table import spread
from .titles import TitleRule


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a cloud, in the units of the axes."""

    n: int
    x: float
    y: float
    x_around: float | None
    """What stands behind ±, as the spec's `interval` has it. None for one run."""
    y_around: float | None


@dataclass(frozen=True, slots=True)
class Cloud:
    """The runs of one child that have both figures, in the units of the axes. Shape (n,) each, n >= 1."""

    name: str
    x: FloatArray
    y: FloatArray
    runs: tuple[RunResult, ...]
    index: int = 0
    """Place among the group's children: the same colour and shape in all its charts."""


@dataclass(frozen=True, slots=True)
class Scatter:
    x: Column
    y: Column
    clouds: tuple[Cloud, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The Pareto frontier as a stepped line."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    names: tuple[str, ...]
    """Who is on it, from the best x to the best y."""


def scatters(figures: GroupFigures) -> Iterator[tuple[int, Scatter]]:
    """A group's plots with their numbers from 1 on, in the spec's order; those for which no run has both figures are
    left out."""
    group = figures.group
    members = [figures] if group.node.is_leaf else [figures.child(c) for c in group.children]
    for i, plot in enumerate(group.node.plots, 1):
        x, y = figures.column(plot.x), figures.column(plot.y)
        clouds = (_cloud(member, x, y, index) for index, member in enumerate(members))
        present = tuple(cloud for cloud in clouds if cloud.runs)
        if present:
            yield i, Scatter(x, y, present)


def _cloud(member: GroupFigures, x_column: Column, y_column: Column, index: int) -> Cloud:
    x, y = member.of(x_column.name).value, member.of(y_column.name).value
    places = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
    return Cloud(
        member.group.node.title,
        x[places] * x_column.shown.factor,
        y[places] * y_column.shown.factor,
        tuple(member.group.runs[place] for place in places.tolist()),
        index,
    )


def mean(group: Group, cloud: Cloud) -> Mean:
    """The mean of a child's points, with the intervals of the group's page."""
    x, y = _stat(cloud.x), _stat(cloud.y)
    assert x.mean is not None and y.mean is not None  # noqa: S101, PT018 - a cloud has at least one point
    return Mean(x.n, x.mean, y.mean, spread(group.node, x), spread(group.node, y))


def frontier_of_means(group: Group, plot: Scatter, means: Sequence[Mean]) -> Frontier | None:
    """Which children's means are not beaten in both figures; None where it is not known which way is better.

    Args:
        means: Of the plot's clouds.
    """
    names = [cloud.name for cloud in plot.clouds]
    return _frontier(group, plot, [m.x for m in means], [m.y for m in means], names)


def frontier_of_runs(group: Group, plot: Scatter, titles: TitleRule) -> Frontier | None:
    """The same for the runs of a leaf.

    Args:
        titles: What the runs are called by.
    """
    x = [value for cloud in plot.clouds for value in cloud.x.tolist()]
    y = [value for cloud in plot.clouds for value in cloud.y.tolist()]
    names = [titles.of(run.location.path) for cloud in plot.clouds for run in cloud.runs]
    return _frontier(group, plot, x, y, names)


def _frontier(
    group: Group, plot: Scatter, x: Sequence[float], y: Sequence[float], names: Sequence[str]
) -> Frontier | None:
    x_better, y_better = direction(group, plot.x), direction(group, plot.y)
    if not x_better or not y_better or len(x) < 2:
        return None
    unbeaten = frontier(x, y, x_better, y_better)
    corners = steps([x[i] for i in unbeaten], [y[i] for i in unbeaten])
    return Frontier(*corners, tuple(names[i] for i in unbeaten))


def _stat(values: FloatArray) -> Stat:
    return summary(values.tolist(), {"measured"}, summable=False)
