"""Axes, and the frame that a chart is drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from ..model import FloatArray
from ..text import number

WIDTH = 560
COLOURS = 8
_TICKS = 6
_SMALLEST_SPAN = 1e-99


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


def axis(title: str, values: Sequence[FloatArray], *, from_zero: bool = False) -> Axis:
    """An axis that covers the values of all traces with a little room at either end."""
    present = np.concatenate(values)
    present = present[~np.isnan(present)]
    low, high = (float(present.min()), float(present.max())) if len(present) else (0.0, 1.0)
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

    def across(self, x: Axis, values: FloatArray) -> list[float]:
        share = (values - x.low) / (x.high - x.low)
        at: list[float] = (self.left + share * (self.end - self.left)).tolist()
        return at

    def upwards(self, y: Axis, values: FloatArray) -> list[float]:
        share = (values - y.low) / (y.high - y.low)
        at: list[float] = (self.floor - share * (self.floor - self.top)).tolist()
        return at

    def x_axis(self, x: Axis) -> Iterator[str]:
        """Grid, ticks and title along the floor."""
        for tick, at in zip(x.ticks, self.across(x, np.array(x.ticks)), strict=True):
            yield f'<path class="wb-grid" d="M{at:.1f} {self.top}V{self.floor}"/>'
            yield (
                f'<text class="wb-tick" x="{at:.1f}" y="{self.floor + 16}" text-anchor="middle">'
                f"{_tick(tick)}</text>"
            )
        yield f'<path class="wb-axis" d="M{self.left} {self.floor}H{self.end}"/>'
        middle = (self.left + self.end) / 2
        yield (
            f'<text class="wb-label" x="{middle:.0f}" y="{self.height - 8}" text-anchor="middle">'
            f"{escape(x.title)}</text>"
        )

    def y_axis(self, y: Axis) -> Iterator[str]:
        """Grid, ticks and title at the left."""
        for tick, at in zip(y.ticks, self.upwards(y, np.array(y.ticks)), strict=True):
            yield f'<path class="wb-grid" d="M{self.left} {at:.1f}H{self.end}"/>'
            yield (
                f'<text class="wb-tick" x="{self.left - 6}" y="{at + 4:.1f}" text-anchor="end">'
                f"{_tick(tick)}</text>"
            )
        yield f'<path class="wb-axis" d="M{self.left} {self.top}V{self.floor}"/>'
        middle = (self.top + self.floor) / 2
        yield (
            f'<text class="wb-label" transform="translate(14 {middle:.0f}) rotate(-90)" '
            f'text-anchor="middle">{escape(y.title)}</text>'
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
