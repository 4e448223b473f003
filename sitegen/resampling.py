"""Dealing runs to two sides anew, and drawing them anew: what permutation tests and bootstraps are made of.

The places that are dealt or drawn do not depend on the figures, so those of one size serve many samples.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .model import FloatArray

Places = NDArray[np.intp]
"""Shape (ways, n)."""

_ROUNDING = 100 * np.finfo(np.float64).eps
"""Of the largest figure. Two differences of means that differ by less are equal but for rounding."""


def mean_difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """The mean over the last axis of one less that of the other."""
    difference: FloatArray = a.mean(axis=-1) - b.mean(axis=-1)
    return difference


def all_deals(n_a: int, n_b: int) -> Places:
    """All ways to deal places to two sides: those of the first side, then those of the second."""
    first = np.array(list(combinations(range(n_a + n_b), n_a)), np.intp)
    is_left = np.ones((len(first), n_a + n_b), bool)
    np.put_along_axis(is_left, first, False, axis=1)
    return np.hstack([first, np.nonzero(is_left)[1].reshape(len(first), n_b)])


def random_deals(n: int, ways: int, generator: np.random.Generator) -> Places:
    """Ways to put n places in another order."""
    return generator.permuted(np.tile(np.arange(n), (ways, 1)), axis=1)


def draws(n: int, ways: int, generator: np.random.Generator) -> Places:
    """Ways to draw n of n places, each as often as it comes."""
    return generator.integers(0, n, (ways, n))


def permutation_p(a: FloatArray, b: FloatArray, deals: Places, extra: int) -> FloatArray:
    """Two-sided p-values of the difference of means, twice the smaller one-sided.

    Args:
        a: Shape (m, n_a).
        b: Shape (m, n_b).
        deals: What becomes of the n_a + n_b places.
        extra: 1 where the deals are random, to count the runs as they are among them: so p is never 0.
    """
    n_a, n_b = a.shape[1], b.shape[1]
    both = np.hstack([a, b])
    # The sum of one side tells that of the other: the smaller is added up.
    smaller = deals[:, :n_a] if n_a <= n_b else deals[:, n_a:]
    total = both.sum(axis=1)[:, None]
    sums = both.take(smaller, axis=1).sum(axis=2)
    rest = total - sums
    differences = sums / n_a - rest / n_b if n_a <= n_b else rest / n_a - sums / n_b
    seen = mean_difference(a, b)[:, None]
    rounding = abs(both).max(axis=1)[:, None] * _ROUNDING
    below = (differences <= seen + rounding).sum(axis=1)
    above = (differences >= seen - rounding).sum(axis=1)
    rarer: NDArray[np.intp] = np.minimum(below, above)
    return np.minimum(1.0, 2 * (rarer + extra) / (len(deals) + extra))
