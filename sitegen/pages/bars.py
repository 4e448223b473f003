"""The geometry of the small bars in a table's cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .views import BarView

_PLACES = 1
"""Of a hundredth of the width: a tenth of a pixel in most columns."""


def bars(
    means: Sequence[float | None], spreads: Sequence[float | None]
) -> tuple[BarView | None, ...]:
    """A bar for each cell of a column: from zero to the mean, with the interval around it.

    All share one scale, which has zero on it. None for a cell without a figure, and for all where a scale would say
    nothing: where every figure is zero, or one is infinite.
    """
    around = [
        None if mean is None else (mean - (spread or 0.0), mean, mean + (spread or 0.0))
        for mean, spread in zip(means, spreads, strict=True)
    ]
    ends = [0.0, *(value for three in around if three is not None for value in three)]
    start, end = min(ends), max(ends)
    if not math.isfinite(end - start) or end == start:
        return (None,) * len(means)

    def place(value: float) -> float:
        return round((value - start) / (end - start) * 100.0, _PLACES)

    is_mixed = start < 0.0 < end
    return tuple(
        None
        if three is None
        else BarView(place(0.0), place(three[1]), place(three[0]), place(three[2]), is_mixed)
        for three in around
    )
