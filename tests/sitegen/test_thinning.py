"""Charts of very many runs draw some of them, and look the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from wattboard.sitegen.charts import AxisText
from wattboard.sitegen.plots.scatter_chart import ScatterText, ScatterTrace, scatter_chart
from wattboard.sitegen.plots.strip_chart import Strip, strip_chart
from wattboard.sitegen.plots.thinning import MOST_DRAWN, evenly, shares, spread_out

FIGURES = arrays(float, st.integers(1, 300), elements=st.floats(-1e9, 1e9, width=32))
TEXT = ScatterText(AxisText("Energy", "kWh"), AxisText("Accuracy", ""), "standard error")


@given(FIGURES, st.integers(8, 100), st.integers(0, 2**32 - 1))
def test_points_that_are_drawn_are_few_and_reach_as_far(
    x: np.ndarray, most: int, seed: int
) -> None:
    """No more than asked for, each once, in their order, with the extremes of both figures among them."""
    y = np.random.default_rng(seed).permutation(x)
    kept = spread_out(x, y, most)
    assert len(kept) <= most
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert len(x) > most or len(kept) == len(x)
    for figure in (x, y):
        assert figure[kept].min() == figure.min()
        assert figure[kept].max() == figure.max()


@given(FIGURES, st.integers(2, 100))
def test_values_that_are_drawn_are_spread_as_all_are(values: np.ndarray, most: int) -> None:
    """With both ends; where there is room for all, all."""
    kept = evenly(values, most)
    assert len(kept) == min(most, len(values))
    assert {values.min(), values.max()} <= set(values[kept].tolist())


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=50))
def test_groups_share_the_marks(counts: list[int]) -> None:
    """Each has one at least, none more than it has runs, and all together hardly more than the most."""
    found = shares(counts)
    assert all(1 <= share <= n for share, n in zip(found, counts, strict=True))
    assert sum(found) <= MOST_DRAWN + len(counts)
    assert sum(counts) > MOST_DRAWN or found == counts


def test_an_outlier_stays() -> None:
    """Points that lie over each other make room for those that stand alone."""
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=20_000), generator.normal(size=20_000)
    x[123], y[123] = 4.5, 4.5
    x[7], x[8] = -30.0, 30.0  # so that the outlier is no extreme
    y[7], y[8] = -30.0, 30.0
    assert 123 in spread_out(x, y, 500)


def _trace(n: int) -> ScatterTrace:
    x = np.random.default_rng(1).uniform(size=n)
    drawn = spread_out(x, x**2, MOST_DRAWN)
    names = tuple(map(str, drawn.tolist()))
    return ScatterTrace("All", 0, x, x**2, drawn, names, names)


@pytest.mark.parametrize("n", [MOST_DRAWN, 12_345])
def test_a_scatter_plot_says_how_many_it_draws(n: int) -> None:
    """Where not all; the words beside it count all."""
    trace = _trace(n)
    chart = scatter_chart("plot-1", TEXT, (trace,), None)
    said = [note for note in chart.notes if "drawn" in note]
    assert [note.partition(";")[0] for note in said] == (
        [] if n == MOST_DRAWN else [f"{len(trace.drawn):,} of 12,345 runs drawn"]
    )
    assert len(chart.figure["traces"][0]["x"]) == len(trace.drawn)
    assert f"Scatter plot of {n} runs" in chart.description


def test_a_strip_says_how_many_it_draws() -> None:
    """Mean and quartiles are of all runs."""
    values = np.arange(5000.0)
    drawn = evenly(values, 100)
    names = tuple(map(str, drawn.tolist()))
    chart = strip_chart(
        "strip", AxisText("Loss", ""), "", [Strip("A", 0, values, drawn, names, names)]
    )
    (row,) = chart.figure["rows"]
    assert (len(row["values"]), row["n"], row["mean"]) == (100, 5000, 2499.5)
    assert row["box"] == [0.0, 1249.75, 2499.5, 3749.25, 4999.0]
    assert any(note.startswith("100 of 5,000 runs drawn") for note in chart.notes)
