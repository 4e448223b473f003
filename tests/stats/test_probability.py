"""Student's t and the normal distribution: as scipy has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit
from wattboard.sitegen.probability import (
    normal_bound,
    normal_tails,
    student_bound,
    student_tails,
)

FREEDOM = st.floats(1, 1e6)
VALUE = st.floats(-40, 40)
ALPHA = st.floats(1e-12, 0.999)


@given(st.lists(st.tuples(FREEDOM, VALUE), min_size=1, max_size=8))
def test_tails_of_student_are_scipys(pairs: list[tuple[float, float]]) -> None:
    """To 12 digits, in the middle and far out, many at once."""
    freedom, t = np.array(pairs).T
    expected = 2 * stdtr(freedom, -abs(t))
    # Next to 0 scipy's has 10 digits: there by the series of the distribution, whose next term is below 1e-15.
    density = np.exp(gammaln((freedom + 1) / 2) - gammaln(freedom / 2)) / np.sqrt(np.pi * freedom)
    series = 1 - 2 * density * (abs(t) - (freedom + 1) / (6 * freedom) * abs(t) ** 3)
    expected = np.where(abs(t) < 2e-4, series, expected)
    assert student_tails(freedom, t) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_tails_next_to_0() -> None:
    """Student's with one degree of freedom is Cauchy's distribution, whose tails are an arc tangent."""
    for t in (1e-12, 1.4713929939214463e-08, 1e-5, 1e-3):
        expected = 1 - 2 / np.pi * np.arctan(t)
        assert student_tails(np.array([1.0]), np.array([t])) == pytest.approx([expected], rel=1e-14)


@given(st.lists(FREEDOM, min_size=1, max_size=8), ALPHA)
def test_bounds_of_student_are_scipys(freedom: list[float], alpha: float) -> None:
    """To 12 digits, for any freedom and any alpha, those that occur twice too."""
    degrees = np.array(freedom * 2)
    # Both count digits of the probability; close to all of it, few of those tell how small the bound is.
    rel = 1e-12 / (1 - alpha)
    assert student_bound(degrees, alpha) == pytest.approx(-stdtrit(degrees, alpha / 2), rel=rel)


@given(FREEDOM, ALPHA)
def test_bounds_have_the_tails_that_were_asked_for(freedom: float, alpha: float) -> None:
    """One function is the other's inverse."""
    degrees = np.array([freedom])
    assert student_tails(degrees, student_bound(degrees, alpha)) == pytest.approx(alpha, rel=1e-12)


@given(VALUE, ALPHA)
def test_the_normal_distribution_is_scipys(z: float, alpha: float) -> None:
    """Tails and bounds, to 12 digits."""
    assert normal_tails(np.array([z]))[0] == pytest.approx(2 * ndtr(-abs(z)), rel=1e-12, abs=1e-300)
    assert normal_bound(alpha) == pytest.approx(-ndtri(alpha / 2), rel=1e-12)


def test_student_at_the_edges() -> None:
    """Nothing is beyond infinity, all is beyond zero, and what is not a number stays so; at 1 the rule changes."""
    nan, inf = float("nan"), float("inf")
    t = np.array([0.0, 5e-324, 1.0, np.nextafter(1, 0), inf, nan, 2.0])
    freedom = np.array([3.0, 3.0, 3.0, 3.0, 3.0, 3.0, nan])
    with np.errstate(all="ignore"):
        found = student_tails(freedom, t)
    expected = 2 * stdtr(3.0, -t[:4])
    assert found[:4] == pytest.approx(expected, rel=1e-12)
    assert found[4] < 1e-300
    assert np.isnan(found[5:]).all()


def test_student_where_the_gamma_functions_become_a_series() -> None:
    """Around 200 degrees of freedom nothing jumps."""
    freedom = np.array([198.0, 199.9, 200.0, 200.1, 210.0, 300.0])
    for t in (0.5, 1.96, 8.0):
        assert student_tails(freedom, np.full(6, t)) == pytest.approx(
            2 * stdtr(freedom, -t), rel=1e-12
        )


def test_student_without_a_pair() -> None:
    """Nothing in, nothing out."""
    nothing = np.array([])
    assert student_tails(nothing, nothing).shape == student_bound(nothing, 0.05).shape == (0,)


def test_what_textbooks_print() -> None:
    """12.706 for one degree of freedom, 2.776 for four, 1.960 for very many."""
    assert student_bound(np.array([1.0, 4.0]), 0.05) == pytest.approx([12.7062, 2.77645], abs=1e-4)
    assert normal_bound(0.05) == pytest.approx(1.959964, abs=1e-6)
