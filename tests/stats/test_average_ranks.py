"""Ranks with ties, for many samples at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata
from wattboard.sitegen.average_ranks import average_ranks
from wattboard.sitegen.inference import MOST_EXACT, TESTS, compare_pairs

FEW_VALUES = st.integers(0, 6).map(float)


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.lists(st.lists(FEW_VALUES, min_size=n, max_size=n), min_size=1)
    )
)
def test_ranks_are_those_of_scipy(rows: list[list[float]]) -> None:
    """Equal values share the mean of their places; rows do not know of each other."""
    found = average_ranks(np.array(rows))
    assert np.array_equal(found.ranks, rankdata(rows, axis=1))
    counts = [np.unique(row, return_counts=True)[1].astype(float) for row in rows]
    assert found.ties.tolist() == [float((n**3 - n).sum()) for n in counts]


@given(
    st.lists(FEW_VALUES, min_size=10, max_size=20), st.lists(FEW_VALUES, min_size=10, max_size=20)
)
def test_many_runs_are_ranked_as_by_scipy(a: list[float], b: list[float]) -> None:
    """Mann and Whitney's test without counting every way, with ties and without."""
    assert MOST_EXACT < 184_756  # ways to deal 20 runs to two sides of 10
    tests = [test for test in TESTS if test.name == "Mann–Whitney U test"]
    (comparison,) = compare_pairs([(np.array(a), np.array(b))], tests)
    (found,) = comparison.outcomes
    expected = mannwhitneyu(a, b, method="asymptotic")
    assert found.statistic == expected.statistic
    assert found.p is None or abs(found.p - expected.pvalue) < 1e-12
