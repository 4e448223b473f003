"""The shapes of marks: colour alone tells nobody apart."""

from __future__ import annotations

import math
from collections.abc import Callable

from .axes import COLOURS

Shape = Callable[[float, float], str]


def _circle(x: float, y: float) -> str:
    return f'<circle class="wb-mark" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _polygon(*corners: tuple[float, float]) -> Shape:
    """A shape by its corners around the point."""

    def shape(x: float, y: float) -> str:
        at = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
        return f'<polygon class="wb-mark" points="{at}"/>'

    return shape


def _regular(n: int, inner: float = 1.0, radius: float = 6.0) -> Shape:
    """A polygon of n corners, or a star of n rays where the inner radius is smaller."""
    steps = n if inner == 1.0 else 2 * n
    return _polygon(
        *(
            (
                radius * (1.0 if i % 2 == 0 or inner == 1.0 else inner) * math.sin(angle),
                -radius * (1.0 if i % 2 == 0 or inner == 1.0 else inner) * math.cos(angle),
            )
            for i, angle in ((i, 2 * math.pi * i / steps) for i in range(steps))
        )
    )


_CROSS = (
    (-2, -6),
    (2, -6),
    (2, -2),
    (6, -2),
    (6, 2),
    (2, 2),
    (2, 6),
    (-2, 6),
    (-2, 2),
    (-6, 2),
    (-6, -2),
    (-2, -2),
)

SHAPES: tuple[Shape, ...] = (
    _circle,
    _polygon((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    _polygon((0, -6.5), (6.5, 0), (0, 6.5), (-6.5, 0)),
    _regular(3),
    _polygon(*_CROSS),
    _polygon(*((0.71 * (dx - dy), 0.71 * (dx + dy)) for dx, dy in _CROSS)),
    _regular(5, inner=0.45, radius=7.0),
    _regular(5),
)
"""In the order of chart-figures.js: circle, square, diamond, triangle, cross, x, star, pentagon."""


SIGNS = "●■◆▲✚✖★⬟"
"""The shapes as characters, for words beside a drawing."""


def shape_index(i: int) -> int:
    """Which shape the i-th trace has. After eight traces the colours come again, with other shapes."""
    return (i + i // COLOURS) % len(SHAPES)
