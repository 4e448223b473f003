"""How likely values of Student's t and of the normal distribution are, and which values are how likely.

Only what the tests need, by numpy alone: importing SciPy for it took longer than reading 200 MB of logs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, gamma, pi, sqrt
from statistics import NormalDist

import numpy as np

from .model import FloatArray

_MOST_STEPS = 60
_CLOSE = 1e-7
"""Of a step by which digits double: what is left after it is the square of it."""
_STIRLING_FROM = 100.0
_ROOT_PI = sqrt(pi)


def normal_tails(z: FloatArray) -> FloatArray:
    """The probability that a standard normal value is |z| or more from zero. NaN stays NaN."""
    return _each(lambda value: erfc(abs(value) / sqrt(2)), z)


def normal_bound(alpha: float) -> float:
    """How far from zero a standard normal value is with a probability of alpha, 0 < alpha < 1."""
    return -NormalDist().inv_cdf(alpha / 2)


def student_tails(freedom: FloatArray, t: FloatArray) -> FloatArray:
    """The probability that a value of Student's t distribution is |t| or more from zero, to some 13 digits.

    Args:
        freedom: Degrees of freedom, shape (m,), 1 or more.
        t: Shape (m,). Where either is NaN, so is the result.
    """
    # Squares of larger ones are none any more; what is beyond has no probability worth a number.
    t = np.minimum(abs(t), 1e150)
    shares = t**2 / freedom
    ratios = _gamma_ratios(freedom / 2)
    near = t < 1
    far = ~near
    p = np.empty(len(t))
    p[near] = _from_centre(freedom[near], t[near], ratios[near])
    p[far] = _from_end(freedom[far], shares[far], ratios[far])
    return p


def student_bound(freedom: FloatArray, alpha: float) -> FloatArray:
    """How far from zero a value of Student's t distribution is with a probability of alpha.

    Args:
        freedom: As for `student_tails`.
        alpha: 0 < alpha < 1.
    """
    z = normal_bound(alpha)
    freedom, places = np.unique(freedom, return_inverse=True)
    # From the first terms for many degrees of freedom on by Newton's method for the logarithms of both: that curve
    # bends one way only, so that no step leads away.
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    ratios = _gamma_ratios(freedom / 2)
    is_open = np.ones(len(t), bool)
    for _ in range(_MOST_STEPS):
        p = student_tails(freedom, t)
        step = np.log(p / alpha) * p / (2 * t * _density(freedom, t, ratios))
        # Each stops where it would stop alone: what is found for one shall not depend on the others.
        t = np.where(is_open, t * np.exp(step), t)
        is_open &= abs(step) > _CLOSE
        if not is_open.any():
            break
    return t[places]


def _density(freedom: FloatArray, t: FloatArray, ratios: FloatArray) -> FloatArray:
    exponent = (freedom + 1) / 2 * np.log1p(t**2 / freedom)
    return ratios / (np.sqrt(freedom) * _ROOT_PI) * np.exp(-exponent)


def _from_centre(freedom: FloatArray, t: FloatArray, ratios: FloatArray) -> FloatArray:
    """One less the integral of the density from -t to t: for small t, where little is lost by it."""
    share, weight = _BETWEEN
    heights = _density(freedom[:, None], t[:, None] * share, ratios[:, None])
    outside: FloatArray = 1 - 2 * t * (heights * weight).sum(axis=1)
    return outside


def _from_end(freedom: FloatArray, shares: FloatArray, ratios: FloatArray) -> FloatArray:
    """The incomplete beta function I_x(a, 1/2), x = 1 / (1 + t^2 / freedom), a = freedom / 2.

    Put x exp(-v / a) for the variable of its integral (https://dlmf.nist.gov/8.17.E1), and it is
    x^a / (a B(a, 1/2)) times the integral of exp(-v) / sqrt(1 - x exp(-v / a)) over all v > 0.
    """
    v, weight = _BEYOND
    a = freedom / 2
    x, rest = 1 / (1 + shares), shares / (1 + shares)
    below = rest[:, None] - x[:, None] * np.expm1(-v / a[:, None])
    integral: FloatArray = (weight / np.sqrt(below)).sum(axis=1)
    return ratios / (a * _ROOT_PI) * np.exp(-a * np.log1p(shares)) * integral


def _gamma_ratios(a: FloatArray) -> FloatArray:
    """gamma(a + 1/2) / gamma(a)."""
    return _each(_gamma_ratio, a)


def _gamma_ratio(a: float) -> float:
    if not a >= _STIRLING_FROM:
        return gamma(a + 0.5) / gamma(a)
    u = 1 / a  # https://dlmf.nist.gov/5.11.E13
    return sqrt(a) * (1 - u * (1 / 8 - u * (1 / 128 + u * (5 / 1024 - u * 21 / 32768))))


def _each(of: Callable[[float], float], values: FloatArray) -> FloatArray:
    return np.array([of(value) for value in values.tolist()], float)


def _between() -> tuple[FloatArray, FloatArray]:
    """Places from 0 to 1 and their weights, for the integral of a smooth function: the tanh-sinh rule."""
    s = np.arange(-3.15, 3.2, 0.15)
    y = pi * np.sinh(s)
    places = 1 / (1 + np.exp(-y))
    return places, 0.15 * pi * np.cosh(s) * places / (1 + np.exp(y))


def _beyond() -> tuple[FloatArray, FloatArray]:
    """Places from 0 on and their weights, for the integral of exp(-v) times a smooth function.

    Source: H. Takahasi and M. Mori, "Double exponential formulas for numerical integration" (1974).
    """
    s = np.arange(-3.6, 3.75, 0.2)
    v = np.exp(s - np.exp(-s))
    return v, 0.2 * v * (1 + np.exp(-s)) * np.exp(-v)


_BETWEEN = _between()
_BEYOND = _beyond()
