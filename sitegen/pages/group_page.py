"""The page of a group or a leaf."""

from __future__ import annotations

from collections.abc import Sequence

from ..addresses import METHODS, RUN_TABLE
from ..model import Group, Leaderboard
from ..ratios import ratio_notes
from ..table import Table, whole_table
from ..text import count
from .carbon_text import intensity_note
from .describe import description
from .group_charts import group_charts
from .links import Links, run_url
from .tables import mixture_notes, pue_note, table_view
from .views import Download, GroupView, Link


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
            whole_table(group, table.figures),
            f"Summary of {count(len(group.runs), 'run')}",
            "",
            lambda _: "",
        )
        runs = table_view(
            group,
            table,
            "Runs",
            "Run",
            lambda row: run_url(links, here, leaderboard.run_addresses, row.path),
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
        charts=tuple(group_charts(leaderboard, table, links)),
        children=tuple(_link(here, child, links) for child in group.children),
        downloads=(
            Download("This table", "leaderboard.json", "JSON"),
            Download("This table", "leaderboard.csv", "CSV"),
            Download("All runs", links.file(here, "runs.json"), "JSON"),
            Download("All runs", links.file(here, "runs.csv"), "CSV"),
            Download("All runs", links.file(here, RUN_TABLE), "Parquet"),
        ),
        notes=(*mixture_notes(group), *ratio_notes(table.figures, table.columns)),
        pue_note=pue_note(group),
        intensity_note=intensity_note(group.runs),
    )


def breadcrumbs(here: str, ancestors: Sequence[Group], links: Links) -> tuple[Link, ...]:
    """Links to the groups that a page lies in, outermost first."""
    return tuple(_link(here, ancestor, links) for ancestor in ancestors)


def _link(here: str, group: Group, links: Links) -> Link:
    return Link(group.node.title, links.page(here, group.address))
