"""The page of a group or a leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..addresses import METHODS
from ..charts import AxisText, ScatterTrace, scatter_chart
from ..model import Group, Leaderboard
from ..ratios import ratio_notes
from ..scatter import Cloud, scatters
from ..table import Column, Table, run_titles, whole_table
from ..text import count
from .carbon_text import intensity_note
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
            group,
            table,
            "Executive summary",
            "Experiment",
            lambda row: links.page(here, row.path),
            links.page(here, f"{METHODS}/"),
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
        notes=(*mixture_notes(group), *ratio_notes(group, table.columns)),
        pue_note=pue_note(group),
        intensity_note=intensity_note(group.runs),
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
    for i, plot in scatters(group):
        traces = [_trace(leaderboard, group, cloud, titles, links) for cloud in plot.clouds]
        yield scatter_chart(f"plot-{i}", _axis(plot.x), _axis(plot.y), traces)


def _axis(shown: Column) -> AxisText:
    return AxisText(shown.variable.label, shown.shown.unit)


def _trace(
    leaderboard: Leaderboard, group: Group, cloud: Cloud, titles: dict[str, str], links: Links
) -> ScatterTrace:
    paths = [point.run.location.path for point in cloud.points]
    return ScatterTrace(
        cloud.name,
        tuple(point.x for point in cloud.points),
        tuple(point.y for point in cloud.points),
        tuple(titles[path] for path in paths),
        tuple(links.page(group.address, leaderboard.run_addresses[path]) for path in paths),
    )
