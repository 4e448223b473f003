"""A statement as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..latex.bib import Source, reference
from .prose import NBSP, Address, Cite, Part, ProseTable, Statement, TableRef

_SIGNS = re.compile(r"([\\`*_\[\]|])")


def as_markdown(statement: Statement) -> str:
    """Paragraphs, tables, and the sources as a numbered list."""
    sources = statement.sources
    paragraphs = [
        " ".join("".join(_part(part, sources) for part in sentence) for sentence in paragraph)
        for paragraph in statement.paragraphs
    ]
    tables = [_table(table) for table in statement.tables]
    listed = "\n".join(f"{i}. {_text(reference(source))}" for i, source in enumerate(sources, 1))
    return "\n\n".join((*paragraphs, *tables, *(("Sources:", listed) if listed else ()))) + "\n"


def _part(part: Part, sources: Sequence[Source]) -> str:
    match part:
        case TableRef():
            return "the table below"
        case Cite(cited):
            return f" \\[{', '.join(str(sources.index(source) + 1) for source in cited)}\\]"
        case Address(url):
            return f"<{url}>"
    return _text(part)


def _text(text: str) -> str:
    escaped = _SIGNS.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
    return escaped.replace(">", "&gt;").replace(NBSP, " ")


def _table(table: ProseTable) -> str:
    head = [_text(column.head) for column in table.columns]
    lines = ["---:" if column.numeric else "---" for column in table.columns]
    rows = [[_text(cell) for cell in row] for row in table.rows]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, lines, *rows))
    return f"{_text(table.caption)}\n\n{body}"
