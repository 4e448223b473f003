"""The shapes of a log's lines: all that is in a line but its numbers.

Two lines of one shape have the same fields in the same order, and no other text. So what was found out about one line
holds for all that are like it, and the many lines of a log are compared instead of parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .excerpt import Excerpt, excerpt

# A stranger decides on their number, and memory shall not grow with a log's variety. Real logs have a handful.
_MAX_SHAPES, _MAX_SHAPES_BYTES = 500, 16 << 20

# Digits, signs and the e of a float's exponent, also where they stand in a text.
_NUMBERS = b"0123456789eE+-."


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of all lines that differ in numbers only."""

    fields: frozenset[str]
    """The fields that they have."""
    excerpt: Excerpt | None
    """How to leave out of them what no figure needs. None: it is not much."""


def outline(data: bytes) -> bytes:
    """Lines without what may differ in lines of one shape."""
    return data.translate(None, _NUMBERS)


class Shapes:
    """The shapes of the lines that were found to be good as they are."""

    def __init__(self) -> None:
        self._known: dict[bytes, Shape] = {}
        self._bytes = 0
        self._usual = self._repeated = b""

    def get(self, line_outline: bytes) -> Shape | None:
        return self._known.get(line_outline)

    def add(self, line: bytes, line_outline: bytes, parsed: Mapping[str, Any]) -> Shape | None:
        """Note the shape of a line that is good as it is. None: there is no room for it.

        Args:
            parsed: The line.
        """
        self._bytes += len(line_outline)
        if len(self._known) >= _MAX_SHAPES or self._bytes > _MAX_SHAPES_BYTES:
            return None
        shape = Shape(frozenset(parsed), excerpt(line, parsed, outline))
        self._known[line_outline] = shape
        return shape

    def expect(self, line_outline: bytes) -> None:
        """Say that the next lines are likely to have this shape, which is known."""
        self._usual = line_outline + b"\n"
        self._repeated = b""

    def as_expected(self, outlines: bytes) -> tuple[Shape, int] | None:
        """The shape of some lines and their number, if all have the one that is expected."""
        if not self._usual:
            return None
        n, rest = divmod(len(outlines), len(self._usual))
        if rest or not n:
            return None
        if len(self._repeated) < len(outlines):
            self._repeated = self._usual * n
        if not self._repeated.startswith(outlines):
            return None
        return self._known[self._usual[:-1]], n
