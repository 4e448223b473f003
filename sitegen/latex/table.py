"""Tables of text in the style of booktabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .escape import breakable, escape


@dataclass(frozen=True, slots=True)
class TableColumn:
    head: str
    width_em: float | None = None
    """Of a column of words that break into lines; None: as wide as its longest text."""
    numeric: bool = False
    """Set to the right."""


def float_table(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], caption: str, label: str
) -> str:
    """A table that floats, with its caption above; in a text of two columns it takes the width of both.

    Args:
        rows: Text, a cell a column.
        caption: LaTeX.
    """
    lines = (
        r"\begin{table*}[tbp]",
        r"\centering",
        rf"\caption{{{caption}}}\label{{{label}}}",
        r"\footnotesize\setlength{\tabcolsep}{4pt}",
        rf"\begin{{tabular}}{{@{{}}{''.join(map(_alignment, columns))}@{{}}}}",
        r"\toprule",
        _row([escape(column.head) for column in columns]),
        r"\midrule",
        *(_row([_cell(*pair) for pair in zip(columns, row, strict=True)]) for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table*}",
    )
    return "\n".join(lines) + "\n"


def _alignment(column: TableColumn) -> str:
    if column.width_em is not None:
        return f"p{{{column.width_em:g}em}}"
    return "r" if column.numeric else "l"


def _cell(column: TableColumn, text: str) -> str:
    if column.width_em is None:
        return escape(text)
    return rf"\raggedright {breakable(text)}"


def _row(cells: Sequence[str]) -> str:
    # Not by two backslashes: \raggedright gives them another meaning.
    return " & ".join(cells) + r" \tabularnewline"
