"""Tables of numbers made into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from ..carbon import basis_of
from ..catalog import our_name
from ..metrics.energy import WELL_COVERED
from ..model import Group, RunResult, Stat
from ..ranking import METHOD, RankInterval, competes, direction, table_ranks
from ..spec.model import Node
from ..table import Column, Row, Table, column, spread
from ..text import count, number, with_spread, within_sentence
from .bars import bars
from .table_legend import legend
from .views import CellView, ColumnView, RowView, TableView, length_of

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
    """A table as its page shows it.

    Args:
        url: Where a row's title leads, "" for nowhere.
        methods_url: Where the page lies that tells how ranks come about.
    """
    ranks = table_ranks(group, table)
    columns = tuple(
        _column_and_cells(group, shown, table, ranks.get(shown.name, ())) for shown in table.columns
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
        for i, row in enumerate(table.rows)
    )
    heads = tuple(head for head, _ in columns)
    ordering, spread_label = ordering_words(group), SPREADS[group.node.interval]
    return TableView(
        caption=caption,
        row_label=row_label,
        columns=heads,
        rows=rows,
        show_n=any(not row.is_run for row in table.rows) or not table.rows,
        spread_label=spread_label,
        ordering=ordering,
        ranked_by=next((head for head in heads if head.name == ranked), None),
        rank_method=METHOD if ranked else "",
        methods_url=methods_url,
        legend=tuple(legend(heads, rows, ordering, spread_label)),
        length=length_of(len(rows)),
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
    group: Group, shown: Column, table: Table, ranks: Sequence[RankInterval | None]
) -> tuple[ColumnView, tuple[CellView, ...]]:
    """A column's head, and its cell in each row."""
    better = direction(group, shown)
    stats = [row.stats[shown.name] for row in table.rows]
    best = _best(stats, better) if competes(group) else None
    means = [stat.mean for stat in stats]
    around = [spread(group.node, stat) for stat in stats]
    with_bars = len(table.rows) in _ROWS_WITH_BARS and not any(row.is_run for row in table.rows)
    drawn = bars(means, around) if with_bars else (None,) * len(means)
    cells = tuple(
        replace(
            _cell(group.node, shown, stat, row),
            is_best=best is not None and stat.mean == best,
            rank=rank_words(ranks[i]) if ranks else "",
            bar=drawn[i],
        )
        for i, (stat, row) in enumerate(zip(stats, table.rows, strict=True))
    )
    return _column_view(shown, better, cells, has_ranks=bool(ranks)), cells


def _best(stats: Sequence[Stat], better: str) -> float | None:
    """The best mean of a column; None where it is not known which that is, or nothing to be better than.

    Nor is one claimed where it is that of a partial figure: the rest of it may be more than the lead.
    """
    having = [(stat.mean, stat.provenance) for stat in stats if stat.mean is not None]
    if len(having) < 2 or not better:
        return None
    best = min(having)[0] if better == "lower" else max(having)[0]
    return None if (best, "partial") in having else best


def _column_view(
    shown: Column,
    better: Literal["lower", "higher", ""],
    cells: Sequence[CellView],
    *,
    has_ranks: bool,
) -> ColumnView:
    provenances = {cell.provenance for cell in cells} - {NOT_MEASURED}
    alike = next(iter(provenances)) if len(provenances) == 1 else ""
    return ColumnView(
        shown.name,
        shown.variable.label,
        shown.shown.unit,
        better,
        has_sum=any(cell.total for cell in cells),
        ranks_said=within_sentence(shown.variable.label) if has_ranks else "",
        provenance="" if alike == "measured" else alike,
        spread_chars=max((len(cell.spread) for cell in cells), default=0),
    )


def _cell(node: Node, shown: Column, stat: Stat, row: Row) -> CellView:
    if stat.mean is None:
        return CellView(None, "", "", "", NOT_MEASURED, NOT_MEASURED)
    factor, digits = shown.shown.factor, shown.variable.digits
    around = spread(node, stat)
    shown_spread = None if around is None else around * factor
    text, spread_text = with_spread(stat.mean * factor, shown_spread, digits)
    return CellView(
        stat.mean * factor,
        text,
        spread_text,
        "" if stat.total is None else number(stat.total * factor, digits),
        stat.provenance,
        _cell_note(node, stat, row),
        spread_value=shown_spread,
        fewer=f"n = {stat.n} of {row.n}" if stat.n < row.n else "",
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
