"""Statistics over runs, their order, and the names that tell runs apart."""

from __future__ import annotations

import doctest
import itertools
import re
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen import scales, text
from wattboard.sitegen.model import ABSENT, Figure
from wattboard.sitegen.stats import describe
from wattboard.sitegen.titles import TitleRule, natural, run_titles, title_rule

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@pytest.mark.parametrize("module", [text, scales])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    """What the docstrings show is what the functions return."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(VALUES)
def test_mean_and_standard_error_are_the_usual_ones(values: list[float]) -> None:
    """Mean, s / sqrt(n) with n - 1, and sum."""
    stat = describe([Figure(v, "measured") for v in values], summable=True)
    assert stat.mean == pytest.approx(statistics.fmean(values), abs=1e-6)
    expected = statistics.stdev(values) / len(values) ** 0.5
    assert stat.stderr == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert stat.total == pytest.approx(sum(values), abs=1e-3)


def test_one_run_has_no_standard_error() -> None:
    """n = 1 is shown as one run, not as NaN or zero."""
    stat = describe([Figure(2.0, "measured")], summable=True)
    assert (stat.mean, stat.stderr, stat.n) == (2.0, None, 1)


def test_absent_figures_are_not_zeros() -> None:
    """Runs without the figure count neither in the mean nor in n, and the worst provenance is told."""
    stat = describe([Figure(2.0, "measured"), ABSENT, Figure(4.0, "estimated")], summable=False)
    assert (stat.mean, stat.n, stat.provenance, stat.total) == (3.0, 2, "estimated", None)
    assert describe([ABSENT], summable=True).mean is None


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9, exclude_min=True), st.sampled_from([None, 0, 3]))
def test_a_spread_never_reads_zero(value: float, spread: float, digits: int | None) -> None:
    """Whatever the magnitude, the digits behind ± hold at least one that is not zero."""
    _, shown = text.with_spread(value, spread, digits)
    assert any(digit in shown.split("×")[0] for digit in "123456789")


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=5))
def test_a_number_reads_back_to_four_digits(values: list[float]) -> None:
    """What is shown is the number, to four significant digits."""
    for value in values:
        shown = text.number(value).replace("−", "-")
        mantissa, _, exponent = shown.partition("×10")
        power = exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or "0"
        assert float(mantissa) * 10.0 ** int(power) == pytest.approx(value, rel=6e-4)


def test_runs_are_told_apart_by_what_differs() -> None:
    """Shared folders go, and the ending that all share; a seed keeps its word."""
    paths = [f"results/seed_{i}_dqn_gpu/Pong" for i in (0, 1, 10)]
    assert list(run_titles(paths).values()) == ["seed_0", "seed_1", "seed_10"]
    assert run_titles(["results/only"]) == {"results/only": "only"}
    assert list(run_titles(["a/x", "b/x/y"]).values()) == ["a/x", "b/x/y"]
    assert list(run_titles(["a/b", "a/b/b"]).values()) == ["b", "b/b"]
    assert list(run_titles(["_", "__"]).values()) == ["_", "__"]


_PARTS = st.lists(st.text("ab_-", min_size=1, max_size=6), min_size=1, max_size=3)


@given(st.lists(_PARTS.map("/".join), min_size=1, max_size=6, unique=True))
def test_titles_are_distinct(paths: list[str]) -> None:
    """No two runs of a leaf have the same short name, and none has an empty one."""
    titles = list(run_titles(paths).values())
    assert len(set(titles)) == len(paths)
    assert all(titles)


@given(st.lists(_PARTS.map("/".join), min_size=2, max_size=6, unique=True))
def test_titles_leave_out_all_that_runs_share(paths: list[str]) -> None:
    """The folders at both ends, then the pieces at the end of what remains, counted one by one; never all of a name."""
    parts = [path.split("/") for path in paths]
    spare = min(map(len, parts)) - 1
    head = min(_n_shared(parts), spare)
    tail = min(_n_shared([p[::-1] for p in parts]), spare - head)
    names = ["/".join(p[head : len(p) - tail]) for p in parts]
    pieces = [re.split("(?<!^)(?=[_-])", name) for name in names]
    ending = min(_n_shared([p[1:][::-1] for p in pieces]), min(map(len, pieces)) - 1)
    assert title_rule(paths) == TitleRule(head, tail, ending)
    expected = ["".join(p[: len(p) - ending]) for p in pieces]
    assert list(run_titles(paths).values()) == expected


def _n_shared(lists: list[list[str]]) -> int:
    together = zip(*lists, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda items: len(set(items)) == 1, together))


def test_seeds_are_sorted_as_numbers() -> None:
    """seed_2 comes before seed_10."""
    assert sorted(["seed_10", "seed_2", "a²", "1"], key=natural) == ["1", "a²", "seed_2", "seed_10"]
