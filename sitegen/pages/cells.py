"""The rows of a table as HTML. Not a template: they are by far the most that a page has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from .table_legend import SIGNS
from .views import BarView, CellView, ColumnView, RowView, TableView

_ABSENT = (
    '<td class="wb-absent"><span aria-hidden="true">—</span>'
    '<span class="wb-sr">not measured</span></td>'
)
_MARKS = {
    provenance: f'<i role="img" aria-label="{provenance}">{sign}</i>'
    for provenance, sign in SIGNS.items()
}


_JOINTS = re.compile(r"([/_])")
_SHORT_NAME = 20


def breakable(name: str) -> Markup:
    """A name that, if long, may be broken behind its slashes and underscores, rather than within a word."""
    return Markup(_breakable(name))  # noqa: S704 - escaped


def _breakable(name: str) -> str:
    if len(name) <= _SHORT_NAME:
        return str(escape(name))
    # Escapes hold neither of the joints.
    return _JOINTS.sub(r"\1<wbr>", str(escape(name)))


def table_rows(table: TableView) -> Markup:
    """All rows of a table, a line a cell."""
    found = (
        f"<tr>\n{_row_head(row)}\n{_rank(table, row)}{_n(table, row)}{_cells(row.cells, table.columns)}</tr>"
        for row in table.rows
    )
    return Markup("\n".join(found))  # noqa: S704 - all that comes from strangers is escaped


def row_head(row: RowView) -> Markup:
    """What a row is called."""
    return Markup(_row_head(row))  # noqa: S704 - escaped


def _row_head(row: RowView) -> str:
    title = _breakable(row.title)
    named = f'<a href="{escape(row.url)}">{title}</a>' if row.url else title
    note = f' <span class="wb-row-note">{escape(row.note)}</span>' if row.note else ""
    return f'<th scope="row">{named}{note}</th>'


def _rank(table: TableView, row: RowView) -> str:
    if table.ranked_by is None:
        return ""
    if row.rank:
        return f"<td>{row.rank}</td>\n"
    why = escape(row.unranked)
    return (
        f'<td class="wb-absent" title="{why}"><span aria-hidden="true">—</span>'
        f'<span class="wb-sr">{why}</span></td>\n'
    )


def _n(table: TableView, row: RowView) -> str:
    return f'<td data-v="{row.n}">{row.n}</td>\n' if table.show_n else ""


def cells(of_row: Sequence[CellView], columns: Sequence[ColumnView]) -> Markup:
    """The figures of a row, a line each."""
    return Markup(_cells(of_row, columns).rstrip("\n"))  # noqa: S704 - escaped


def _cells(of_row: Sequence[CellView], columns: Sequence[ColumnView]) -> str:
    return "".join(
        [_cell(cell, column) + "\n" for cell, column in zip(of_row, columns, strict=True)]
    )


def _cell(cell: CellView, column: ColumnView) -> str:
    """data-v, data-s and data-r: its value, its spread in full, and its rank, for the scripts."""
    if not cell.text:
        return _ABSENT
    in_full = "" if cell.spread_value is None else f' data-s="{cell.spread_value}"'
    rank = f' data-r="{cell.rank}"' if cell.rank else ""
    text = f'<b>{cell.text}</b><span class="wb-sr"> best</span>' if cell.is_best else cell.text
    spread = ""
    if column.spread_chars:
        around = f" ± {cell.spread}" if cell.spread else ""
        spread = (
            f'<span class="wb-spread" style="min-width:{column.spread_chars + 1}ch">{around}</span>'
        )
    fewer = f'<span class="wb-fewer">{escape(cell.fewer)}</span>' if cell.fewer else ""
    bar = "" if cell.bar is None else _bar(cell.bar)
    mark = _MARKS.get(cell.provenance, "")
    return f'<td data-v="{cell.value}"{in_full}{rank}>{mark}{text}{spread}{fewer}{bar}</td>'


def _bar(bar: BarView) -> str:
    mean = f"M{bar.zero} 1H{bar.mean}V7H{bar.zero}z"
    interval = zero = ""
    if bar.low < bar.high:
        interval = f'<path class="wb-cell-bar-interval" d="M{bar.low} 4H{bar.high}"/>'
    if bar.is_mixed:
        zero = f'<path class="wb-cell-bar-zero" d="M{bar.zero} 0V8"/>'
    return (
        '<svg class="wb-cell-bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">'
        f'<path class="wb-cell-bar-mean" d="{mean}"/>{interval}{zero}</svg>'
    )
