"""The page of a group or a leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..charts import AxisText, ScatterTrace, scatter_chart
from ..model import Group, Leaderboard, RunResult
from ..table import Column, Table, column, run_titles, whole_table
from ..text import count
from .describe import description
from .links import Links
from .tables import mixture_notes, pue_note, table_view
from .views import ChartView, Download, GroupView, Link


def group_view(
    leaderboard: Leaderboard,
    group: Group,
    table: Table,
    ancestors: Sequence[Group],
    links: Links,
) -> GroupView:
    """All that a group's or a leaf's page shows.

    Args:
        table: The group's `main_table`.
        ancestors: The groups that it lies in, outermost first.
    """
    here = group.address
    siblings = ancestors[-1].children if ancestors else leaderboard.roots
    node = group.node
    runs = None
    if node.is_leaf:
        summary = table_view(
            group,
            whole_table(group),
            f"Summary of {count(len(group.runs), 'run')}",
            "",
            lambda _: "",
        )
        runs = table_view(
            group,
            table,
            "Runs",
            "Run",
            lambda row: links.page(here, leaderboard.run_addresses[row.path]),
        )
    else:
        summary = table_view(
            group, table, "Executive summary", "Experiment", lambda row: links.page(here, row.path)
        )
    return GroupView(
        kind="leaf" if node.is_leaf else "group",
        title=node.title,
        breadcrumbs=breadcrumbs(here, ancestors, links),
        siblings=tuple(_link(here, sibling, links) for sibling in siblings if sibling is not group),
        description=description(node.description),
        n_runs=len(group.runs),
        summary=summary,
        runs=runs,
        charts=tuple(_charts(leaderboard, group, links)),
        children=tuple(_link(here, child, links) for child in group.children),
        downloads=(
            Download("This table", "leaderboard.json", "JSON"),
            Download("This table", "leaderboard.csv", "CSV"),
            Download("All runs", links.file(here, "runs.json"), "JSON"),
            Download("All runs", links.file(here, "runs.csv"), "CSV"),
        ),
        notes=tuple(mixture_notes(group)),
        pue_note=pue_note(group),
    )


def breadcrumbs(here: str, ancestors: Sequence[Group], links: Links) -> tuple[Link, ...]:
    """Links to the groups that a page lies in, outermost first."""
    return tuple(_link(here, ancestor, links) for ancestor in ancestors)


def _link(here: str, group: Group, links: Links) -> Link:
    return Link(group.node.title, links.page(here, group.address))


def _charts(leaderboard: Leaderboard, group: Group, links: Links) -> Iterator[ChartView]:
    if not group.node.plots:
        return
    titles = run_titles([run.location.path for run in group.runs])
    for i, plot in enumerate(group.node.plots, 1):
        if group.node.is_leaf:
            groups: Sequence[Group] = (group,)
        else:
            groups = group.children
        x, y = column(group, plot.x), column(group, plot.y)
        traces = [
            trace
            for member in groups
            if (trace := _trace(leaderboard, group, member, x, y, titles, links)).x
        ]
        if traces:
            yield scatter_chart(f"plot-{i}", _axis(x), _axis(y), traces)


def _axis(shown: Column) -> AxisText:
    return AxisText(shown.variable.label, shown.shown.unit)


def _trace(
    leaderboard: Leaderboard,
    group: Group,
    member: Group,
    x_column: Column,
    y_column: Column,
    titles: dict[str, str],
    links: Links,
) -> ScatterTrace:
    """The runs of one child that have both figures."""
    points: list[tuple[float, float, RunResult]] = []
    for run in member.runs:
        x, y = member.figure(run, x_column.name).value, member.figure(run, y_column.name).value
        if x is not None and y is not None:
            points.append((x * x_column.shown.factor, y * y_column.shown.factor, run))
    return ScatterTrace(
        member.node.title,
        tuple(x for x, _, _ in points),
        tuple(y for _, y, _ in points),
        tuple(titles[run.location.path] for _, _, run in points),
        tuple(
            links.page(group.address, leaderboard.run_addresses[run.location.path])
            for _, _, run in points
        ),
    )
