"""One value among others: the small drawing of a run among its siblings."""

from __future__ import annotations

from markupsafe import Markup

from ..distribution import Quartiles
from .axes import drawing

_WIDTH, _HEIGHT, _ROOM = 240, 30, 9


def position(spread: Quartiles, value: float) -> Markup:
    """From the lowest to the highest value, with a box between the quartiles, and the value as a dot."""
    span = spread.high - spread.low

    def at(v: float) -> float:
        share = (v - spread.low) / span if span > 0 else 0.5
        return _ROOM + share * (_WIDTH - 2 * _ROOM)

    low, first, median, third, high = map(
        at, (spread.low, spread.first, spread.median, spread.third, spread.high)
    )
    content = (
        f'<path class="wb-box-line" d="M{low:.1f} 15H{first:.1f}M{third:.1f} 15H{high:.1f}'
        f"M{low:.1f} 10V20M{high:.1f} 10V20"
        f'M{first:.1f} 6H{third:.1f}V24H{first:.1f}ZM{median:.1f} 6V24"/>',
        f'<circle class="wb-mark wb-here" cx="{at(value):.1f}" cy="15" r="6"/>',
    )
    return drawing(_HEIGHT, content, _WIDTH, css=" wb-position")
