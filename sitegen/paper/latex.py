"""A statement as LaTeX: to paste into a paper, or as a document of its own."""

from __future__ import annotations

from ..latex.bib import bibliography, bibtex
from ..latex.document import document, needs_other_fonts
from ..latex.escape import escape
from ..latex.table import float_table
from .prose import Address, Cite, Part, ProseTable, Sentence, Statement, TableRef

CITE = r"\providecommand{\citep}{\cite}"
"""To be said before the first citation."""
_ENCODED = {ord(sign): f"%{ord(sign):02X}" for sign in "{}\\ "}
_SKIPPED_FROM, _SKIPPED_TO = r"\iffalse", r"\fi"


def as_latex(statement: Statement, *, with_sources: bool) -> str:
    """LaTeX for any class, a line a sentence.

    Args:
        with_sources: Append the BibTeX entries, where LaTeX passes over them.
    """
    needed = _packages(statement)
    head = [f"% Needs {' and '.join(needed)}."] if needed else []
    text = "\n".join((*head, CITE, body(statement)))
    if needs_other_fonts(text):
        text = f"% Holds letters that pdflatex has no fonts for: use lualatex or xelatex.\n{text}"
    if not with_sources:
        return text
    sources = f"% The sources, for the paper's .bib file; LaTeX skips them here.\n{_SKIPPED_FROM}\n"
    return f"{text}\n{sources}{bibtex(statement.sources)}{_SKIPPED_TO}\n"


def body(statement: Statement) -> str:
    """The text and tables alone, for a document that has `CITE` and the packages."""
    paragraphs = "\n\n".join(
        "\n".join(map(_sentence, paragraph)) for paragraph in statement.paragraphs
    )
    tables = [_table(table) for table in statement.tables]
    return "\n".join((paragraphs, *tables)).rstrip("\n") + "\n"


def as_document(statement: Statement) -> str:
    """A document that compiles by itself, without BibTeX."""
    text = as_latex(statement, with_sources=False)
    return document(f"{text}\n{bibliography(statement.sources)}")


def _packages(statement: Statement) -> list[str]:
    has_address = any(
        isinstance(part, Address)
        for paragraph in statement.paragraphs
        for sentence in paragraph
        for part in sentence
    )
    names = [name for name, used in (("booktabs", statement.tables), ("url", has_address)) if used]
    return [rf"\usepackage{{{name}}}" for name in names]


def _sentence(sentence: Sentence) -> str:
    return "".join(map(_part, sentence))


def _part(part: Part) -> str:
    match part:
        case Cite(sources):
            return rf"~\citep{{{','.join(source.key for source in sources)}}}"
        case Address(url):
            return rf"\url{{{_url(url)}}}"
        case TableRef(label):
            return rf"Table~\ref{{{label}}}"
    return escape(part)


def _url(url: str) -> str:
    """An address as \\url takes it in a paragraph: all signs as they are, but what would end it."""
    return url.translate(_ENCODED)


def _table(table: ProseTable) -> str:
    return "\n" + float_table(table.columns, table.rows, escape(table.caption), table.label)
