"""A statement as plain text, a line a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from ..latex.bib import Source, reference
from .prose import NBSP, Address, Cite, Part, ProseTable, Statement, TableRef


def as_text(statement: Statement) -> str:
    """Paragraphs, tables, and the sources by number."""
    sources = statement.sources
    paragraphs = [
        " ".join("".join(_part(part, sources) for part in sentence) for sentence in paragraph)
        for paragraph in statement.paragraphs
    ]
    tables = [_table(table) for table in statement.tables]
    listed = "\n".join(f"[{i}] {reference(source)}" for i, source in enumerate(sources, 1))
    blocks = (*paragraphs, *tables, *((listed,) if listed else ()))
    return "\n\n".join(blocks).replace(NBSP, " ") + "\n"


def _part(part: Part, sources: Sequence[Source]) -> str:
    match part:
        case TableRef():
            return "the table below"
        case Cite(cited):
            return f" [{', '.join(str(sources.index(source) + 1) for source in cited)}]"
        case Address(url):
            return url
    return part


def _table(table: ProseTable) -> str:
    rows = [[column.head for column in table.columns], *table.rows]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join((table.caption, *lines))
