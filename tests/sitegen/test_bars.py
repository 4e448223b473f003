"""The geometry of the bars in a table's cells."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.pages.bars import bars

FIGURES = st.lists(
    st.tuples(
        st.none() | st.floats(-1e12, 1e12, allow_subnormal=False),
        st.none() | st.floats(0, 1e12, allow_subnormal=False),
    ),
    min_size=1,
    max_size=8,
)


@given(FIGURES)
def test_a_bar_lies_within_its_column_and_its_interval_around_the_mean(
    figures: list[tuple[float | None, float | None]],
) -> None:
    """0 <= low <= mean <= high <= 100, zero too, and a cell without a figure has no bar."""
    means, spreads = zip(*figures, strict=True)
    for (mean, _), bar in zip(figures, bars(means, spreads), strict=True):
        if bar is not None:
            assert mean is not None
            assert 0 <= bar.low <= bar.mean <= bar.high <= 100
            assert 0 <= bar.zero <= 100


@given(FIGURES)
def test_zero_is_drawn_where_signs_mix_and_bars_start_there(
    figures: list[tuple[float | None, float | None]],
) -> None:
    """All of one sign: the bars begin at an end; else a line marks zero; a larger mean has its end further right."""
    means, spreads = zip(*figures, strict=True)
    drawn = [
        (mean, bar)
        for mean, bar in zip(means, bars(means, spreads), strict=True)
        if bar is not None
    ]
    ends = [m + s * (d or 0.0) for m, d in figures if m is not None for s in (-1, 1)]
    for _, bar in drawn:
        assert bar.is_mixed == (min(ends) < 0 < max(ends))
        if not bar.is_mixed:
            assert bar.zero == (0 if max(ends) > 0 else 100)
    in_order = [bar.mean for _, bar in sorted(drawn, key=lambda pair: pair[0])]
    assert in_order == sorted(in_order)


def test_a_column_that_no_scale_fits_has_no_bars() -> None:
    """All zero, or one infinite: nothing is drawn rather than something wrong."""
    assert bars([0.0, 0.0, None], [0.0, None, None]) == (None, None, None)
    assert bars([1.0, math.inf], [None, None]) == (None, None)
