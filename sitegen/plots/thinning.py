"""Which of very many runs a chart draws, so that its data stay small and it looks the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray

MOST_DRAWN = 2000
"""Marks of a chart; a few more where it has many groups, each of which keeps its extremes."""
_FINEST = 512
_COARSER = 0.8


def shares(counts: Sequence[int]) -> list[int]:
    """How many marks each group of a chart may have: all where there is room, else a part by its number of runs."""
    n = sum(counts)
    if n <= MOST_DRAWN:
        return list(counts)
    return [min(count, max(1, MOST_DRAWN * count // n)) for count in counts]


def spread_out(x: FloatArray, y: FloatArray, most: int) -> NDArray[np.intp]:
    """Places of points that together look like all of them.

    One a cell of the finest grid of which no more cells are filled: where points lie over each other the first is
    kept, so outliers and the outline stay. The extremes of either figure are always among them.
    """
    if len(x) <= most:
        return np.arange(len(x))
    ends = np.unique([x.argmin(), x.argmax(), y.argmin(), y.argmax()])
    across, up = _share_of_range(x), _share_of_range(y)
    cells = float(_FINEST)
    while True:
        grid = np.floor(across * cells) * (cells + 1) + np.floor(up * cells)
        _, first = np.unique(grid, return_index=True)
        if len(first) <= max(1, most - len(ends)) or cells < 1:
            return np.unique([*first.tolist(), *ends.tolist()]) if most > len(ends) else ends[:most]
        cells *= _COARSER


def evenly(values: FloatArray, most: int) -> NDArray[np.intp]:
    """Places of values that are spread as all of them are, from the lowest to the highest."""
    if len(values) <= most:
        return np.arange(len(values))
    order = np.argsort(values, kind="stable")
    kept: NDArray[np.intp] = np.sort(
        order[np.linspace(0, len(values) - 1, most).round().astype(int)]
    )
    return kept


def _share_of_range(values: FloatArray) -> FloatArray:
    low, high = values.min(), values.max()
    share: FloatArray = (values - low) / ((high - low) or 1.0)
    return share
