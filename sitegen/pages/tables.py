"""Tables of numbers made into text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..carbon import basis_of
from ..metrics.energy import WELL_COVERED
from ..model import Group, RunResult, Stat
from ..spec.model import Node
from ..table import Column, Row, Table, column, spread
from ..text import count, number, with_spread, within_sentence
from .views import CellView, ColumnView, RowView, TableView

SPREADS = {
    "stderr": "standard error of the mean",
    "ci95": "95 % confidence interval of the mean (Student's t)",
}
PROVENANCE_WORDS = {
    "measured": "measured",
    "estimated": "estimated from rated power or a yearly average",
    "partial": "partial: some components or some of the time are missing",
    "reported": "reported by the run itself",
    "not measured": "not measured",
}
NOT_MEASURED: Literal["not measured"] = "not measured"


def table_view(
    group: Group, table: Table, caption: str, row_label: str, url: Callable[[Row], str]
) -> TableView:
    """A table as its page shows it.

    Args:
        url: Where a row's title leads, "" for nowhere.
    """
    node = group.node
    show_n = any(not row.is_run for row in table.rows) or not table.rows
    return TableView(
        caption=caption,
        row_label=row_label,
        columns=tuple(_column_view(c, table) for c in table.columns),
        rows=tuple(
            RowView(
                row.title,
                url(row),
                row.n,
                tuple(_cell(node, c, row.stats[c.name], row) for c in table.columns),
                row_note(row),
            )
            for row in table.rows
        ),
        show_n=show_n,
        spread_label=SPREADS[node.interval],
        ordering=ordering_words(group),
    )


def _column_view(shown: Column, table: Table) -> ColumnView:
    variable = shown.variable
    has_sum = shown.summable and any(row.stats[shown.name].total is not None for row in table.rows)
    return ColumnView(shown.name, variable.label, shown.shown.unit, variable.better, has_sum)


def _cell(node: Node, shown: Column, stat: Stat, row: Row) -> CellView:
    if stat.mean is None:
        return CellView(None, "", "", "", NOT_MEASURED, NOT_MEASURED)
    factor, digits = shown.shown.factor, shown.variable.digits
    around = spread(node, stat)
    text, spread_text = with_spread(
        stat.mean * factor, None if around is None else around * factor, digits
    )
    total = "" if stat.total is None else number(stat.total * factor, digits)
    return CellView(
        stat.mean * factor, text, spread_text, total, stat.provenance, _cell_note(node, stat, row)
    )


def _cell_note(node: Node, stat: Stat, row: Row) -> str:
    words = PROVENANCE_WORDS[stat.provenance]
    if row.is_run:
        return words
    if stat.n == 1 == row.n:
        return f"one run; {words}"
    of = f"mean of {count(stat.n, 'run')}" + (f" of {row.n}" if stat.n < row.n else "")
    return f"{of}{' ± ' + SPREADS[node.interval] if stat.stderr is not None else ''}; {words}"


def row_note(row: Row) -> str:
    """What a reader must know of a row's runs before trusting it."""
    if row.is_run:
        return "; ".join(run_notes(row.runs[0]))
    poorly = sum(poor_share(run) is not None for run in row.runs)
    return (
        f"{poorly} of {count(row.n, 'run')} sampled for less than {WELL_COVERED:.0%} of the time"
        if poorly
        else ""
    )


def poor_share(run: RunResult) -> float | None:
    """The share of a run's time that samples cover, where that is too little to go unsaid."""
    share = run.figures["measured_share"].value
    return share if share is not None and share < WELL_COVERED else None


def run_notes(run: RunResult) -> list[str]:
    """What limits a run's figures, in a few words each."""
    notes = []
    share = poor_share(run)
    if share is not None:
        notes.append(f"samples cover {share:.0%} of the time")
    if not run.ended:
        notes.append("ended abruptly")
    if run.info.exit_code:
        notes.append(f"failed with exit code {run.info.exit_code}")
    return notes


def ordering_words(group: Group) -> str:
    """What a group's rows are ordered by, as a sentence; "" for the spec's order."""
    node = group.node
    if node.ordering_variable is None:
        return ""
    label = column(group, node.ordering_variable).variable.label
    direction = "lowest first" if node.ordering == "ascending" else "highest first"
    return f"Ordered by {within_sentence(label)}, {direction}."


def pue_note(group: Group) -> str:
    """Which PUE the energies of a group's runs include, and where it comes from."""
    sources = sorted({(run.pue, run.pue_source) for run in group.runs})
    if not sources:
        return ""
    listed = "; ".join(f"{pue:g} ({source})" for pue, source in sources)
    return f"Energy with PUE includes a power usage effectiveness of {listed}."


def mixture_notes(group: Group) -> list[str]:
    """Warnings where the runs of one table are not alike."""
    notes = []
    if len({run.pue for run in group.runs}) > 1:
        notes.append("The runs of this page include different PUEs: compare energy without PUE.")
    bases = {basis for run in group.runs if (basis := basis_of(run)) is not None}
    if len(bases) > 1:
        notes.append(
            f"The runs' carbon intensities have different bases ({', '.join(sorted(bases))}): "
            "their emissions cannot be compared."
        )
    return notes
