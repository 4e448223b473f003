"""Ranks in which equal values share a place, for many samples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .model import FloatArray


@dataclass(frozen=True, slots=True)
class Ranked:
    ranks: FloatArray
    """Shape (m, n). From 1 on in each row; equal values have the mean of their places."""
    ties: FloatArray
    """Shape (m,). Sum of t^3 - t over the numbers t of values that are equal."""


def average_ranks(values: FloatArray) -> Ranked:
    """The ranks within each row of an array of shape (m, n), n >= 1, without NaN."""
    m, n = values.shape
    order = np.argsort(values, axis=1)
    in_order = np.take_along_axis(values, order, axis=1)
    is_new = np.ones((m, n), bool)
    is_new[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    first = np.flatnonzero(is_new)
    counts = np.diff(first, append=m * n)
    ranks = np.empty((m, n))
    of_group = first % n + (counts + 1) / 2
    np.put_along_axis(ranks, order, np.repeat(of_group, counts).reshape(m, n), axis=1)
    sizes = counts.astype(float)
    ties: FloatArray = np.bincount(first // n, weights=sizes**3 - sizes, minlength=m).astype(float)
    return Ranked(ranks, ties)
