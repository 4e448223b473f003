"""Scatter plots as numbers: what a group's page and a paper's figure draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .model import Figure, Group, RunResult, Stat
from .pareto import frontier, steps
from .ranking import direction
from .stats import describe
from .table import Column, column, spread


@dataclass(frozen=True, slots=True)
class Point:
    """A run with both figures, in the units of the axes."""

    x: float
    y: float
    run: RunResult


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
    """The runs of one child."""

    name: str
    points: tuple[Point, ...]
    """At least one."""
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


def scatters(group: Group) -> Iterator[tuple[int, Scatter]]:
    """A group's plots with their numbers from 1 on, in the spec's order; those for which no run has both figures are
    left out."""
    members = (group,) if group.node.is_leaf else group.children
    for i, plot in enumerate(group.node.plots, 1):
        x, y = column(group, plot.x), column(group, plot.y)
        clouds = (
            Cloud(m.node.title, tuple(_points(m, x, y)), index) for index, m in enumerate(members)
        )
        present = tuple(cloud for cloud in clouds if cloud.points)
        if present:
            yield i, Scatter(x, y, present)


def mean(group: Group, cloud: Cloud) -> Mean:
    """The mean of a child's points, with the intervals of the group's page."""
    x, y = _stat([point.x for point in cloud.points]), _stat([point.y for point in cloud.points])
    assert x.mean is not None and y.mean is not None  # noqa: S101, PT018 - a cloud has at least one point
    return Mean(x.n, x.mean, y.mean, spread(group.node, x), spread(group.node, y))


def frontier_of_means(group: Group, plot: Scatter) -> Frontier | None:
    """Which children's means are not beaten in both figures; None where it is not known which way is better."""
    means = [mean(group, cloud) for cloud in plot.clouds]
    names = [cloud.name for cloud in plot.clouds]
    return _frontier(group, plot, [m.x for m in means], [m.y for m in means], names)


def frontier_of_runs(group: Group, plot: Scatter, titles: Mapping[str, str]) -> Frontier | None:
    """The same for the runs of a leaf.

    Args:
        titles: Run path to what the run is called.
    """
    points = [point for cloud in plot.clouds for point in cloud.points]
    names = [titles[point.run.location.path] for point in points]
    return _frontier(group, plot, [p.x for p in points], [p.y for p in points], names)


def _frontier(
    group: Group, plot: Scatter, x: Sequence[float], y: Sequence[float], names: Sequence[str]
) -> Frontier | None:
    x_better, y_better = direction(group, plot.x), direction(group, plot.y)
    if not x_better or not y_better or len(x) < 2:
        return None
    unbeaten = frontier(x, y, x_better, y_better)
    corners = steps([x[i] for i in unbeaten], [y[i] for i in unbeaten])
    return Frontier(*corners, tuple(names[i] for i in unbeaten))


def _stat(values: Sequence[float]) -> Stat:
    return describe([Figure(value, "measured") for value in values], summable=False)


def _points(member: Group, x_column: Column, y_column: Column) -> Iterator[Point]:
    for run in member.runs:
        x, y = member.figure(run, x_column.name).value, member.figure(run, y_column.name).value
        if x is not None and y is not None:
            yield Point(x * x_column.shown.factor, y * y_column.shown.factor, run)
