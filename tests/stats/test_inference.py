"""Tests between two samples: as scipy has them, alone or many at once, and honest where the runs are few."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from wattboard.sitegen.inference import (
    MOST_RESAMPLED,
    TESTS,
    Comparison,
    Outcome,
    compare,
    compare_pairs,
    smallest_p,
)

A = [0.10, 0.12, 0.11, 0.13, 0.10]
B = [0.14, 0.11, 0.15, 0.16, 0.13, 0.17]

SAMPLE = st.lists(st.integers(-30, 30).map(lambda tenths: tenths / 10), min_size=1, max_size=5)
RANDOM = {"Bootstrap"}


def of(found: Comparison, test: str) -> Outcome:
    return next(outcome for outcome in found.outcomes if outcome.test == test)


def test_all_tests_of_the_seed_are_there() -> None:
    """Student's t, Welch's, Mann–Whitney, ranked t, bootstrap, permutation, average treatment effect."""
    assert len(compare(A, B).outcomes) == len(TESTS) == 7
    assert all(outcome.p is not None and outcome.assumes for outcome in compare(A, B).outcomes)


def test_t_tests_are_scipys() -> None:
    """Statistic, p and interval of Student's and Welch's test; the difference has Welch's interval."""
    found = compare(A, B)
    for name, equal in (("Student's t-test", True), ("Welch's t-test", False)):
        expected = stats.ttest_ind(A, B, equal_var=equal)
        interval = expected.confidence_interval(0.95)
        outcome = of(found, name)
        assert (outcome.statistic, outcome.p) == pytest.approx(
            (expected.statistic, expected.pvalue)
        )
        assert (outcome.low, outcome.high) == pytest.approx((interval.low, interval.high))
    assert (found.low, found.high) == (
        of(found, "Welch's t-test").low,
        of(found, "Welch's t-test").high,
    )


def test_tests_of_ranks_are_scipys() -> None:
    """Mann–Whitney is exact for few runs; the ranked t-test is Student's of the ranks."""
    a, b = [1.0, 2.5, 3.0, 9.0], [2.0, 4.0, 5.0, 7.0, 8.0]
    found = compare(a, b)
    exact = stats.mannwhitneyu(a, b, method="exact")
    outcome = of(found, "Mann–Whitney U test")
    assert (outcome.statistic, outcome.p) == pytest.approx((exact.statistic, exact.pvalue))
    ranks = stats.rankdata(a + b)
    assert of(found, "Ranked t-test").p == pytest.approx(
        stats.ttest_ind(ranks[:4], ranks[4:]).pvalue
    )


def test_many_runs_are_not_counted_exactly() -> None:
    """Mann–Whitney's normal approximation, and random permutations that agree with Welch's test."""
    generator = np.random.default_rng(1)
    a, b = generator.normal(0, 1, 40), generator.normal(0.5, 1, 50)
    found = compare(a.tolist(), b.tolist())
    expected = stats.mannwhitneyu(a, b, method="asymptotic").pvalue
    assert of(found, "Mann–Whitney U test").p == pytest.approx(expected)
    welch = of(found, "Welch's t-test").p
    for name in ("Permutation test", "Bootstrap", "Average treatment effect"):
        assert of(found, name).p == pytest.approx(welch, abs=0.02)
        assert of(found, name).note == ""


def test_the_permutation_test_tries_all_ways() -> None:
    """Three and three runs, all of one side below: 2 of 20 ways are as far apart."""
    found = compare([1.0, 2.0, 3.0], [4.0, 6.0, 5.0])
    assert smallest_p(3, 3) == 0.1
    for name in ("Permutation test", "Mann–Whitney U test"):
        assert of(found, name).p == pytest.approx(0.1)
        assert "cannot be below 0.10" in of(found, name).note
    assert "too optimistic" in of(found, "Ranked t-test").note


def test_the_average_treatment_effect() -> None:
    """The difference of means ± 1.96 standard errors, with the sample variances (n - 1)."""
    error = (np.var(A, ddof=1) / len(A) + np.var(B, ddof=1) / len(B)) ** 0.5
    difference = np.mean(A) - np.mean(B)
    effect = of(compare(A, B), "Average treatment effect")
    expected = (difference - 1.959964 * error, difference + 1.959964 * error)
    assert (effect.low, effect.high) == pytest.approx(expected)


def test_the_bootstrap_brackets_the_difference() -> None:
    """The interval of resampled differences holds the difference; p tells whether it holds zero."""
    outcome = of(compare(A, B), "Bootstrap")
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.p is not None
    assert outcome.low < np.mean(A) - np.mean(B) < outcome.high < 0
    assert outcome.p < 0.05


def test_hedges_g() -> None:
    """The difference over the pooled standard deviation, times 1 - 3 / (4 df - 1)."""
    pooled = ((4 * np.var(A, ddof=1) + 5 * np.var(B, ddof=1)) / 9) ** 0.5
    assert compare(A, B).effect == pytest.approx((np.mean(A) - np.mean(B)) / pooled * (1 - 3 / 35))


@settings(max_examples=40)
@given(st.lists(st.tuples(SAMPLE, SAMPLE), min_size=1, max_size=4))
def test_what_is_found_does_not_depend_on_the_others(
    pairs: list[tuple[list[float], list[float]]],
) -> None:
    """Pairs compared together have the results that each has alone, and the same every time."""
    together = compare_pairs([(np.array(a), np.array(b)) for a, b in pairs])
    assert together == [compare(a, b) for a, b in pairs]


@settings(max_examples=40)
@given(SAMPLE, SAMPLE)
def test_the_sides_may_be_swapped(a: list[float], b: list[float]) -> None:
    """B - A has the same p-values (random ones apart), and the interval with the other sign."""
    one, other = compare(a, b), compare(b, a)
    assert other.difference == pytest.approx(-one.difference)
    for left, right in zip(one.outcomes, other.outcomes, strict=True):
        assert (left.p is None) == (right.p is None)
        if left.p is not None and left.test not in RANDOM:
            assert right.p == pytest.approx(left.p, abs=1e-9)
            if left.low is not None:
                assert right.high == pytest.approx(-left.low, abs=1e-9)


@settings(max_examples=60)
@given(SAMPLE, SAMPLE)
def test_every_test_answers_or_says_why_not(a: list[float], b: list[float]) -> None:
    """A p-value from 0 to 1 or a reason, without a warning of scipy's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare(a, b)
    for outcome in found.outcomes:
        assert outcome.note if outcome.p is None else 0 <= outcome.p <= 1
        assert (outcome.low is None) == (outcome.high is None)


def test_one_run_on_a_side_is_no_error() -> None:
    """Means and difference are there; no test is."""
    found = compare([1.0], [2.0, 4.0])
    assert (found.difference, found.percent, found.low, found.effect) == (
        -2.0,
        pytest.approx(-66.667, abs=1e-3),
        None,
        None,
    )
    for outcome in found.outcomes:
        assert outcome.p is None
        assert outcome.note == "it needs two runs on each side, found 1 and 2"


def test_sides_without_spread() -> None:
    """Where the runs of each side are alike, tests of spread say so; counting still works."""
    found = compare([1.0] * 3, [2.0] * 3)
    computed = {outcome.test: outcome.p for outcome in found.outcomes if outcome.p is not None}
    assert computed == {
        "Mann–Whitney U test": pytest.approx(0.1),
        "Permutation test": pytest.approx(0.1),
    }
    assert of(found, "Welch's t-test").note == "the runs of each side are all alike"
    assert of(compare([1.0] * 3, [1.0] * 3), "Permutation test").p == 1.0


def test_percent_only_of_what_is_positive() -> None:
    """A negative mean makes no percentage."""
    assert compare([3.0, 3.1], [2.0, 2.1]).percent == pytest.approx(48.78, abs=0.01)
    assert compare([3.0, 3.1], [-2.0, -2.1]).percent is None
    assert compare([-3.0, -3.1], [2.0, 2.1]).percent is None


def test_very_many_runs_are_not_resampled() -> None:
    """What resampling would say, Welch's test says as well."""
    a = np.random.default_rng(0).normal(size=MOST_RESAMPLED)
    found = compare(a.tolist(), (a + 1).tolist())
    assert {o.test for o in found.outcomes if o.p is None} == {"Bootstrap", "Permutation test"}
