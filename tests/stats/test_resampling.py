"""Permutations and bootstraps: as scipy has them."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from wattboard.sitegen.inference import MOST_EXACT, RESAMPLES, TESTS, Outcome, compare
from wattboard.sitegen.model import FloatArray
from wattboard.sitegen.resampling import (
    all_deals,
    drawn_differences,
    draws,
    permutation_p,
    random_deals,
)

SEED = 1904_06979


def difference(a: FloatArray, b: FloatArray, axis: int) -> FloatArray:
    found: FloatArray = np.mean(a, axis=axis) - np.mean(b, axis=axis)
    return found


def samples(seed: int, n_a: int, n_b: int) -> tuple[FloatArray, FloatArray]:
    generator = np.random.default_rng(seed)
    return generator.normal(0, 1, n_a), generator.normal(0.5, 2, n_b)


def outcome(a: FloatArray, b: FloatArray, test: str) -> Outcome:
    found = compare(a.tolist(), b.tolist())
    assert any(known.name == test for known in TESTS)
    return next(of for of in found.outcomes if of.test == test)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 6))
def test_exact_permutations_are_scipys(seed: int, n_a: int, n_b: int) -> None:
    """All ways to deal the runs give scipy's p, as a share of whole ways."""
    a, b = samples(seed, n_a, n_b)
    expected = stats.permutation_test((a, b), difference, vectorized=True, n_resamples=MOST_EXACT)
    assert outcome(a, b, "Permutation test").p == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_random_permutations_and_draws_are_scipys(seed: int) -> None:
    """From the same generator come the same p and the same interval."""
    a, b = samples(seed, 12, 15)
    assert comb(27, 12) > MOST_EXACT
    permuted = stats.permutation_test(
        (a, b),
        difference,
        vectorized=True,
        n_resamples=RESAMPLES,
        random_state=np.random.default_rng(SEED),
    )
    assert outcome(a, b, "Permutation test").p == pytest.approx(permuted.pvalue, rel=1e-12)
    drawn = stats.bootstrap(
        (a, b),
        difference,
        vectorized=True,
        n_resamples=RESAMPLES,
        method="percentile",
        random_state=np.random.default_rng(SEED),
    )
    bootstrapped = outcome(a, b, "Bootstrap")
    assert (bootstrapped.low, bootstrapped.high) == pytest.approx(
        tuple(drawn.confidence_interval), rel=1e-12
    )


@given(st.integers(1, 6), st.integers(1, 6))
def test_deals_are_all_there_are(n_a: int, n_b: int) -> None:
    """Each way to choose the first side is there once, and nobody is on both sides or on none."""
    deals = all_deals(n_a, n_b)
    assert len(set(map(tuple, deals.tolist()))) == len(deals) == comb(n_a + n_b, n_a)
    assert (deals.sum(axis=1) == n_a).all()
    assert deals.max() == 1


def test_random_ways_have_as_many_runs_as_there_are() -> None:
    """A random deal has each run once; a draw may have one twice, and another not at all."""
    deals = random_deals(3, 4, 50, 0)
    assert (deals.sum(axis=1) == 3).all()
    assert deals.max() == 1
    assert (deals.sum(axis=0) > 0).all()
    for drawn, n in zip(draws(7, 2, 50, 0), (7, 2), strict=True):
        assert drawn.shape == (50, n)
        assert (drawn.sum(axis=1) == n).all()
        assert drawn.max() > 1
        assert drawn.min() == 0


def test_draws_that_differ_by_rounding_are_equal() -> None:
    """Whatever the order in which figures are added up: draws of the same figures do not differ at all."""
    a = np.array([[0.1, 0.2, 0.3, 0.7]])
    found = drawn_differences(a, a[:, ::-1], draws(4, 4, 2000, SEED))
    equal = found[abs(found) < 1e-12]
    assert len(equal) > 100
    assert (equal == 0).all()


def test_the_deal_as_it_is_counts_among_all() -> None:
    """However large the figures beside their difference: p is at least two of all ways."""
    a, b = (
        np.array([[1e6 + 5.1, 1e6 + 4.7, 1e6 + 6.3]]),
        np.array([[1e6 + 1.2, 1e6 + 0.3, 1e6 + 2.9]]),
    )
    assert permutation_p(a, b, all_deals(3, 3), 0)[0] == pytest.approx(0.1)
