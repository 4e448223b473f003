"""Quartiles, and where a run stands among others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.distribution import Distribution, ordinal

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40)


@given(VALUES)
def test_quartiles_are_those_of_numpy(values: list[float]) -> None:
    """Linear between values."""
    distribution = Distribution.of(values)
    assert distribution is not None
    q = distribution.quartiles
    expected = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    assert [q.low, q.first, q.median, q.third, q.high] == pytest.approx(expected, abs=1e-6)


@given(VALUES)
def test_every_value_has_a_place(values: list[float]) -> None:
    """The smallest is the lowest and the largest the highest, unless all are the same."""
    distribution = Distribution.of(values)
    assert distribution is not None
    low, high = distribution.place(min(values)), distribution.place(max(values))
    if min(values) == max(values):
        assert low == high == f"the same in all {len(values)}"
    else:
        assert low.startswith(f"lowest of {len(values)}")
        assert high.startswith(f"highest of {len(values)}")


def test_places_in_words() -> None:
    """Those in between are counted from the nearer end, and ties are named."""
    distribution = Distribution((1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0))
    assert [distribution.place(v) for v in (1.0, 2.0, 3.0, 4.0)] == [
        "lowest of 7",
        "2nd lowest of 7, as 1 other",
        "2nd highest of 7, as 2 others",
        "highest of 7",
    ]
    assert Distribution((1.0, 2.0, 3.0)).place(2.0) == "2nd of 3"


def test_no_value_is_no_distribution() -> None:
    """A figure that nobody has is left out."""
    assert Distribution.of([]) is None


def test_ordinals() -> None:
    """11th to 13th are not 11st to 13rd."""
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 101, 111, 112)
    assert " ".join(map(ordinal, numbers)) == (
        "1st 2nd 3rd 4th 11th 12th 13th 21st 101st 111th 112th"
    )
