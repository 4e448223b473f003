"""Figures over the runs of a row."""

from __future__ import annotations

from collections.abc import Container, Sequence
from math import fsum, sqrt

from .model import Figure, Provenance, Stat, weakest


def describe(figures: Sequence[Figure], *, summable: bool) -> Stat:
    """Mean, standard error of the mean and sum of those runs that have the figure.

    Args:
        summable: Whether a sum means something.

    Returns:
        `stderr` is the sample standard deviation (n - 1) over the square root of n, None for n < 2.
    """
    present = {figure.provenance for figure in figures if figure.value is not None}
    values = [figure.value for figure in figures if figure.value is not None]
    return summary(values, present, summable=summable)


def summary(values: Sequence[float], provenances: Container[Provenance], *, summable: bool) -> Stat:
    """The same of the values that there are.

    Args:
        provenances: How they came about.
    """
    n = len(values)
    if not n:
        return Stat(None, None, None, 0, "not measured")
    total = fsum(values)
    mean = total / n
    stderr = sqrt(fsum([(v - mean) ** 2 for v in values]) / (n - 1) / n) if n > 1 else None
    return Stat(mean, stderr, total if summable else None, n, weakest(provenances))
