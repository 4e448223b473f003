"""Which points are not beaten in both of two figures: the Pareto frontier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

Better = Literal["lower", "higher"]


def frontier(
    x: Sequence[float], y: Sequence[float], x_better: Better, y_better: Better
) -> tuple[int, ...]:
    """The points that no other beats.

    A point is beaten where another is at least as good in both figures and better in one; points that are the same in
    both do not beat each other.

    Args:
        x, y: Shape (n,) each, no NaN.

    Returns:
        Their places in x and y, from the best x to the best y.
    """
    x_sign, y_sign = _sign(x_better), _sign(y_better)
    goodness = [(x_sign * a, y_sign * b, i) for i, (a, b) in enumerate(zip(x, y, strict=True))]
    unbeaten: list[int] = []
    best_y = float("inf")  # smaller is better from here on
    for _, column in groupby(sorted(goodness), key=lambda point: point[0]):
        same_x = list(column)
        best_here = same_x[0][1]
        if best_here < best_y:
            unbeaten += [i for _, at, i in same_x if at == best_here]
            best_y = best_here
    return tuple(unbeaten)


def steps(x: Sequence[float], y: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The corners of the stepped line through a frontier: what can be had for a given x is the best y up to there.

    Args:
        x, y: The frontier's points, from the best x to the best y.
    """
    xs, ys = list(x[:1]), list(y[:1])
    for next_x, next_y in zip(x[1:], y[1:], strict=True):
        xs += [next_x, next_x]
        ys += [ys[-1], next_y]
    return tuple(xs), tuple(ys)


def _sign(better: Better) -> float:
    return 1.0 if better == "lower" else -1.0
