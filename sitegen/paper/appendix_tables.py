"""The tables of groups and leaves for a paper: the same figures as on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..latex.escape import escape
from ..latex.long_table import PART, Column, LongTable
from ..latex.wrapping import width_em, wrapping
from ..model import Group, Provenance, Stat
from ..pages.tables import (
    PROVENANCE_WORDS,
    SPREADS,
    mixture_notes,
    ordering_words,
    row_note,
)
from ..ratios import ratio_notes
from ..spec.model import Node
from ..table import Column as Figures
from ..table import Row, Table, main_table, spread, whole_table
from ..text import count, number, with_spread

ABSENT = "–"
_WIDEST_TITLE_EM = 10.5
_MARKS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKED: tuple[Provenance, ...] = ("estimated", "partial")


def group_table(group: Group, label: str) -> LongTable:
    """A row a child with means and sums; for a leaf a row a run, and mean and sum below."""
    table = main_table(group)
    notes = _row_notes(table)
    builder = _leaf_table if group.node.is_leaf else _children_table
    return builder(group, table, notes, label)


def _children_table(group: Group, table: Table, notes: Mapping[str, int], label: str) -> LongTable:
    cells: list[list[str]] = [[_title(row, notes), str(row.n)] for row in table.rows]
    columns = [_titles("Experiment", [line[0] for line in cells]), Column("n")]
    for figures in table.columns:
        kind = _common_kind(figures, table.rows)
        columns.append(_head(figures, kind))
        for line, row in zip(cells, table.rows, strict=True):
            line.append(_mean(group.node, figures, row, kind))
        if any(row.stats[figures.name].total is not None for row in table.rows):
            columns.append(Column("Sum", figures.shown.unit, follows=True))
            for line, row in zip(cells, table.rows, strict=True):
                line.append(_sum(figures, row.stats[figures.name], kind))
    what = f"Results of “{group.node.title}”"
    spreads = f"Means over n runs ± {SPREADS[group.node.interval]}, and sums over the runs."
    return LongTable(
        tuple(columns),
        tuple(map(tuple, cells)),
        _caption(group, table, notes, what, spreads),
        label,
        n_fixed=2,
    )


def _leaf_table(group: Group, table: Table, notes: Mapping[str, int], label: str) -> LongTable:
    kinds = [_common_kind(figures, table.rows) for figures in table.columns]
    pairs = list(zip(table.columns, kinds, strict=True))
    rows = tuple(
        (_title(row, notes), *(_mean(group.node, figures, row, kind) for figures, kind in pairs))
        for row in table.rows
    )
    what = f"The {count(len(table.rows), 'run')} of “{group.node.title}”"
    several = len(table.rows) > 1
    spreads = f"Below, the mean ± {SPREADS[group.node.interval]} and the sum." if several else ""
    return LongTable(
        (
            _titles("Run", [row[0] for row in rows]),
            *(_head(figures, kind) for figures, kind in pairs),
        ),
        rows,
        _caption(group, table, notes, what, spreads),
        label,
        last_rows=_totals(group, pairs) if several else (),
    )


def _totals(
    group: Group, pairs: Sequence[tuple[Figures, Provenance | None]]
) -> tuple[tuple[str, ...], ...]:
    whole = whole_table(group).rows[0]
    means = (_mean(group.node, figures, whole, kind) for figures, kind in pairs)
    sums = (
        "" if (stat := whole.stats[figures.name]).total is None else _sum(figures, stat, kind)
        for figures, kind in pairs
    )
    totals = (("Mean", *means), ("Sum", *sums))
    has_sums = any(whole.stats[figures.name].total is not None for figures, _ in pairs)
    return totals if has_sums else totals[:1]


def _titles(head: str, titles: Sequence[str]) -> Column:
    """A column of names, no wider than they need it."""
    widest = max(map(width_em, (head, "Mean", *titles)))
    return Column(head, width_em=round(min(widest + 0.5, _WIDEST_TITLE_EM), 1))


def _title(row: Row, notes: Mapping[str, int]) -> str:
    note = row_note(row)
    return f"{row.title} {str(notes[note]).translate(_MARKS)}" if note else row.title


def _row_notes(table: Table) -> dict[str, int]:
    """What readers must know of rows, each with its mark."""
    notes = dict.fromkeys(note for row in table.rows if (note := row_note(row)))
    return {note: i for i, note in enumerate(notes, 1)}


def _common_kind(figures: Figures, rows: Sequence[Row]) -> Provenance | None:
    """The provenance of all figures of a column, where it is one that must be said: then its head says it."""
    stats = [row.stats[figures.name] for row in rows]
    kinds = {stat.provenance for stat in stats if stat.mean is not None}
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= set(_MARKED) else None


def _head(figures: Figures, kind: Provenance | None) -> Column:
    return Column(figures.variable.label, _unit(figures, kind))


def _unit(figures: Figures, kind: Provenance | None) -> str:
    return ", ".join(filter(None, (figures.shown.unit, kind)))


def _mean(node: Node, figures: Figures, row: Row, kind: Provenance | None) -> str:
    stat = row.stats[figures.name]
    if stat.mean is None:
        return ABSENT
    factor = figures.shown.factor
    around = spread(node, stat)
    text, spread_text = with_spread(
        stat.mean * factor, None if around is None else around * factor, figures.variable.digits
    )
    of = f", n={stat.n}" if stat.n < row.n else ""
    return _marked(f"{text} ± {spread_text}" if spread_text else text, stat, kind) + of


def _sum(figures: Figures, stat: Stat, kind: Provenance | None) -> str:
    if stat.total is None:
        return ABSENT
    text = number(stat.total * figures.shown.factor, figures.variable.digits)
    return _marked(text, stat, kind)


def _marked(text: str, stat: Stat, kind: Provenance | None) -> str:
    if stat.provenance == kind:
        return text
    return {"estimated": f"≈ {text}", "partial": f"({text})"}.get(stat.provenance, text)


def _caption(group: Group, table: Table, notes: Mapping[str, int], what: str, spreads: str) -> str:
    """LaTeX, with a place for the number of a part."""
    said = [
        spreads,
        ordering_words(group),
        *_explained(table),
        *mixture_notes(group),
        *ratio_notes(table.figures, table.columns),
        *(f"{str(i).translate(_MARKS)} {note}." for note, i in notes.items()),
    ]
    return f"{wrapping(what)}{PART}. " + " ".join(escape(sentence) for sentence in said if sentence)


def _explained(table: Table) -> Iterator[str]:
    """What the signs and words mean that the table uses."""
    stats = [row.stats[figures.name] for figures in table.columns for row in table.rows]
    present = {stat.provenance for stat in stats if stat.mean is not None}
    common = {_common_kind(figures, table.rows) for figures in table.columns}
    mixed = {
        stat.provenance
        for figures in table.columns
        if _common_kind(figures, table.rows) is None
        for stat in (row.stats[figures.name] for row in table.rows)
        if stat.mean is not None
    }
    signs: Mapping[Provenance, str] = {"estimated": "≈", "partial": "In parentheses"}
    for kind in _MARKED:
        words = PROVENANCE_WORDS[kind].removeprefix(kind).lstrip(": ")
        if kind in mixed:
            yield (
                f"{signs[kind]}: {kind}, {words}."
                if kind == "partial"
                else f"{signs[kind]}: {kind} {words}."
            )
        elif kind in common and kind in present:
            yield f"{kind.capitalize()}: {words}."
    if any(stat.mean is None for stat in stats):
        yield f"{ABSENT}: not measured."
