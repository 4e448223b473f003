"""The rows of a CSV file by the names of their columns, with their lines. Bounded, and never an error."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import Problem
from .model import ForeignFile

MAX_ROWS = 100_000
_MAX_FIELDS = 1_000
_HEAD_BYTES = 64 << 10
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is no header."""

    line: int
    """Of its end in the file, counted from 1."""
    header: tuple[str, ...]
    """The names of the columns that stand above it."""
    fields: tuple[str, ...]
    """As many as the header has, or not: see `by_name`."""

    @property
    def is_whole(self) -> bool:
        """It has a field for each column."""
        return len(self.fields) == len(self.header)

    @property
    def by_name(self) -> dict[str, str]:
        """The fields of a whole row by column, without those that are empty."""
        return {
            name: text.strip()
            for name, text in zip(self.header, self.fields, strict=True)
            if text.strip()
        }


def header_of(file: ForeignFile) -> tuple[str, ...]:
    """The names of a file's columns; empty where it begins with no row."""
    text = _text(file.data[:_HEAD_BYTES])
    return next(_records(text, delimiter_of(text)), (0, ()))[1]


def rows_of(
    file: ForeignFile, starts_header: Sequence[str] = ()
) -> tuple[list[Row], list[Problem]]:
    """The rows of a file, without empty ones.

    Args:
        starts_header: Names that a header begins with: a row that begins so further down is a header for what follows.
    """
    text = _text(file.data)
    rows: list[Row] = []
    problems: list[Problem] = []
    header: tuple[str, ...] = ()
    n_first = len(starts_header)
    for line, fields in _records(text, delimiter_of(text)):
        if not fields:
            problems.append(_unreadable(file, line))
            break
        if not header or (n_first and fields[:n_first] == tuple(starts_header)):
            header = fields
            continue
        if len(rows) >= MAX_ROWS:
            problems.append(_too_many(file, line))
            break
        rows.append(Row(line, header, fields))
    return rows, problems


def excerpt_of(*rows: Row) -> bytes:
    """A file with these rows alone, which are of one header."""
    out = io.StringIO()
    fields = (row.fields for row in rows)
    csv.writer(out, lineterminator="\n").writerows((rows[0].header, *fields))
    return out.getvalue().encode()


def excerpt_of_fields(row: Row, values: Mapping[str, str], shown: Container[str]) -> bytes:
    """A file with one row and those of its columns alone that may be shown, under which it was read.

    Args:
        values: Its fields by column, without empty ones.
    """
    names = [name for name in dict.fromkeys((*row.header, *values)) if name in shown]
    out = io.StringIO()
    fields = [values.get(name, "") for name in names]
    csv.writer(out, lineterminator="\n").writerows((names, fields))
    return out.getvalue().encode()


def delimiter_of(text: str) -> str:
    """What parts the columns: of the usual characters the one that the first line has most of."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace").replace("\0", "\ufffd")


def _records(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the line it ends on; one without fields where the text is no CSV from there on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, ()
            return
        if any(field.strip() for field in fields):
            yield reader.line_num, tuple(fields[:_MAX_FIELDS])


def _unreadable(file: ForeignFile, line: int) -> Problem:
    return Problem(
        file.path,
        "expected a row of CSV, found a field without an end",
        line,
        hint="the rows from here on are left out",
        severity="error",
    )


def _too_many(file: ForeignFile, line: int) -> Problem:
    return Problem(
        file.path,
        f"expected at most {MAX_ROWS:,} rows, found more",
        line,
        hint="the rows from here on are left out; split the file",
        severity="error",
    )
