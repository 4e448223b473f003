"""Records as the text that `json.dumps(…, indent=1)` makes of them: Python's own encoder takes ten times as long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from json.encoder import encode_basestring as string
from math import isfinite
from typing import Any

__all__ = ["batched", "record", "scalar", "string"]

BLOCK_RUNS = 500
"""Of which a file is written at once."""

Fields = Mapping[str, "str | Fields"]
"""Names to values that are text already."""


def scalar(value: Any) -> str:
    """A number, a text or null.

    Raises:
        ValueError: it is no number.
    """
    if value is None:
        return "null"
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"expected a finite number, found {value}")
        return float.__repr__(value)
    return string(value) if isinstance(value, str) else json.dumps(value)


def record(fields: Fields, depth: int) -> str:
    """An object at some depth of a document, indented but for what stands before it on its line."""
    return " " * depth + _object(fields, depth)


def _object(fields: Fields, depth: int) -> str:
    if not fields:
        return "{}"
    lines = ",".join(
        [
            _key(name, depth) + (value if isinstance(value, str) else _object(value, depth + 1))
            for name, value in fields.items()
        ]
    )
    return "{" + lines + _end(depth)


@cache
def _end(depth: int) -> str:
    return "\n" + " " * depth + "}"


@cache
def _key(name: str, depth: int) -> str:
    return "\n" + " " * (depth + 1) + string(name) + ": "


def batched(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Some of the items at a time."""
    rest = iter(items)
    while block := list(islice(rest, BLOCK_RUNS)):
        yield block
