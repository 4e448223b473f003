"""The cells of a table as HTML. Not a template: they are by far the most that a page has."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from .table_legend import SIGNS
from .views import BarView, CellView, ColumnView

_ABSENT = (
    '<td class="wb-absent"><span aria-hidden="true">—</span>'
    '<span class="wb-sr">not measured</span></td>'
)
_MARKS = {
    provenance: f'<i role="img" aria-label="{provenance}">{sign}</i>'
    for provenance, sign in SIGNS.items()
}


def cells(of_row: Sequence[CellView], columns: Sequence[ColumnView]) -> Markup:
    """The figures of a row, a line each."""
    found = map(_cell, of_row, columns)
    return Markup("\n".join(found))  # noqa: S704 - all that comes from strangers is escaped


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
