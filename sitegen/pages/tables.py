"""Tables of numbers made into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from ..carbon import basis_of
from ..catalog import our_name
from ..columns import Column, variable
from ..metrics.energy import WELL_COVERED
from ..model import Group, Provenance, RunResult, Stat
from ..ranking import METHOD, RankInterval, direction, table_ranks
from ..shards import ROWS_FILE, WHOLE_UP_TO
from ..spec.model import Node
from ..table import Row, Table, spread
from ..text import count, number, with_spread, within_sentence
from .bars import bars
from .column_marks import best_of, marks_of
from .table_legend import legend
from .views import BarView, CellView, ColumnView, RowView, TableView, length_of

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
UNRANKED = "fewer than two runs: no rank is claimed"

FIRST_ROWS = 100
"""Rows in a page whose table lies in shards. One page of it, as `table-model.js` has it."""

_MOST_PUES = 12
"""Named below a table: where each run states its own, there is no end of them."""

_ROWS_WITH_BARS = range(2, 201)
"""Bars are for comparing at a glance: neither one alone nor thousands."""


def table_view(
    group: Group,
    table: Table,
    caption: str,
    row_label: str,
    url: Callable[[Row], str],
    methods_url: str = "",
) -> TableView:
    """A table as its page shows it: all its rows, or of very many runs the first.

    Args:
        url: Where a row's title leads, "" for nowhere.
        methods_url: Where the page lies that tells how ranks come about.
    """
    in_shards = table.of_runs is not None and len(table.rows) > WHOLE_UP_TO
    listed = list(table.rows[:FIRST_ROWS] if in_shards else table.rows)
    ranks = table_ranks(group, table)
    columns = tuple(
        _column_and_cells(group, shown, table, listed, ranks.get(shown.name, ()))
        for shown in table.columns
    )
    ranked = _ranked_column(group, ranks)
    rows = tuple(
        RowView(
            row.title,
            url(row),
            row.n,
            tuple(cells[i] for _, cells in columns),
            row_note(row),
            rank_words(ranks[ranked][i]) if ranked else "",
            UNRANKED if ranked and row.stats[ranked].n else NOT_MEASURED,
        )
        for i, row in enumerate(listed)
    )
    heads = tuple(head for head, _ in columns)
    ordering, spread_label = ordering_words(group), SPREADS[group.node.interval]
    return TableView(
        caption=caption,
        row_label=row_label,
        columns=heads,
        rows=rows,
        show_n=table.of_runs is None or not table.rows,
        spread_label=spread_label,
        ordering=ordering,
        ranked_by=next((head for head in heads if head.name == ranked), None),
        rank_method=METHOD if ranked else "",
        methods_url=methods_url,
        legend=tuple(legend(marks_of(group, table, rows), heads, ordering, spread_label)),
        length=length_of(len(table.rows)),
        n_rows=len(table.rows),
        rows_file=ROWS_FILE if in_shards else "",
    )


def _ranked_column(group: Group, ranks: Mapping[str, object]) -> str:
    """Name of the column that orders the rows, where it has ranks; else ""."""
    ordering = group.node.ordering_variable
    if ordering is None:
        return ""
    return next((name for name in ranks if our_name(name) == our_name(ordering)), "")


def rank_words(rank: RankInterval | None) -> str:
    """Such as "1–2" or "3"; "" where no rank is claimed."""
    if rank is None:
        return ""
    return str(rank.best) if rank.best == rank.worst else f"{rank.best}–{rank.worst}"


def _column_and_cells(
    group: Group,
    shown: Column,
    table: Table,
    rows: Sequence[Row],
    ranks: Sequence[RankInterval | None],
) -> tuple[ColumnView, tuple[CellView, ...]]:
    """A column's head, and its cell in each of the rows."""
    node = group.node
    best = best_of(group, table, shown)
    stats = [row.stats[shown.name] for row in rows]
    around = [spread(node, stat) for stat in stats]
    with_bars = table.of_runs is None and len(rows) in _ROWS_WITH_BARS
    means = [stat.mean for stat in stats]
    drawn = bars(means, around) if with_bars else (None,) * len(means)
    cells = tuple(
        _cell(
            node,
            shown,
            row,
            stat,
            around[i],
            is_best=best is not None and stat.mean == best,
            rank=rank_words(ranks[i]) if ranks else "",
            bar=drawn[i],
        )
        for i, (row, stat) in enumerate(zip(rows, stats, strict=True))
    )
    provenances = table.provenances(shown.name)
    return _column_view(group, shown, cells, provenances, has_ranks=bool(ranks)), cells


def _column_view(
    group: Group,
    shown: Column,
    cells: Sequence[CellView],
    provenances: set[Provenance],
    *,
    has_ranks: bool,
) -> ColumnView:
    present = provenances - {NOT_MEASURED}
    alike = next(iter(present)) if len(present) == 1 else ""
    return ColumnView(
        shown.name,
        shown.variable.label,
        shown.shown.unit,
        direction(group, shown),
        has_sum=shown.summable and bool(present),
        ranks_said=within_sentence(shown.variable.label) if has_ranks else "",
        provenance="" if alike == "measured" else alike,
        spread_chars=max((len(cell.spread) for cell in cells), default=0),
    )


def _cell(
    node: Node,
    shown: Column,
    row: Row,
    stat: Stat,
    around: float | None,
    *,
    is_best: bool,
    rank: str,
    bar: BarView | None,
) -> CellView:
    if stat.mean is None:
        return CellView(
            None, "", "", "", NOT_MEASURED, NOT_MEASURED, is_best=is_best, rank=rank, bar=bar
        )
    factor, digits = shown.shown.factor, shown.variable.digits
    shown_spread = None if around is None else around * factor
    text, spread_text = with_spread(stat.mean * factor, shown_spread, digits)
    return CellView(
        stat.mean * factor,
        text,
        spread_text,
        "" if stat.total is None else number(stat.total * factor, digits),
        stat.provenance,
        _cell_note(node, stat, row),
        shown_spread,
        is_best,
        rank,
        f"n = {stat.n} of {row.n}" if stat.n < row.n else "",
        bar,
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
    label = variable(group, node.ordering_variable).label
    direction = "lowest first" if node.ordering == "ascending" else "highest first"
    return f"Ordered by {within_sentence(label)}, {direction}."


def pue_note(group: Group) -> str:
    """Which PUE the energies of a group's runs include, and where it comes from."""
    sources = sorted({(run.pue, run.pue_source) for run in group.runs})
    if not sources:
        return ""
    listed = "; ".join(f"{pue:g} ({source})" for pue, source in sources[:_MOST_PUES])
    if len(sources) > _MOST_PUES:
        listed += f"; and {len(sources) - _MOST_PUES} more, up to {sources[-1][0]:g}"
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
