"""The tables of the grid as they lie in `data/`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .. import data


def rows(name: str) -> Iterator[Mapping[str, str]]:
    """The rows of a table by column; "" where it says nothing.

    Args:
        name: The file's, such as "zones.csv".
    """
    with (files(data) / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def number(text: str) -> float | None:
    """A cell's number, None for an empty cell."""
    return float(text) if text else None


def whole(text: str) -> int | None:
    """A cell's whole number, None for an empty cell."""
    return int(text) if text else None


@dataclass(frozen=True, slots=True)
class Source:
    """Who a figure is from."""

    id: str
    name: str
    """As it is cited in a line of text, with the edition."""
    licence: str
    url: str


@cache
def sources() -> Mapping[str, Source]:
    """All sources by id."""
    return {
        row["id"]: Source(row["id"], row["name"], row["licence"], row["url"])
        for row in rows("grid_sources.csv")
    }
