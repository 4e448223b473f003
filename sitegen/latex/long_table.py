"""Tables of any length and width, in the style of booktabs.

A table that is too wide becomes several. One that is too long breaks across pages: by longtable in a text of one
column; in one of two, where longtable does not work, as several floats of both columns' width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .escape import escape
from .wrapping import n_lines, width_em, wrapping

WIDEST_EM = 40.0
"""Of a table's text, in its own small font: what an article of one column has, and so the styles of the venues."""

PART = "\0"
"""Where a caption says which part of a table that is split it belongs to; what follows is said of the first alone."""

_GAP_EM = 0.8
_LINES_OF_A_FLOAT = 42
_LINES_OF_A_SMALL_TABLE = 30
"""That need not break across pages."""
_NARROWEST_HEAD_EM, _WIDEST_HEAD_EM = 3.0, 9.0
_WIDEST_CELL_EM = 16.0

# The environment is chosen where the file is read, since only there the number of columns is known. The rows stand
# outside of any argument, so that tables of any length fit TeX's memory.
MACROS = r"""\makeatletter
\def\wattboardlongtable{\if@twocolumn\let\wattboard@next\wattboard@float\else
  \@ifundefined{longtable}{\let\wattboard@next\wattboard@float}{\let\wattboard@next\wattboard@long}\fi
  \wattboard@next}
\def\wattboard@long#1#2#3#4#5{\par\begingroup\footnotesize\setlength{\tabcolsep}{3pt}%
  \setlength{\LTcapwidth}{\linewidth}\def\wattboardbreak{}%
  \def\wattboardend{\end{longtable}\endgroup}%
  \begin{longtable}{#1}\caption{#3}\label{#4}\tabularnewline
  \toprule #5\midrule\endfirsthead
  \multicolumn{#2}{@{}l}{\emph{Table~\thetable, continued}}\tabularnewline
  \toprule #5\midrule\endhead
  \bottomrule\endfoot}
\def\wattboard@float#1#2#3#4#5{\par
  \edef\wattboard@begin{\noexpand\begin{table*}[\if@twocolumn tbp\else !htbp\fi]}%
  \def\wattboard@open##1{\wattboard@begin\centering##1\par\smallskip
    \footnotesize\setlength{\tabcolsep}{3pt}\begin{tabular}{#1}\toprule #5\midrule}%
  \def\wattboardend{\bottomrule\end{tabular}\end{table*}}%
  \def\wattboardbreak{\wattboardend\wattboard@open{{\footnotesize\emph{Table~\ref{#4}, continued}}}}%
  \wattboard@open{\caption{#3}\label{#4}}}
\def\wattboardhead#1#2{\parbox[b]{#1}{\raggedleft\hspace{0pt}#2}}
\def\wattboardtable{\wattboard@float}
\def\wattboardflush{\ifx\@deferlist\@empty\ifx\@dbldeferlist\@empty\else\clearpage\fi\else\clearpage\fi}
\makeatother
"""
"""To be defined once, before the first table."""


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    unit: str = ""
    """In a line of its own below the label."""
    width_em: float | None = None
    """Of a column of words, which break into lines; None for numbers, set to the right and as wide as they are."""
    follows: bool = False
    """Belongs to the column before it, such as a sum to a mean."""


@dataclass(frozen=True, slots=True)
class LongTable:
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """Text, a cell a column."""
    caption: str
    """LaTeX."""
    label: str
    last_rows: tuple[tuple[str, ...], ...] = ()
    """Such as sums, below a line."""
    n_fixed: int = 1
    """Columns that each part of a table that is split begins with."""


def long_table(table: LongTable, widest_em: float = WIDEST_EM) -> str:
    """A table as LaTeX, in as many parts as its width needs."""
    parts = [_of_columns(table, columns) for columns in _shared_out(table, widest_em)]
    return "\n".join(
        _one(part, f" (part {i} of {len(parts)})" if len(parts) > 1 else "", i)
        for i, part in enumerate(parts, 1)
    )


def _shared_out(table: LongTable, widest_em: float) -> list[list[int]]:
    """The columns of each part: as few parts as can be, and these about equally wide."""
    widths = [_width(table, i) + _GAP_EM for i in range(len(table.columns))]
    fewest = _filled(table, widths, widest_em)
    for narrower in (widest_em * share / 20 for share in range(8, 20)):
        parts = _filled(table, widths, narrower)
        if len(parts) == len(fewest):
            return parts
    return fewest


def _filled(table: LongTable, widths: Sequence[float], widest_em: float) -> list[list[int]]:
    """Columns put side by side as long as there is room; one that belongs to the one before it stays with it."""
    fixed = list(range(table.n_fixed))
    parts: list[list[int]] = []
    room = 0.0
    for pair in _pairs(table):
        needed = sum(widths[i] for i in pair)
        if needed > room:
            parts.append([*fixed])
            room = widest_em - sum(widths[i] for i in fixed)
        parts[-1] += pair
        room -= needed
    return parts or [fixed]


def _pairs(table: LongTable) -> list[list[int]]:
    pairs: list[list[int]] = []
    for i in range(table.n_fixed, len(table.columns)):
        if table.columns[i].follows and pairs:
            pairs[-1].append(i)
        else:
            pairs.append([i])
    return pairs


def _of_columns(table: LongTable, chosen: Sequence[int]) -> LongTable:
    return replace(
        table,
        columns=tuple(table.columns[i] for i in chosen),
        rows=tuple(tuple(row[i] for i in chosen) for row in table.rows),
        last_rows=tuple(
            tuple(row[i] for i in chosen)
            for row in table.last_rows
            if any(row[i] for i in chosen[table.n_fixed :])
        ),
    )


def _width(table: LongTable, i: int) -> float:
    """A column's width: that of its numbers, or of its head where a word there is wider."""
    column = table.columns[i]
    if column.width_em is not None:
        return column.width_em
    cells = max((width_em(row[i]) for row in (*table.rows, *table.last_rows)), default=0.0)
    return max(min(cells, _WIDEST_CELL_EM), _head_width(column, cells))


def _head_width(column: Column, cells_em: float) -> float:
    """Enough for the longest word, and for a label in three lines."""
    words = [width_em(word) for word in f"{column.label} ({column.unit})".split()]
    if len(column.label) <= 2 and not column.unit:
        return max(cells_em, *words) + 0.1
    wanted = max(cells_em, *words, width_em(column.label) / 2.5, _NARROWEST_HEAD_EM)
    return min(wanted + 0.3, _WIDEST_HEAD_EM)


def _one(table: LongTable, part: str, number: int) -> str:
    label = table.label if number == 1 else f"{table.label}-{number}"
    title, _, rest = table.caption.partition(PART)
    caption = f"{title}{part}{rest}" if number == 1 else f"{title}{part}."
    head = " & ".join(_head(table, i) for i in range(len(table.columns)))
    spec = "".join(_spec(column) for column in table.columns)
    kind = "longtable" if sum(_heights(table)) > _LINES_OF_A_SMALL_TABLE else "table"
    lines = [
        rf"\wattboard{kind}{{@{{}}{spec}@{{}}}}{{{len(table.columns)}}}{{{caption}}}{{{label}}}"
        rf"{{{head} \tabularnewline}}",
        *_rows(table),
        r"\wattboardend",
    ]
    return "\n".join(lines) + "\n"


def _spec(column: Column) -> str:
    return "r" if column.width_em is None else f"p{{{column.width_em:g}em}}"


def _head(table: LongTable, i: int) -> str:
    column = table.columns[i]
    label = wrapping(column.label)
    if column.width_em is not None:
        return label
    unit = rf"\\{{\normalfont({escape(column.unit)})}}" if column.unit else ""
    return rf"\wattboardhead{{{_width(table, i):.1f}em}}{{{label}{unit}}}"


def _rows(table: LongTable) -> Iterator[str]:
    lines = 0
    for row, height in zip(table.rows, _heights(table), strict=True):
        if lines and lines + height > _LINES_OF_A_FLOAT:
            yield r"\wattboardbreak"
            lines = 0
        lines += height
        yield _row(table.columns, row)
    if table.last_rows:
        yield r"\midrule"
        yield from (_row(table.columns, row) for row in table.last_rows)


def _heights(table: LongTable) -> list[int]:
    """The lines that each row takes, about."""
    return [
        max(
            n_lines(cell, column.width_em) if column.width_em else 1
            for cell, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    ]


def _row(columns: Sequence[Column], row: Sequence[str]) -> str:
    cells = (
        escape(cell) if column.width_em is None else rf"\raggedright {wrapping(cell)}"
        for column, cell in zip(columns, row, strict=True)
    )
    return " & ".join(cells) + r" \tabularnewline"
