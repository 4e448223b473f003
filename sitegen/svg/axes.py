"""Axes, and the frame that a chart is drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from markupsafe import Markup, escape

from ..model import FloatArray
from ..text import number

WIDTH = 560
COLOURS = 8
_TICKS = 6
_SMALLEST_SPAN = 1e-99

_Values = TypeVar("_Values", float, FloatArray)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what it says, and the range it covers."""

    title: str
    low: float
    high: float

    @property
    def ticks(self) -> list[float]:
        """Round numbers within the range, some six of them."""
        span = self.high - self.low
        if span < _SMALLEST_SPAN:
            return [self.low]
        step = 10.0 ** math.floor(math.log10(span / _TICKS))
        step *= next((m for m in (1, 2, 5) if span / (step * m) <= _TICKS), 10)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [i * step for i in range(first, last + 1)]

    def share(self, values: _Values) -> _Values:
        """How far along the axis values lie, 0 at its low end and 1 at its high end."""
        return (values - self.low) / (self.high - self.low)


def axis(title: str, values: Sequence[FloatArray], *, from_zero: bool = False) -> Axis:
    """An axis that covers the values of all traces with a little room at either end."""
    # `fmin` and `fmax` pass over NaN, and give it only where there is nothing else.
    lows = [low for v in values if len(v) and (low := float(np.fmin.reduce(v))) == low]
    highs = [high for v in values if len(v) and (high := float(np.fmax.reduce(v))) == high]
    low, high = (min(lows), max(highs)) if lows else (0.0, 1.0)
    if from_zero:
        low = min(0.0, low)
    if high <= low:
        room = abs(high) * 0.1 or 1.0
        return Axis(title, low if from_zero and low == 0 else low - room, high + room)
    room = (high - low) * 0.05
    return Axis(title, low if from_zero and low == 0 else low - room, high + room)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where in a drawing its axes lie."""

    height: int = 340
    left: int = 64
    right: int = 12
    top: int = 10
    bottom: int = 48

    @property
    def floor(self) -> int:
        return self.height - self.bottom

    @property
    def end(self) -> int:
        return WIDTH - self.right

    def across(self, share: _Values) -> _Values:
        """How far from the left edge a share of the x axis ends."""
        return self.left + share * (self.end - self.left)

    def upwards(self, share: _Values) -> _Values:
        """How far from the upper edge a share of the y axis ends."""
        return self.floor - share * (self.floor - self.top)

    def x_axis(self, x: Axis) -> str:
        """Grid, ticks and title along the floor."""
        return _x_axis(self, x)

    def y_axis(self, y: Axis) -> str:
        """Grid, ticks and title at the left."""
        return "".join(_y_axis(self, y))


# The charts over time of a page, and of the runs that take equally long, have the same one.
@lru_cache(256)
def _x_axis(frame: Frame, x: Axis) -> str:
    return "".join(_x_axis_parts(frame, x))


def _x_axis_parts(frame: Frame, x: Axis) -> Iterator[str]:
    for tick in x.ticks:
        at = frame.across(x.share(tick))
        yield (
            f'<path class="wb-grid" d="M{at:.1f} {frame.top}V{frame.floor}"/>'
            f'<text class="wb-tick" x="{at:.1f}" y="{frame.floor + 16}" text-anchor="middle">'
            f"{_tick(tick)}</text>"
        )
    yield f'<path class="wb-axis" d="M{frame.left} {frame.floor}H{frame.end}"/>'
    middle = (frame.left + frame.end) / 2
    yield (
        f'<text class="wb-label" x="{middle:.0f}" y="{frame.height - 8}" text-anchor="middle">'
        f"{escape(x.title)}</text>"
    )


def _y_axis(frame: Frame, y: Axis) -> Iterator[str]:
    left, end = frame.left, frame.end
    for tick in y.ticks:
        at = frame.upwards(y.share(tick))
        yield (
            f'<path class="wb-grid" d="M{left} {at:.1f}H{end}"/>'
            f'<text class="wb-tick" x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">'
            f"{_tick(tick)}</text>"
        )
    yield f'<path class="wb-axis" d="M{left} {frame.top}V{frame.floor}"/>'
    yield _y_title(frame, y.title)


# The charts of a kind have the same one on all pages.
@lru_cache(256)
def _y_title(frame: Frame, title: str) -> str:
    middle = (frame.top + frame.floor) / 2
    return (
        f'<text class="wb-label" transform="translate(14 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(title)}</text>'
    )


def drawing(height: int, content: Iterable[str], width: int = WIDTH, css: str = "") -> Markup:
    """The parts as one picture. Whoever makes them escapes what is not ours."""
    parts = [
        f'<svg class="wb-svg{css}" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">',
        *content,
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - numbers, and words that are escaped where they are put in


def _tick(value: float) -> str:
    return number(float(f"{value:.6g}")) if abs(value) >= 1e7 else f"{value:.6g}"
