"""Quartiles, and what a file says of many values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.distribution import Distribution

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40)


@given(VALUES)
def test_quartiles_are_those_of_numpy(values: list[float]) -> None:
    """Linear between values."""
    distribution = Distribution.of(values)
    assert distribution is not None
    q = distribution.quartiles
    expected = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    assert [q.low, q.first, q.median, q.third, q.high] == pytest.approx(expected, abs=1e-6)


@given(VALUES, st.integers(2, 50))
def test_thinned_values_keep_both_ends(values: list[float], most: int) -> None:
    """No more values than asked for, all of them from the sample, still sorted, and the extremes among them."""
    distribution = Distribution.of(values)
    assert distribution is not None
    thinned = distribution.thinned(most)
    assert len(thinned) == min(len(values), most)
    assert list(thinned) == sorted(thinned)
    assert set(thinned) <= set(values)
    assert (thinned[0], thinned[-1]) == (min(values), max(values))


def test_no_value_is_no_distribution() -> None:
    """A figure that nobody has is left out."""
    assert Distribution.of([]) is None
