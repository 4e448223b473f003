"""Dealing runs to two sides anew, and drawing them anew: what permutation tests and bootstraps are made of.

Neither depends on the figures, so what was dealt or drawn for one number of runs serves all samples of that many. It is
kept as how often each run is on a side.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .model import FloatArray

Weights = NDArray[np.uint8]
"""Shape (ways, n): how often each of n runs is among those of a way."""

_ROUNDING = 100 * np.finfo(np.float64).eps
"""Of the largest figure. Means that differ by less are equal but for rounding."""
_KEPT = 16
"""Of each kind, 2 MB at most each: groups have as many runs as their siblings more often than not."""


def mean_difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """The mean over the last axis of one less that of the other."""
    difference: FloatArray = a.mean(axis=-1) - b.mean(axis=-1)
    return difference


@lru_cache(_KEPT)
def all_deals(n_a: int, n_b: int) -> Weights:
    """All ways to deal runs to two sides: which are on the first."""
    first = np.array(list(combinations(range(n_a + n_b), n_a)), np.intp)
    return _counts(first, n_a + n_b)


@lru_cache(_KEPT)
def random_deals(n_a: int, n_b: int, ways: int, seed: int) -> Weights:
    """Ways to put all runs in another order: which are then on the first side, whose places are the first `n_a`."""
    places = np.tile(np.arange(n_a + n_b), (ways, 1))
    np.random.default_rng(seed).permuted(places, axis=1, out=places)
    return _counts(places[:, :n_a], n_a + n_b)


@lru_cache(_KEPT)
def draws(n_a: int, n_b: int, ways: int, seed: int) -> tuple[Weights, Weights]:
    """Ways to draw, on each side, as many runs as it has, each as often as it comes."""
    generator = np.random.default_rng(seed)
    drawn = [_counts(generator.integers(0, n, (ways, n)), n) for n in (n_a, n_b)]
    return drawn[0], drawn[1]


def _counts(places: NDArray[np.integer], n: int) -> Weights:
    """How often each of n places comes in each row."""
    ways = len(places)
    in_row = places + n * np.arange(ways)[:, None]
    counts = np.bincount(in_row.ravel(), minlength=ways * n).reshape(ways, n).astype(np.uint8)
    counts.flags.writeable = False
    return counts


def permutation_p(a: FloatArray, b: FloatArray, deals: Weights, extra: int) -> FloatArray:
    """Two-sided p-values of the difference of means, twice the smaller one-sided.

    Args:
        a: Shape (m, n_a).
        b: Shape (m, n_b).
        deals: Which of the n_a + n_b runs, those of `a` first, are on the first side.
        extra: 1 where the deals are random, to count the runs as they are among them: so p is never 0.
    """
    n_a, n_b = a.shape[1], b.shape[1]
    both = np.hstack([a, b])
    sums = _sums(both, deals)
    differences = sums / n_a - (both.sum(axis=1)[:, None] - sums) / n_b
    seen = mean_difference(a, b)[:, None]
    rounding = _rounding(both)
    below = (differences <= seen + rounding).sum(axis=1)
    above = (differences >= seen - rounding).sum(axis=1)
    rarer: NDArray[np.intp] = np.minimum(below, above)
    return np.minimum(1.0, 2 * (rarer + extra) / (len(deals) + extra))


def drawn_differences(a: FloatArray, b: FloatArray, drawn: tuple[Weights, Weights]) -> FloatArray:
    """The differences of means of runs that are drawn: shape (m, ways). Exactly 0 where they are but for rounding.

    Args:
        a: Shape (m, n_a).
        b: Shape (m, n_b).
        drawn: By `draws`.
    """
    means = [_sums(side, of) / side.shape[1] for side, of in zip((a, b), drawn, strict=True)]
    differences: FloatArray = means[0] - means[1]
    differences[abs(differences) <= _rounding(np.hstack([a, b]))] = 0.0
    return differences


def _sums(values: FloatArray, ways: Weights) -> FloatArray:
    """What the figures of each row come to in each of the ways: shape (m, ways)."""
    # A product of matrices takes half as long, but adds up in an order that the number of rows has a part in.
    sums: FloatArray = np.einsum("mn,wn->mw", values, ways.astype(float))
    return sums


def _rounding(both: FloatArray) -> FloatArray:
    """By how much means of some of these may be off: shape (m, 1)."""
    largest: FloatArray = abs(both).max(axis=1)[:, None] * _ROUNDING
    return largest
