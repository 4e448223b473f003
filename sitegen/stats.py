"""Figures over the runs of a row."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

from .model import Figure, Stat, weakest


def describe(figures: Sequence[Figure], *, summable: bool) -> Stat:
    """Mean, standard error of the mean and sum of those runs that have the figure.

    Args:
        summable: Whether a sum means something.

    Returns:
        `stderr` is the sample standard deviation (n - 1) over the square root of n, None for n < 2.
    """
    values = [figure.value for figure in figures if figure.value is not None]
    n = len(values)
    if not n:
        return Stat(None, None, None, 0, "not measured")
    total = fsum(values)
    mean = total / n
    stderr = sqrt(fsum((v - mean) ** 2 for v in values) / (n - 1) / n) if n > 1 else None
    present = {figure.provenance for figure in figures if figure.value is not None}
    worst = weakest(present)
    return Stat(mean, stderr, total if summable else None, n, worst)
