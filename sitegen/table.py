"""The tables of a page as numbers: what `leaderboard.json` holds and what the pages show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan
from typing import overload

import numpy as np

from .columns import PROVENANCES, GroupFigures, Values
from .columns import Column as Column
from .columns import column as column
from .columns import variable as variable
from .model import FloatArray, Group, Provenance, RunResult, Stat
from .probability import student_bound
from .spec.model import Node
from .titles import TitleRule, natural


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    path: str
    """A run's path; for a group the address of its page."""
    n: int
    stats: Mapping[str, Stat]
    """By the column's name."""
    runs: tuple[RunResult, ...]
    is_run: bool = False
    """A leaf's row: of one run."""


@dataclass(frozen=True, slots=True)
class RunRows(Sequence[Row]):
    """A row a run. Each is made when it is asked for: of thousands, a page shows a hundred."""

    runs: tuple[RunResult, ...]
    titles: TitleRule
    columns: tuple[Column, ...]
    values: Mapping[str, Values]
    """By the column's name, in the order of the rows."""

    def __len__(self) -> int:
        return len(self.runs)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return list(self._rows(place))
        at = range(len(self))[place]
        return next(self._rows(slice(at, at + 1)))

    def __iter__(self) -> Iterator[Row]:
        return self._rows(slice(None))

    def _rows(self, places: slice) -> Iterator[Row]:
        stats = [
            list(_stats_of_one(self.values[c.name].take(places), c.summable)) for c in self.columns
        ]
        names = [c.name for c in self.columns]
        for i, run in enumerate(self.runs[places]):
            path = run.location.path
            of_row = {name: of_column[i] for name, of_column in zip(names, stats, strict=True)}
            yield Row(self.titles.of(path), path, 1, of_row, (run,), is_run=True)


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    figures: GroupFigures
    """Those behind it."""

    @property
    def of_runs(self) -> RunRows | None:
        """The rows of a leaf's table, None for others."""
        return self.rows if isinstance(self.rows, RunRows) else None

    def provenances(self, name: str) -> set[Provenance]:
        """Of all the figures of a column, with "not measured" for a row that lacks it."""
        if isinstance(self.rows, RunRows):
            values = self.rows.values[name]
            absent: set[Provenance] = {"not measured"} if np.isnan(values.value).any() else set()
            return {*absent, *values.take(~np.isnan(values.value)).provenances()}
        return {row.stats[name].provenance for row in self.rows}


def _stats_of_one(values: Values, summable: bool) -> Iterator[Stat]:
    """What each of the runs has by itself."""
    for value, code in zip(values.value.tolist(), values.code.tolist(), strict=True):
        if isnan(value):
            yield Stat(None, None, None, 0, "not measured")
        else:
            yield Stat(value, None, value if summable else None, 1, PROVENANCES[code])


def main_table(group: Group, figures: GroupFigures | None = None) -> Table:
    """What a group's page and files show: a row a child, or for a leaf a row a run.

    Args:
        figures: The group's, where they are at hand.
    """
    figures = figures or GroupFigures(group)
    return _runs_table(figures) if group.node.is_leaf else _children_table(figures)


def _children_table(figures: GroupFigures) -> Table:
    """A row a child, ordered as the spec asks."""
    columns = _columns(figures)
    group = figures.group
    rows = [_group_row(child.node.title, figures.child(child), columns) for child in group.children]
    return Table(columns, _ordered(figures, rows), figures)


def _runs_table(figures: GroupFigures) -> Table:
    """A row a run, ordered as the spec asks, else by path."""
    columns = _columns(figures)
    runs = figures.group.runs
    paths = [run.location.path for run in runs]
    keys = [natural(path) for path in paths]
    places = np.array(sorted(range(len(runs)), key=keys.__getitem__), np.intp)
    name = figures.group.node.ordering_variable
    if name is not None:
        # Stable, with absent ones last both ways.
        places = places[np.argsort(_signed(figures, figures.of(name).value[places]), kind="stable")]
    values = {c.name: figures.of(c.name).take(places) for c in columns}
    ordered = tuple(runs[place] for place in places.tolist())
    return Table(columns, RunRows(ordered, figures.titles, columns, values), figures)


def whole_table(group: Group, figures: GroupFigures | None = None) -> Table:
    """One row over all runs of a group."""
    figures = figures or GroupFigures(group)
    columns = _columns(figures)
    return Table(columns, (_group_row(group.node.title, figures, columns),), figures)


def _columns(figures: GroupFigures) -> tuple[Column, ...]:
    return tuple(figures.column(name) for name in figures.group.node.summary_variables)


def _group_row(title: str, figures: GroupFigures, columns: Sequence[Column]) -> Row:
    stats = {c.name: figures.of(c.name).describe(summable=c.summable) for c in columns}
    group = figures.group
    return Row(title, group.address, len(group.runs), stats, group.runs)


def _signed(figures: GroupFigures, value: FloatArray) -> FloatArray:
    """What sorts in the order that the spec asks for, smallest first."""
    return value if figures.group.node.ordering == "ascending" else -value


def _ordered(figures: GroupFigures, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows by the mean of the ordering variable, which need not be among the columns; absent ones last."""
    group = figures.group
    name = group.node.ordering_variable
    if name is None:
        return tuple(rows)
    by_address = {child.address: figures.child(child) for child in group.children}
    means = [
        (row.stats.get(name) or by_address[row.path].of(name).describe(summable=False)).mean
        for row in rows
    ]
    keys = _signed(figures, np.array(means, float))
    return tuple(rows[i] for i in np.argsort(keys, kind="stable").tolist())


def spread(node: Node, stat: Stat) -> float | None:
    """What stands behind ±: the standard error, or half the 95 % confidence interval of the mean (Student's t)."""
    if stat.stderr is None or node.interval == "stderr":
        return stat.stderr
    return half_ci95(stat.stderr, stat.n)


def half_ci95(stderr: float, n: int) -> float:
    """Half the 95 % confidence interval of a mean over n runs, n > 1 (Student's t)."""
    return stderr * _bound95(n - 1)


@cache
def _bound95(freedom: int) -> float:
    return float(student_bound(np.array([freedom], float), 0.05)[0])
