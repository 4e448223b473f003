"""Tables of text for people at a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence

WIDTH = 100
"""Columns that a line of text may take."""


def aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Lines with the rows' cells in columns.

    Args:
        rows: Each with as many cells.
        right: The numbers of columns that are flush right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cells(row, widths, right)).rstrip() for row in rows]


def _cells(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> list[str]:
    return [
        text.rjust(width) if i in right else text.ljust(width)
        for i, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
