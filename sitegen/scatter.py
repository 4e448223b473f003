"""Scatter plots as numbers: what a group's page and a paper's figure draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .model import Group, RunResult
from .table import Column, column


@dataclass(frozen=True, slots=True)
class Point:
    """A run with both figures, in the units of the axes."""

    x: float
    y: float
    run: RunResult


@dataclass(frozen=True, slots=True)
class Cloud:
    """The runs of one child."""

    name: str
    points: tuple[Point, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Scatter:
    x: Column
    y: Column
    clouds: tuple[Cloud, ...]
    """At least one."""


def scatters(group: Group) -> Iterator[tuple[int, Scatter]]:
    """A group's plots with their numbers from 1 on, in the spec's order; those for which no run has both figures are
    left out."""
    members = (group,) if group.node.is_leaf else group.children
    for i, plot in enumerate(group.node.plots, 1):
        x, y = column(group, plot.x), column(group, plot.y)
        clouds = (Cloud(m.node.title, tuple(_points(m, x, y))) for m in members)
        present = tuple(cloud for cloud in clouds if cloud.points)
        if present:
            yield i, Scatter(x, y, present)


def _points(member: Group, x_column: Column, y_column: Column) -> Iterator[Point]:
    for run in member.runs:
        x, y = member.figure(run, x_column.name).value, member.figure(run, y_column.name).value
        if x is not None and y is not None:
            yield Point(x * x_column.shown.factor, y * y_column.shown.factor, run)
