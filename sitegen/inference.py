"""Whether two samples differ, by the tests of experiment-impact-tracker's `stats` module, which follow Colas et al.

Every test works on many pairs of one size at once (a row a pair): a page has hundreds of them. The same figures give
the same results: resampling begins with the same seed each time. What each test assumes is in docs/compare.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import comb, isfinite

import numpy as np
from numpy.typing import NDArray

from .average_ranks import average_ranks
from .model import FloatArray
from .probability import normal_bound, normal_tails, student_bound, student_tails
from .ranking import ALPHA, has_spread
from .resampling import (
    all_deals,
    drawn_differences,
    draws,
    mean_difference,
    permutation_p,
    random_deals,
)
from .text import count, number

RESAMPLES = 2000
MOST_EXACT = 10_000
"""Up to so many ways of dealing the runs to the two sides, all are tried."""
MOST_RESAMPLED = 1000
"""Runs on both sides together, up to which resampling is worth its time: with more, it says what Welch's test says."""
FEW_FOR_BOOTSTRAP = 20
FEW_FOR_NORMAL = 30
"""Runs a side, below which Student's t differs from the normal distribution by more than a few percent."""
_SEED = 1904_06979
_MOST_FLOATS = 100_000
"""Of resampled differences in memory at once: as many as a processor keeps close by."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test says of a pair of samples."""

    test: str
    """Its name."""
    symbol: str
    """Of the statistic."""
    statistic: float | None
    p: float | None
    """Two-sided, of this test alone. None: it could not be computed, and `note` says why."""
    low: float | None
    high: float | None
    """Confidence interval of the difference of means, where the test gives one."""
    assumes: str
    note: str
    """Why there is no p-value, or what to beware of; "" for nothing."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two samples and the tests between them. The difference is that of the means, the first less the second."""

    n: tuple[int, int]
    mean: tuple[float, float]
    difference: float
    low: float | None
    high: float | None
    """Confidence interval of the difference by Welch's test; None where that could not be computed."""
    percent: float | None
    """The difference in percent of the second mean; None where a mean is negative or that one is zero."""
    effect: float | None
    """Hedges' g: the difference in standard deviations, corrected for few runs."""
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Results of a test for many pairs: shape (m,) each."""

    statistic: FloatArray
    p: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class TwoSampleTest:
    """One of the tests."""

    name: str
    symbol: str
    assumes: str
    run: Callable[[FloatArray, FloatArray, float], _Found]
    """From samples of shapes (m, n_a) and (m, n_b), and alpha."""
    beware: Callable[[int, int, float], str]
    """What the two numbers of runs, with alpha, make of the test; "" for nothing."""
    of_ranks: bool = False
    needs_spread: bool = True
    resamples: bool = False


def compare(a: Sequence[float], b: Sequence[float], alpha: float = ALPHA) -> Comparison:
    """Compare two samples of one finite value or more each, by all tests."""
    (found,) = compare_pairs([(np.asarray(a, float), np.asarray(b, float))], alpha=alpha)
    return found


def compare_pairs(
    pairs: Sequence[tuple[FloatArray, FloatArray]],
    tests: Sequence[TwoSampleTest] | None = None,
    alpha: float = ALPHA,
) -> list[Comparison]:
    """Compare many pairs, those of the same sizes together. What is found for one does not depend on the others.

    Args:
        pairs: One finite value or more in each sample.
        tests: None for all.
    """
    found: dict[int, Comparison] = {}
    sizes = dict.fromkeys((len(a), len(b)) for a, b in pairs)
    for size in sizes:
        places = [i for i, (a, b) in enumerate(pairs) if (len(a), len(b)) == size]
        a = np.array([pairs[i][0] for i in places])
        b = np.array([pairs[i][1] for i in places])
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # Of samples that are all alike but for rounding: they are told as such.
            warnings.simplefilter("ignore", RuntimeWarning)
            of_size = list(_compare_rows(a, b, TESTS if tests is None else tests, alpha))
        found.update(zip(places, of_size, strict=True))
    return [found[i] for i in range(len(pairs))]


def smallest_p(n_a: int, n_b: int) -> float:
    """The smallest p-value that a test of ranks or permutations can give: two of all ways to deal the runs."""
    return min(1.0, 2 / comb(n_a + n_b, n_a))


def _compare_rows(
    a: FloatArray, b: FloatArray, tests: Sequence[TwoSampleTest], alpha: float
) -> Iterator[Comparison]:
    spread = has_spread(a, b) if min(a.shape[1], b.shape[1]) > 1 else np.zeros(len(a), bool)
    outcomes = [_outcomes(test, a, b, alpha, spread) for test in tests]
    effects = _hedges_g(a, b, spread).tolist()
    means_a, means_b = a.mean(axis=1).tolist(), b.mean(axis=1).tolist()
    n = a.shape[1], b.shape[1]
    for i, of_pair in enumerate(zip(*outcomes, strict=True)):
        mean_a, mean_b = means_a[i], means_b[i]
        difference = mean_a - mean_b
        interval = next((o for o in of_pair if o.test == WELCH), None)
        yield Comparison(
            n,
            (mean_a, mean_b),
            difference,
            interval and interval.low,
            interval and interval.high,
            100 * difference / mean_b if mean_a >= 0 and mean_b > 0 else None,
            _finite(effects[i]),
            of_pair,
        )


def _outcomes(
    test: TwoSampleTest,
    a: FloatArray,
    b: FloatArray,
    alpha: float,
    spread: NDArray[np.bool_],
) -> list[Outcome]:
    """A test's outcome for each row.

    Args:
        spread: Of each row, what `has_spread` says.
    """
    n_a, n_b = a.shape[1], b.shape[1]
    if min(n_a, n_b) < 2:
        return [
            _not_computed(test, f"it needs two runs on each side, found {n_a} and {n_b}")
        ] * len(a)
    if test.resamples and n_a + n_b > MOST_RESAMPLED:
        return [_not_computed(test, "left out: with so many runs it says what Welch's does")] * len(
            a
        )
    if test.of_ranks:
        a, b = _ranks(a, b)
        spread = has_spread(a, b)
    usable = spread if test.needs_spread else np.ones(len(a), bool)
    outcomes = [_not_computed(test, "the runs of each side are all alike")] * len(a)
    note = test.beware(n_a, n_b, alpha)
    places = np.flatnonzero(usable)
    if len(places):
        found = test.run(a[places], b[places], alpha)
        for row, i in enumerate(places):
            outcomes[i] = _outcome(test, found, row, note)
    return outcomes


def _outcome(test: TwoSampleTest, found: _Found, row: int, note: str) -> Outcome:
    p = _finite(found.p[row])
    if p is None:
        return _not_computed(test, "the figures are too large or too small to compute with")
    low, high = (None if end is None else _finite(end[row]) for end in (found.low, found.high))
    return Outcome(
        test.name, test.symbol, _finite(found.statistic[row]), p, low, high, test.assumes, note
    )


def _not_computed(test: TwoSampleTest, reason: str) -> Outcome:
    return Outcome(test.name, test.symbol, None, None, None, None, test.assumes, reason)


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _ranks(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each row's values as ranks among those of both sides; equal ones share their mean rank."""
    ranks = average_ranks(np.hstack([a, b])).ranks
    return ranks[:, : a.shape[1]], ranks[:, a.shape[1] :]


def _hedges_g(a: FloatArray, b: FloatArray, spread: NDArray[np.bool_]) -> FloatArray:
    """Source: L. V. Hedges, "Distribution theory for Glass's estimator of effect size" (1981), the simpler factor."""
    n_a, n_b = a.shape[1], b.shape[1]
    freedom = n_a + n_b - 2
    if min(n_a, n_b) < 2:
        return np.full(len(a), np.nan)
    squares = (n_a - 1) * a.var(axis=1, ddof=1) + (n_b - 1) * b.var(axis=1, ddof=1)
    g = (a.mean(axis=1) - b.mean(axis=1)) / np.sqrt(squares / freedom) * (1 - 3 / (4 * freedom - 1))
    return np.where(spread, g, np.nan)


def _student(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    n_a, n_b = a.shape[1], b.shape[1]
    freedom = np.full(len(a), n_a + n_b - 2.0)
    pooled = ((n_a - 1) * a.var(axis=1, ddof=1) + (n_b - 1) * b.var(axis=1, ddof=1)) / freedom
    return _by_t(a, b, np.sqrt(pooled * (1 / n_a + 1 / n_b)), freedom, alpha)


def _welch(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    n_a, n_b = a.shape[1], b.shape[1]
    of_a, of_b = a.var(axis=1, ddof=1) / n_a, b.var(axis=1, ddof=1) / n_b
    freedom = (of_a + of_b) ** 2 / (of_a**2 / (n_a - 1) + of_b**2 / (n_b - 1))
    return _by_t(a, b, np.sqrt(of_a + of_b), freedom, alpha)


def _by_t(
    a: FloatArray, b: FloatArray, error: FloatArray, freedom: FloatArray, alpha: float
) -> _Found:
    """By Student's t distribution.

    Args:
        error: Standard error of the difference of means.
    """
    difference = mean_difference(a, b)
    t = difference / error
    half = student_bound(freedom, alpha) * error
    return _Found(t, student_tails(freedom, t), difference - half, difference + half)


def _ranked_t(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    """Without the interval: it would be one of ranks."""
    found = _student(a, b, alpha)
    return _Found(found.statistic, found.p)


def _mann_whitney(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    """By the normal distribution, corrected for ties and for U being a whole number; exact where the runs are few."""
    n_a, n_b = a.shape[1], b.shape[1]
    n = n_a + n_b
    ranked = average_ranks(np.hstack([a, b]))
    of_a = ranked.ranks[:, :n_a]
    u = of_a.sum(axis=1) - n_a * (n_a + 1) / 2
    if comb(n, n_a) <= MOST_EXACT:
        return _Found(u, _permutation(of_a, ranked.ranks[:, n_a:], alpha).p)
    larger = np.maximum(u, n_a * n_b - u)
    deviation = np.sqrt(n_a * n_b / 12 * (n + 1 - ranked.ties / (n * (n - 1))))
    z = (larger - n_a * n_b / 2 - 0.5) / deviation
    return _Found(u, normal_tails(np.maximum(z, 0.0)))


def _permutation(a: FloatArray, b: FloatArray, alpha: float) -> _Found:  # noqa: ARG001
    """The share of the ways to deal the runs to the two sides that part the means as far, or farther."""
    n_a, n_b = a.shape[1], b.shape[1]
    if comb(n_a + n_b, n_a) <= MOST_EXACT:
        deals, extra = all_deals(n_a, n_b), 0
    else:
        deals, extra = random_deals(n_a, n_b, RESAMPLES, _SEED), 1
    p = [permutation_p(a[rows], b[rows], deals, extra) for rows in _chunks(len(a), len(deals))]
    return _Found(mean_difference(a, b), np.concatenate(p))


def _bootstrap(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    """Percentiles of the resampled difference, and the p-value at which their interval would just reach zero."""
    drawn = draws(a.shape[1], b.shape[1], RESAMPLES, _SEED)
    differences = np.concatenate(
        [drawn_differences(a[rows], b[rows], drawn) for rows in _chunks(len(a), RESAMPLES)]
    )
    beyond = np.minimum((differences <= 0).sum(axis=1), (differences >= 0).sum(axis=1))
    low, high = np.quantile(differences, (alpha / 2, 1 - alpha / 2), axis=1)
    p = np.minimum(1.0, 2 * (beyond + 1) / (RESAMPLES + 1))
    return _Found(mean_difference(a, b), p, low, high)


def _treatment_effect(a: FloatArray, b: FloatArray, alpha: float) -> _Found:
    """The difference of means with a normal interval, from Neyman's variance."""
    difference = mean_difference(a, b)
    error = np.sqrt(a.var(axis=1, ddof=1) / a.shape[1] + b.var(axis=1, ddof=1) / b.shape[1])
    z = difference / error
    half = normal_bound(alpha) * error
    return _Found(z, normal_tails(z), difference - half, difference + half)


def _chunks(n_rows: int, floats_a_row: int) -> Iterator[slice]:
    """Rows in parts that fit in memory."""
    step = max(1, _MOST_FLOATS // floats_a_row)
    return (slice(start, start + step) for start in range(0, n_rows, step))


def _nothing(n_a: int, n_b: int, alpha: float) -> str:  # noqa: ARG001
    return ""


def _few_to_deal(n_a: int, n_b: int, alpha: float) -> str:
    least = smallest_p(n_a, n_b)
    if least < alpha:
        return ""
    return f"with {n_a} and {count(n_b, 'run')} p cannot be below {number(least, 2)}: no difference can be found"


def _few_to_rank(n_a: int, n_b: int, alpha: float) -> str:
    least = smallest_p(n_a, n_b)
    if least < alpha:
        return ""
    return f"too optimistic with so few runs: counted exactly, p cannot be below {number(least, 2)}"


def _few_to_resample(n_a: int, n_b: int, alpha: float) -> str:  # noqa: ARG001
    return "" if min(n_a, n_b) >= FEW_FOR_BOOTSTRAP else "too optimistic with so few runs"


def _few_for_normal(n_a: int, n_b: int, alpha: float) -> str:  # noqa: ARG001
    if min(n_a, n_b) >= FEW_FOR_NORMAL:
        return ""
    return "too optimistic with so few runs: take Welch's interval"


WELCH = "Welch's t-test"
TESTS: tuple[TwoSampleTest, ...] = (
    TwoSampleTest(
        WELCH,
        "t",
        "independent runs, figures spread normally; the spreads may differ",
        _welch,
        _nothing,
    ),
    TwoSampleTest(
        "Student's t-test",
        "t",
        "independent runs, figures spread normally and equally widely on both sides",
        _student,
        _nothing,
    ),
    TwoSampleTest(
        "Mann–Whitney U test",
        "U",
        "independent runs; asks whether one side tends to higher figures, not whether means differ",
        _mann_whitney,
        _few_to_deal,
        needs_spread=False,
    ),
    TwoSampleTest(
        "Ranked t-test",
        "t",
        "as Student's, of the figures' ranks; outliers weigh less",
        _ranked_t,
        _few_to_rank,
        of_ranks=True,
    ),
    TwoSampleTest(
        "Bootstrap",
        "difference",
        "independent runs, enough of them to stand for all that could be made",
        _bootstrap,
        _few_to_resample,
        resamples=True,
    ),
    TwoSampleTest(
        "Permutation test",
        "difference",
        "independent runs; without an effect, any run could as well be one of the other side's",
        _permutation,
        _few_to_deal,
        needs_spread=False,
        resamples=True,
    ),
    TwoSampleTest(
        "Average treatment effect",
        "z",
        "runs alike but for the side they are on, enough of them for a normal mean",
        _treatment_effect,
        _few_for_normal,
    ),
)
