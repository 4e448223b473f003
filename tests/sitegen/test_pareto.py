"""The Pareto frontier: who is not beaten in both of two figures."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.pareto import frontier, steps

Better = Literal["lower", "higher"]
DIRECTIONS = st.sampled_from(["lower", "higher"])
# Few values, so that many points share one.
NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6))
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30)


def _beats(a: tuple[float, float], b: tuple[float, float], x: Better, y: Better) -> bool:
    """At least as good in both, and better in one."""
    signs = (1 if x == "lower" else -1, 1 if y == "lower" else -1)
    gains = [sign * (theirs - ours) for sign, ours, theirs in zip(signs, a, b, strict=True)]
    return min(gains) >= 0 and max(gains) > 0


@given(POINTS, DIRECTIONS, DIRECTIONS)
def test_the_frontier_is_all_that_is_not_beaten(
    points: list[tuple[float, float]], x: Better, y: Better
) -> None:
    """No point on the frontier is beaten by any, and every point off it is."""
    on_it = frontier([p[0] for p in points], [p[1] for p in points], x, y)
    assert len(set(on_it)) == len(on_it)
    for i, point in enumerate(points):
        assert any(_beats(other, point, x, y) for other in points) == (i not in on_it)


@given(POINTS, DIRECTIONS, DIRECTIONS)
def test_the_frontier_runs_from_the_best_x_to_the_best_y(
    points: list[tuple[float, float]], x: Better, y: Better
) -> None:
    """Along it x never gets better, and y never worse."""
    on_it = [points[i] for i in frontier([p[0] for p in points], [p[1] for p in points], x, y)]
    for (x0, y0), (x1, y1) in pairwise(on_it):
        assert x1 >= x0 if x == "lower" else x1 <= x0
        assert y1 <= y0 if y == "lower" else y1 >= y0


@given(POINTS, DIRECTIONS, DIRECTIONS)
def test_the_stepped_line_goes_along_the_axes_through_every_point(
    points: list[tuple[float, float]], x: Better, y: Better
) -> None:
    """Each piece of the line is level or upright, no point of the plot lies beyond it, and it ends where they end."""
    on_it = [points[i] for i in frontier([p[0] for p in points], [p[1] for p in points], x, y)]
    corners = list(zip(*steps([p[0] for p in on_it], [p[1] for p in on_it]), strict=True))
    assert all(x0 == x1 or y0 == y1 for (x0, y0), (x1, y1) in pairwise(corners))
    assert [corner for corner in corners if corner in on_it][:1] == on_it[:1]
    assert set(on_it) <= set(corners)
    # What can be had at a corner is what some point of the frontier gives, or better.
    for corner in corners:
        assert any(point == corner or _beats(point, corner, x, y) for point in on_it)


@pytest.mark.parametrize(
    ("x_better", "y_better", "expected"),
    [
        ("lower", "higher", (0, 1, 3)),
        ("lower", "lower", (0, 2)),
        ("higher", "higher", (3,)),
        ("higher", "lower", (3, 4, 2)),
    ],
)
def test_directions(x_better: Better, y_better: Better, expected: tuple[int, ...]) -> None:
    """Five methods by hand: which way is better decides who is on the frontier."""
    x, y = (1.0, 2.0, 2.0, 4.0, 3.0), (1.0, 2.0, 0.0, 3.0, 1.0)
    assert frontier(x, y, x_better, y_better) == expected


def test_equal_points_do_not_beat_each_other() -> None:
    """Two methods that are the same in both figures are both on the frontier."""
    assert frontier((1.0, 1.0, 2.0), (5.0, 5.0, 5.0), "lower", "higher") == (0, 1)
