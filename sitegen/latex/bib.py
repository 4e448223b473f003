"""Sources as BibTeX, as a bibliography that needs no BibTeX, and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .escape import ascii_latin, escape

_MANY_AUTHORS = 6
"""With more than these, a reference in text names the first alone."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be cited."""

    key: str
    kind: Literal["article", "techreport", "misc"]
    authors: tuple[str, ...]
    """People as "Family, Given", organisations by their name."""
    title: str
    year: int | None
    journal: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    """Such as "1–43"."""
    institution: str = ""
    """Of a report."""
    note: str = ""
    doi: str = ""
    url: str = ""
    """Where there is no DOI."""
    is_web_page: bool = False
    """The address is how it was published: styles that know no `url` show it, too."""


def bibtex(sources: Iterable[Source]) -> str:
    """An entry for each source, in ASCII."""
    return "\n".join(_entry(source) for source in sources)


def _entry(source: Source) -> str:
    fields = list(_fields(source))
    width = max(len(name) for name, _ in fields)
    lines = [f"  {name.ljust(width)} = {{{value}}}" for name, value in fields]
    return f"@{source.kind}{{{source.key},\n" + ",\n".join(lines) + "\n}\n"


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    yield "author", " and ".join(_bibtex_author(author) for author in source.authors)
    yield "title", f"{{{_plain(source.title)}}}"  # the inner braces keep capitals as they are
    for name in ("journal", "volume", "number", "pages", "institution", "note"):
        value: str = getattr(source, name)
        if value:
            yield name, _plain(value)
    if source.year is not None:
        yield "year", str(source.year)
    if source.is_web_page and source.url:
        yield "howpublished", rf"\url{{{source.url}}}"
        return
    for name in ("doi", "url"):
        value = getattr(source, name)
        if value:
            yield name, value


def _plain(text: str) -> str:
    latex = ascii_latin(text.replace("–", "--")).replace(r"-\/-", "--")
    # BibTeX counts braces, escaped or not.
    return latex.replace(r"\{", r"{\textbraceleft}").replace(r"\}", r"{\textbraceright}")


def _bibtex_author(author: str) -> str:
    is_person = author.count(", ") == 1
    return _plain(author) if is_person else f"{{{_plain(author)}}}"


def bibliography(sources: Iterable[Source]) -> str:
    """A `thebibliography`, for documents that shall compile without BibTeX."""
    items = [
        rf"\bibitem{{{source.key}}} {escape(citation(source))}"
        + (rf" \url{{{address(source)}}}" if address(source) else "")
        for source in sources
    ]
    return "\n".join((r"\begin{thebibliography}{9}", *items, r"\end{thebibliography}", ""))


def reference(source: Source) -> str:
    """A line of text, with the address.

    >>> reference(Source("a", "misc", ("Doe, Jane",), "A table", 2020, url="https://example.org"))
    'Doe, Jane (2020). A table. https://example.org'
    """
    return " ".join(part for part in (citation(source), address(source)) if part)


def citation(source: Source) -> str:
    """A line of text, without the address."""
    year = "" if source.year is None else f" ({source.year})"
    parts = [f"{_authors(source)}{year}", source.title, _where(source), source.note]
    return " ".join(f"{part}." for part in parts if part)


def address(source: Source) -> str:
    """Where the source is found, "" where no address is known."""
    return f"https://doi.org/{source.doi}" if source.doi else source.url


def _authors(source: Source) -> str:
    if len(source.authors) > _MANY_AUTHORS:
        return f"{source.authors[0]} et al."
    return "; ".join(source.authors)


def _where(source: Source) -> str:
    if not source.journal:
        # An organisation that publishes itself need not be named twice.
        return "" if source.institution in source.authors else source.institution
    issue = f"({source.number})" if source.number else ""
    pages = f", {source.pages}" if source.pages else ""
    return f"{source.journal} {source.volume}{issue}{pages}"
