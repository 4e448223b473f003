"""The charts of a group's or a leaf's page, in their order: the spec's plots, then what every page has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..charts import AxisText
from ..columns import Column, GroupFigures, RunFigures
from ..energy_split import split
from ..model import Group, Leaderboard, RunResult, weakest
from ..plots.energy_chart import Further, SplitRow, energy_chart
from ..plots.parts import MOST_ROWS as MOST_LISTED
from ..plots.scatter_chart import ScatterText, ScatterTrace, scatter_chart
from ..plots.strip_chart import Strip, strip_chart
from ..plots.thinning import evenly, shares, spread_out
from ..ranking import competes, direction
from ..scatter import (
    Cloud,
    Frontier,
    Mean,
    Scatter,
    frontier_of_means,
    frontier_of_runs,
    mean,
    scatters,
)
from ..table import Table
from ..titles import title_rule
from .links import Links, run_url
from .tables import SPREADS
from .views import ChartView

_FACILITY = "facility_energy_kwh"
_GPU = "gpu_energy_kwh"


@dataclass(frozen=True, slots=True)
class _Page:
    """What all charts of one page need."""

    table: Table
    run_addresses: Mapping[str, str]
    """As in `Leaderboard`."""
    links: Links

    @property
    def group(self) -> Group:
        return self.table.figures.group

    def urls(self, runs: Iterable[RunResult]) -> tuple[str, ...]:
        """Where their pages lie, relative to this one; "" for a run without a page."""
        here = self.group.address
        return tuple(
            run_url(self.links, here, self.run_addresses, run.location.path) for run in runs
        )


def group_charts(leaderboard: Leaderboard, table: Table, links: Links) -> Iterator[ChartView]:
    """All charts of a group's or a leaf's page.

    Args:
        table: The group's `main_table`, whose order the charts follow.
    """
    page = _Page(table, leaderboard.run_addresses, links)
    if not page.group.runs:
        return
    yield from _scatter_charts(page)
    if not page.group.node.is_leaf:
        yield from _strip_chart(page)
    yield from _energy_chart(page)


def _scatter_charts(page: _Page) -> Iterator[ChartView]:
    group = page.group
    for i, plot in scatters(page.table.figures):
        text = ScatterText(
            _axis(page, plot.x),
            _axis(page, plot.y),
            SPREADS[group.node.interval],
            _undirected(group, plot),
        )
        means = None if group.node.is_leaf else [mean(group, cloud) for cloud in plot.clouds]
        drawn = shares([len(cloud.runs) for cloud in plot.clouds])
        traces = [
            _trace(page, cloud, most, means[k] if means else None)
            for k, (cloud, most) in enumerate(zip(plot.clouds, drawn, strict=True))
        ]
        yield scatter_chart(f"plot-{i}", text, traces, _frontier(page, plot, means))


def _frontier(page: _Page, plot: Scatter, means: Sequence[Mean] | None) -> Frontier | None:
    """Of rivals only."""
    if not competes(page.group):
        return None
    if means is None:
        return frontier_of_runs(page.group, plot, page.table.figures.titles)
    return frontier_of_means(page.group, plot, means)


def _undirected(group: Group, plot: Scatter) -> tuple[str, ...]:
    """Labels of figures that keep a plot of several rivals from having a frontier."""
    if not competes(group):
        return ()
    n = sum(len(cloud.runs) for cloud in plot.clouds) if group.node.is_leaf else len(plot.clouds)
    labels = (axis.variable.label for axis in (plot.x, plot.y) if not direction(group, axis))
    return tuple(dict.fromkeys(labels)) if n > 1 else ()


def _trace(page: _Page, cloud: Cloud, most: int, of_cloud: Mean | None) -> ScatterTrace:
    figures = page.table.figures
    if not page.group.node.is_leaf:
        figures = figures.child(page.group.children[cloud.index])
    if page.group.node.is_leaf or len(cloud.runs) == len(figures.group.runs):
        titles = figures.titles
    else:
        titles = title_rule([run.location.path for run in cloud.runs])
    drawn = spread_out(cloud.x, cloud.y, most)
    runs = [cloud.runs[place] for place in drawn.tolist()]
    return ScatterTrace(
        cloud.name,
        cloud.index,
        cloud.x,
        cloud.y,
        drawn,
        tuple(titles.of(run.location.path) for run in runs),
        page.urls(runs),
        of_cloud,
    )


def _strip_chart(page: _Page) -> Iterator[ChartView]:
    """Of what orders the table, else of its first figure."""
    node = page.group.node
    name = node.ordering_variable or next(iter(node.summary_variables), None)
    if name is None:
        return
    figures = page.table.figures
    shown = figures.column(name)
    present = [
        (index, figures.child(child), having)
        for index, child in _children(page)
        if len(having := np.flatnonzero(~np.isnan(figures.child(child).of(name).value)))
    ]
    if present:
        drawn = shares([len(having) for _, _, having in present])
        strips = [
            _strip(page, shown, *of_child, most)
            for of_child, most in zip(present, drawn, strict=True)
        ]
        better = direction(page.group, shown)
        yield strip_chart("strip", _axis(page, shown), better, strips)


def _strip(
    page: _Page,
    shown: Column,
    index: int,
    child: GroupFigures,
    having: NDArray[np.intp],
    most: int,
) -> Strip:
    """Args:
    having: Places of the child's runs that have the figure.
    """
    values = child.of(shown.name).value[having] * shown.shown.factor
    drawn = evenly(values, most)
    runs = [child.group.runs[place] for place in having[drawn].tolist()]
    titles = tuple(child.titles.of(run.location.path) for run in runs)
    return Strip(child.group.node.title, index, values, drawn, titles, page.urls(runs))


def _children(page: _Page) -> Iterator[tuple[int, Group]]:
    """In the order of the table, each with its place in the spec."""
    by_address = {child.address: (i, child) for i, child in enumerate(page.group.children)}
    yield from (by_address[row.path] for row in page.table.rows)


def _energy_chart(page: _Page) -> Iterator[ChartView]:
    table = page.table.of_runs
    if table is None:
        rows, further = tuple(_child_rows(page)), Further()
    else:
        has_energy = ~np.isnan(RunFigures(table.runs).of(_FACILITY).value)
        runs = [table.runs[place] for place in np.flatnonzero(has_energy).tolist()]
        rows = tuple(_run_rows(page, runs[:MOST_LISTED]))
        further = _further(runs[MOST_LISTED:])
    if rows:
        yield energy_chart("energy-split", rows, of_runs=table is not None, further=further)


def _run_rows(page: _Page, runs: Sequence[RunResult]) -> Iterator[SplitRow]:
    for run, url in zip(runs, page.urls(runs), strict=True):
        of_run = split((run,))
        if of_run is not None:
            yield SplitRow(page.table.figures.titles.of(run.location.path), url, of_run)


def _further(runs: Sequence[RunResult]) -> Further:
    """Of runs with energy that no row stands for."""
    if not runs:
        return Further()
    figures = RunFigures(runs)
    has_gpu = any(run.info.gpu_info for run in runs) or len(figures.of(_GPU).present) > 0
    return Further(
        tuple(figures.of(_FACILITY).value.tolist()),
        frozenset(run.pue for run in runs),
        frozenset({"CPU", "GPU"} if has_gpu else {"CPU"}),
    )


def _child_rows(page: _Page) -> Iterator[SplitRow]:
    for _, child in _children(page):
        of_runs = split(child.runs)
        if of_runs is not None:
            url = page.links.page(page.group.address, child.address)
            yield SplitRow(child.node.title, url, of_runs)


def _axis(page: _Page, shown: Column) -> AxisText:
    """What an axis says: also where one of the runs has only an estimate or a part of the figure."""
    kind = weakest(page.table.figures.of(shown.name).provenances())
    mark = kind if kind in {"estimated", "partial"} else ""
    return AxisText(shown.variable.label, shown.shown.unit, mark)
