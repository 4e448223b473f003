"""Intervals of ranks: which places of a table the data allow a row to have."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import ttest_ind
from wattboard.sitegen.ranking import RankInterval, corrected_p, holm, rank_intervals

Direction = Literal["lower", "higher"]

DIRECTIONS = st.sampled_from(["lower", "higher"])
# Tenths: some samples have no spread, some share values.
SAMPLES = st.lists(
    st.lists(st.integers(-30, 30).map(lambda tenths: tenths / 10), max_size=5),
    min_size=1,
    max_size=6,
)
ALGORITHMS = ("ppo2", "stable_baselines_results/seed_.*a2c", "dqn", "vtrace")


def pairs(ranks: list[RankInterval | None]) -> list[tuple[int, int] | None]:
    return [None if rank is None else (rank.best, rank.worst) for rank in ranks]


@given(SAMPLES, DIRECTIONS)
def test_an_interval_lies_within_the_table(samples: list[list[float]], better: Direction) -> None:
    """1 <= best <= worst <= k; a rank is claimed for every row with two values or more, and for no other."""
    k = sum(bool(values) for values in samples)
    for values, rank in zip(samples, rank_intervals(samples, better), strict=True):
        assert (rank is None) == (len(values) < 2)
        assert rank is None or 1 <= rank.best <= rank.worst <= k


@given(SAMPLES, DIRECTIONS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    samples: list[list[float]], better: Direction, shuffler: random.Random
) -> None:
    """Rows in another order have the same intervals."""
    order = list(range(len(samples)))
    shuffler.shuffle(order)
    ranks = rank_intervals(samples, better)
    assert rank_intervals([samples[i] for i in order], better) == [ranks[i] for i in order]


@given(SAMPLES)
def test_the_other_direction_counts_from_the_other_end(samples: list[list[float]]) -> None:
    """Where higher is better, best and worst are the worst and best of where lower is."""
    k = sum(bool(values) for values in samples)
    low, high = rank_intervals(samples, "lower"), rank_intervals(samples, "higher")
    assert pairs(high) == [None if r is None else (k + 1 - r.worst, k + 1 - r.best) for r in low]


@given(SAMPLES, st.floats(0.001, 0.5))
def test_ranks_are_those_of_the_definition(samples: list[list[float]], alpha: float) -> None:
    """Pair by pair with scipy's test and Holm's rule, as it is written, the same intervals come out."""
    found = _pairwise(samples)
    # Where it is equal but for rounding, neither is right.
    assume(all(abs(p * n - alpha) > 1e-9 for p in found.values() for n in range(1, 1 + len(found))))
    beaten = _rejected(found, alpha)
    k = sum(bool(values) for values in samples)
    for i, (values, rank) in enumerate(
        zip(samples, rank_intervals(samples, "lower", alpha), strict=True)
    ):
        if rank is None:
            continue
        others = [j for a, b in beaten if i in (a, b) for j in (a, b) if j != i]
        better = sum(np.mean(samples[j]) < np.mean(values) for j in others)
        assert (rank.best, rank.worst) == (1 + better, k - (len(others) - better))


def _pairwise(samples: list[list[float]]) -> dict[tuple[int, int], float]:
    found = {}
    for i, a in enumerate(samples):
        for j, b in enumerate(samples[:i]):
            if min(len(a), len(b)) > 1:
                spread = len(set(a)) > 1 or len(set(b)) > 1
                found[i, j] = float(ttest_ind(a, b, equal_var=False).pvalue) if spread else 1.0
    return found


def _rejected(p: dict[tuple[int, int], float], alpha: float) -> list[tuple[int, int]]:
    """Holm: from the smallest p-value on, until the first that is not below alpha over those that remain."""
    rejected = []
    for place, pair in enumerate(sorted(p, key=lambda pair: p[pair])):
        if not p[pair] * (len(p) - place) < alpha:
            break
        rejected.append(pair)
    return rejected


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03, 0.005: times 3, 1, 2 and 4, and never below the one before."""
    corrected = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert corrected == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.6, 0.7])) == pytest.approx([1.0, 1.0])


def test_rows_without_enough_runs() -> None:
    """One run: no rank, but it counts. No run: no rank, and it does not."""
    samples = [[1.0, 1.1, 0.9], [5.0], [], [9.0, 9.1, 8.9]]
    assert pairs(rank_intervals(samples, "lower")) == [(1, 2), None, None, (2, 3)]
    assert pairs(rank_intervals([[1.0], [2.0]], "lower")) == [None, None]
    assert rank_intervals([], "lower") == []


def test_figures_without_spread_cannot_be_told_apart() -> None:
    """Runs that all gave the same figure claim no difference; beside a row with spread they are tested."""
    assert pairs(rank_intervals([[1.0, 1.0], [2.0, 2.0]], "lower")) == [(1, 2), (1, 2)]
    third = 0.1 + 0.2  # not quite 0.3
    assert pairs(rank_intervals([[third, 0.3], [0.4, 0.4]], "lower")) == [(1, 2), (1, 2)]
    assert pairs(rank_intervals([[1.0] * 4, [2.0, 2.1, 1.9, 2.0]], "lower")) == [(1, 1), (2, 2)]


def test_equal_rows_share_all_ranks() -> None:
    """Identical samples: every rank is possible for each."""
    assert pairs(rank_intervals([[1.0, 2.0, 3.0]] * 3, "higher")) == [(1, 3)] * 3


def test_corrected_p_values_have_no_place_for_untested_rows() -> None:
    """NaN on the diagonal and for a row with one run."""
    p = corrected_p([[1.0, 2.0], [3.0], [9.0, 9.5]])
    assert np.isnan(np.diag(p)).all()
    assert np.isnan(p[1]).all()
    assert p[0, 2] == p[2, 0] == pytest.approx(ttest_ind([1, 2], [9, 9.5], equal_var=False).pvalue)


@pytest.mark.real_logs
@pytest.mark.parametrize(
    ("figure", "better", "expected"),
    [
        ("total_power", "lower", [(3, 3), (2, 2), (4, 4), (1, 1)]),
        ("AverageReturn", "higher", [(2, 3), (4, 4), (1, 1), (2, 3)]),
        ("AverageReturnPerkWh", "higher", [(2, 2), (4, 4), (3, 3), (1, 1)]),
    ],
)
def test_the_published_runs(
    shared_data: Path, figure: str, better: Direction, expected: list[tuple[int, int]]
) -> None:
    """PPO2, A2C, DQN, A2C+Vtrace: energies are told apart, the returns of PPO2 (11.06) and Vtrace (11.33) are not."""
    runs = json.loads((shared_data / "expected_pong.json").read_text())["runs"]
    samples = [
        [
            {**run["metrics"], **run["extra"]}[figure]
            for path, run in runs.items()
            if re.search(pattern, path)
        ]
        for pattern in ALGORITHMS
    ]
    assert [len(sample) for sample in samples] == [5, 5, 5, 5]
    assert pairs(rank_intervals(samples, better)) == expected
