"""Exact sums of long columns, without making a Python number of each reading at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from math import fsum

from ..model import FloatArray

ROWS_AT_ONCE = 1 << 15


def exact_sum(n: int, rows: Callable[[slice], FloatArray]) -> float:
    """The sum of a column's values, rounded once.

    Args:
        n: How many rows it has.
        rows: Gives some of them.
    """
    parts = (rows(slice(at, at + ROWS_AT_ONCE)).tolist() for at in range(0, n, ROWS_AT_ONCE))
    return fsum(chain.from_iterable(parts))
