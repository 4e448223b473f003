"""The charts of a group's or a leaf's page, in their order: the spec's plots, then what every page has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..charts import AxisText
from ..energy_split import split
from ..model import Group, Leaderboard, RunResult, weakest
from ..plots.energy_chart import SplitRow, energy_chart
from ..plots.scatter_chart import ScatterText, ScatterTrace, scatter_chart
from ..plots.strip_chart import Strip, strip_chart
from ..ranking import competes, direction
from ..scatter import Cloud, Frontier, Scatter, frontier_of_means, frontier_of_runs, mean, scatters
from ..table import Column, Table, column, run_titles
from .links import Links
from .tables import SPREADS
from .views import ChartView


@dataclass(frozen=True, slots=True)
class _Page:
    """What all charts of one page need."""

    group: Group
    table: Table
    titles: Mapping[str, str]
    """Run path to the short name that the page gives it."""
    urls: Mapping[str, str]
    """Run path to where its page lies, relative to this one."""
    links: Links


def group_charts(
    leaderboard: Leaderboard, group: Group, table: Table, links: Links
) -> Iterator[ChartView]:
    """All charts of a group's or a leaf's page.

    Args:
        table: The group's `main_table`, whose order the charts follow.
    """
    paths = [run.location.path for run in group.runs]
    if not paths:
        return
    urls = {path: links.page(group.address, leaderboard.run_addresses[path]) for path in paths}
    page = _Page(group, table, run_titles(paths), urls, links)
    yield from _scatter_charts(page)
    if not group.node.is_leaf:
        yield from _strip_chart(page)
    yield from _energy_chart(page)


def _scatter_charts(page: _Page) -> Iterator[ChartView]:
    group = page.group
    for i, plot in scatters(group):
        frontier = _frontier(page, plot)
        text = ScatterText(
            _axis(group, plot.x),
            _axis(group, plot.y),
            SPREADS[group.node.interval],
            _undirected(group, plot),
        )
        traces = [_trace(page, cloud) for cloud in plot.clouds]
        yield scatter_chart(f"plot-{i}", text, traces, frontier)


def _frontier(page: _Page, plot: Scatter) -> Frontier | None:
    """Of rivals only."""
    if not competes(page.group):
        return None
    if page.group.node.is_leaf:
        return frontier_of_runs(page.group, plot, page.titles)
    return frontier_of_means(page.group, plot)


def _undirected(group: Group, plot: Scatter) -> tuple[str, ...]:
    """Labels of figures that keep a plot of several rivals from having a frontier."""
    if not competes(group):
        return ()
    n = sum(len(cloud.points) for cloud in plot.clouds) if group.node.is_leaf else len(plot.clouds)
    labels = (axis.variable.label for axis in (plot.x, plot.y) if not direction(group, axis))
    return tuple(dict.fromkeys(labels)) if n > 1 else ()


def _trace(page: _Page, cloud: Cloud) -> ScatterTrace:
    paths = [point.run.location.path for point in cloud.points]
    titles = page.titles if page.group.node.is_leaf else run_titles(paths)
    return ScatterTrace(
        cloud.name,
        cloud.index,
        tuple(point.x for point in cloud.points),
        tuple(point.y for point in cloud.points),
        tuple(titles[path] for path in paths),
        tuple(page.urls[path] for path in paths),
        None if page.group.node.is_leaf else mean(page.group, cloud),
    )


def _strip_chart(page: _Page) -> Iterator[ChartView]:
    """Of what orders the table, else of its first figure."""
    node = page.group.node
    name = node.ordering_variable or next(iter(node.summary_variables), None)
    if name is None:
        return
    shown = column(page.group, name)
    strips = [_strip(page, index, child, shown) for index, child in _children(page)]
    present = [strip for strip in strips if strip.values]
    if present:
        better = direction(page.group, shown)
        yield strip_chart("strip", _axis(page.group, shown), better, present)


def _strip(page: _Page, index: int, child: Group, shown: Column) -> Strip:
    titles = run_titles([run.location.path for run in child.runs])
    having = [
        (value * shown.shown.factor, run.location.path)
        for run in child.runs
        if (value := child.figure(run, shown.name).value) is not None
    ]
    return Strip(
        child.node.title,
        index,
        tuple(value for value, _ in having),
        tuple(titles[path] for _, path in having),
        tuple(page.urls[path] for _, path in having),
    )


def _children(page: _Page) -> Iterator[tuple[int, Group]]:
    """In the order of the table, each with its place in the spec."""
    by_address = {child.address: (i, child) for i, child in enumerate(page.group.children)}
    yield from (by_address[row.path] for row in page.table.rows)


def _energy_chart(page: _Page) -> Iterator[ChartView]:
    is_leaf = page.group.node.is_leaf
    rows = tuple(_run_rows(page) if is_leaf else _child_rows(page))
    if rows:
        yield energy_chart("energy-split", rows, of_runs=is_leaf)


def _run_rows(page: _Page) -> Iterator[SplitRow]:
    for row in page.table.rows:
        yield from _split_row(row.title, page.urls[row.path], row.runs)


def _child_rows(page: _Page) -> Iterator[SplitRow]:
    for _, child in _children(page):
        url = page.links.page(page.group.address, child.address)
        yield from _split_row(child.node.title, url, child.runs)


def _split_row(name: str, url: str, runs: tuple[RunResult, ...]) -> Iterator[SplitRow]:
    of_runs = split(runs)
    if of_runs is not None:
        yield SplitRow(name, url, of_runs)


def _axis(group: Group, shown: Column) -> AxisText:
    """What an axis says: also where one of the runs has only an estimate or a part of the figure."""
    found = {group.figure(run, shown.name).provenance for run in group.runs}
    kind = weakest(found)
    mark = kind if kind in {"estimated", "partial"} else ""
    return AxisText(shown.variable.label, shown.shown.unit, mark)
