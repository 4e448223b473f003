"""The figures of a run as HTML: tiles for the main ones, a table for the others. Not a template: see chart_html.py."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from ..model import Provenance
from .table_legend import SIGNS
from .views import FigureView

_WORDS: dict[Provenance, str] = {"reported": "reported by the run"}
_MARKS = {
    provenance: f'<span class="wb-sign" aria-hidden="true">{sign}</span><span class="wb-sr">{provenance} </span>'
    for provenance, sign in SIGNS.items()
}
"""The sign of a provenance, with its word for those who do not see the sign."""
_TABLE_HEAD = (
    '<div class="wb-box" role="region" tabindex="0" aria-labelledby="wb-figures">\n'
    '<table class="wb-table" aria-labelledby="wb-figures">\n'
    '<thead><tr><th scope="col">Figure</th><th scope="col" class="wb-num">Value</th>'
    '<th scope="col">Unit</th><th scope="col">How it came about</th></tr></thead>\n<tbody>\n'
)


def figure_tiles(figures: Sequence[FigureView]) -> Markup:
    """A tile a figure."""
    tiles = "".join([_tile(figure) for figure in figures])
    return Markup(f'<dl class="wb-tiles">\n{tiles}</dl>\n')  # noqa: S704 - all text is escaped


def _tile(figure: FigureView) -> str:
    note = f' title="{escape(figure.note)}"' if figure.note else ""
    head = f'<div{note}>\n<dt title="{escape(figure.name)}">{escape(figure.label)}</dt>\n'
    if not figure.text:
        return (
            f'{head}<dd class="wb-tile-value wb-absent">—</dd>\n'
            '<dd class="wb-tile-note">not measured</dd>\n</div>\n'
        )
    unit = f' <span class="wb-unit">{escape(figure.unit)}</span>' if figure.unit else ""
    aside = f", {escape(figure.aside)}" if figure.aside else ""
    return (
        f'{head}<dd class="wb-tile-value">{_mark(figure)}<b>{figure.text}</b>{unit}</dd>\n'
        f'<dd class="wb-tile-note">{_words(figure)}{aside}</dd>\n</div>\n'
    )


def figure_table(figures: Sequence[FigureView]) -> Markup:
    """A row a figure."""
    rows = "".join([_row(figure) for figure in figures])
    return Markup(f"{_TABLE_HEAD}{rows}</tbody>\n</table>\n</div>\n")  # noqa: S704 - all text is escaped


def _row(figure: FigureView) -> str:
    head = f'<tr>\n<th scope="row" title="{escape(figure.name)}">{escape(figure.label)}</th>\n'
    if not figure.text:
        return (
            f'{head}<td class="wb-num wb-absent" title="not measured">—</td>\n'
            "<td></td>\n<td>not measured</td>\n</tr>\n"
        )
    note = f' <span class="wb-row-note">{escape(figure.note)}</span>' if figure.note else ""
    return (
        f'{head}<td class="wb-num">{_mark(figure)}{figure.text}</td>\n'
        f"<td>{escape(figure.unit)}</td>\n<td>{_words(figure)}{note}</td>\n</tr>\n"
    )


def _mark(figure: FigureView) -> str:
    return _MARKS.get(figure.provenance, "")


def _words(figure: FigureView) -> str:
    return _WORDS.get(figure.provenance, figure.provenance)
