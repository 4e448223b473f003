"""Text with citations, before it becomes LaTeX, Markdown or plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

from ..latex.bib import Source
from ..latex.table import TableColumn
from ..text import number

NBSP = "\u00a0"

_SMALLEST_USD = 1e-4
"""Below, an amount is written with a power of ten."""


@dataclass(frozen=True, slots=True)
class Cite:
    """A reference to sources, which stands behind a word."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """A web address."""

    url: str


@dataclass(frozen=True, slots=True)
class TableRef:
    """A reference to a table of the statement, by its label."""

    label: str


Part = str | Cite | Address | TableRef
Sentence = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ProseTable:
    caption: str
    label: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of runs or of an estimate."""

    paragraphs: tuple[tuple[Sentence, ...], ...]
    tables: tuple[ProseTable, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that are cited, in the order of their first citation."""
        return tuple(dict.fromkeys(self._cited()))

    def _cited(self) -> Iterator[Source]:
        for paragraph in self.paragraphs:
            for sentence in paragraph:
                for part in sentence:
                    if isinstance(part, Cite):
                        yield from part.sources


def cite(*sources: Source | None) -> tuple[Cite, ...]:
    """A citation of the sources that there are; nothing for none."""
    known = tuple(source for source in sources if source is not None)
    return (Cite(known),) if known else ()


def listing(items: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    listed = list(items)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} and {listed[-1]}"


def parts_listing(items: Sequence[Sequence[Part]], between: str = ", ") -> Sentence:
    """As `listing`, for items that hold citations."""
    parts: list[Part] = []
    for i, item in enumerate(items):
        if i:
            parts.append(" and " if i == len(items) - 1 else between)
        parts.extend(item)
    return tuple(parts)


def quantity(value: float, unit: str) -> str:
    """A number and its unit, on one line."""
    return f"{number(value)}{NBSP}{unit}"


def percent(share: float) -> str:
    """A share, with one decimal; never 0 or 100 for what is only nearly so.

    >>> percent(0.923), percent(1.0), percent(0.99999), percent(0.00001)
    ('92.3\\xa0%', '100\\xa0%', 'more than 99.9\\xa0%', 'less than 0.1\\xa0%')
    """
    if share in (0.0, 1.0):
        return f"{share * 100:.0f}{NBSP}%"
    if share >= 0.9995:
        return f"more than 99.9{NBSP}%"
    if share < 0.0005:
        return f"less than 0.1{NBSP}%"
    return f"{share * 100:.1f}{NBSP}%"


def usd(value: float) -> str:
    """Dollars: cents from one dollar on, below it two significant digits.

    >>> usd(47.8216), usd(-0.0231), usd(0), usd(1234567.8)
    ('US$47.82', '−US$0.023', 'US$0', 'US$1234568')
    """
    size = abs(value)
    if size == 0:
        return "US$0"
    if size >= 9999.995:
        text = f"{size:.0f}"
    elif size >= 0.995:
        text = f"{size:.2f}".removesuffix(".00")
    elif size >= _SMALLEST_USD:
        rounded = float(f"{size:.1e}")
        text = f"{rounded:.{1 - floor(log10(rounded))}f}"
    else:
        text = number(float(f"{size:.1e}"))
    return f"{'−' if value < 0 else ''}US${text}"


_WITH_ARTICLE = (
    "Bahamas",
    "Comoros",
    "Congo",
    "Gambia",
    "Maldives",
    "Netherlands",
    "Philippines",
    "Seychelles",
)
_ARTICLE_WORDS = ("Emirates", "Federation", "Islands", "Kingdom", "Republic", "States", "Territory")


def with_article(place: str) -> str:
    """A place as it reads in a sentence.

    >>> with_article("United States"), with_article("Germany"), with_article("Netherlands")
    ('the United States', 'Germany', 'the Netherlands')
    """
    if place == "World":
        return "the world"
    if ", " in place:  # "California, United States"
        return place
    words = place.replace("(", " ").replace(")", " ").split()
    needs = place.startswith(_WITH_ARTICLE) or any(word in _ARTICLE_WORDS for word in words)
    return f"the {place}" if needs and not place.lower().startswith("the ") else place
