"""Charts as inline SVG, drawn at build time: what a page shows at once and without JavaScript.

Colours come from the style sheet's classes `wb-c0` … `wb-c7`; shapes repeat the order of charts.js.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from .model import FloatArray
from .series import downsample
from .text import number

WIDTH, HEIGHT = 560, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 10, 48
COLOURS = 8
_POINTS = 300
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


@dataclass(frozen=True, slots=True)
class Points:
    """One trace. Shape (n,) each; a y of NaN breaks a line."""

    x: FloatArray
    y: FloatArray


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


def scatter(x: Axis, y: Axis, traces: Sequence[Points]) -> Markup:
    """A mark a point, one colour and one shape a trace."""
    marks = (
        f'<g class="wb-c{i % COLOURS}">'
        + "".join(
            _SHAPES[(i + i // COLOURS) % len(_SHAPES)](*at)
            for at in zip(_across(x, trace.x), _upwards(y, trace.y), strict=True)
        )
        + "</g>"
        for i, trace in enumerate(traces)
    )
    return _drawing(x, y, marks)


def lines(x: Axis, y: Axis, traces: Sequence[Points]) -> Markup:
    """A line a trace, broken where there is no value."""
    drawn = (
        f'<path class="wb-line wb-c{i % COLOURS}" d="{"".join(_path(x, y, trace))}"/>'
        for i, trace in enumerate(traces)
    )
    return _drawing(x, y, drawn)


def _drawing(x: Axis, y: Axis, content: Iterable[str]) -> Markup:
    parts = [
        f'<svg class="wb-svg" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">',
        *_x_axis(x),
        *_y_axis(y),
        *content,
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - numbers, and titles that are escaped below


def _x_axis(x: Axis) -> Iterator[str]:
    bottom = HEIGHT - _BOTTOM
    for tick, at in zip(x.ticks, _across(x, np.array(x.ticks)), strict=True):
        yield f'<path class="wb-grid" d="M{at:.1f} {_TOP}V{bottom}"/>'
        yield f'<text class="wb-tick" x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{_tick(tick)}</text>'
    yield f'<path class="wb-axis" d="M{_LEFT} {bottom}H{WIDTH - _RIGHT}"/>'
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    yield (
        f'<text class="wb-label" x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x.title)}</text>"
    )


def _y_axis(y: Axis) -> Iterator[str]:
    for tick, at in zip(y.ticks, _upwards(y, np.array(y.ticks)), strict=True):
        yield f'<path class="wb-grid" d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}"/>'
        yield f'<text class="wb-tick" x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_tick(tick)}</text>'
    yield f'<path class="wb-axis" d="M{_LEFT} {_TOP}V{HEIGHT - _BOTTOM}"/>'
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    yield (
        f'<text class="wb-label" transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(y.title)}</text>"
    )


def _tick(value: float) -> str:
    return number(float(f"{value:.6g}")) if abs(value) >= 1e7 else f"{value:.6g}"


def _across(x: Axis, values: FloatArray) -> list[float]:
    share = (values - x.low) / (x.high - x.low)
    at: list[float] = (_LEFT + share * (WIDTH - _LEFT - _RIGHT)).tolist()
    return at


def _upwards(y: Axis, values: FloatArray) -> list[float]:
    share = (values - y.low) / (y.high - y.low)
    at: list[float] = (HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)).tolist()
    return at


def _path(x: Axis, y: Axis, trace: Points) -> Iterator[str]:
    """Straight lines through the trace's points, a piece for each stretch without a break."""
    broken = np.isnan(trace.y)
    for piece in np.split(np.arange(len(broken)), np.flatnonzero(broken)):
        kept = piece[~broken[piece]]
        if not len(kept):
            continue
        points = max(4, _POINTS * len(kept) // len(broken))
        times, values = downsample(trace.x[kept], trace.y[kept], points)
        yield "M" + "L".join(map("{:.1f} {:.1f}".format, _across(x, times), _upwards(y, values)))
        if len(kept) == 1:
            yield "h.1"  # a lone reading: a dot, by the line's round ends


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

_SHAPES: tuple[Shape, ...] = (
    _circle,
    _polygon((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    _polygon((0, -6.5), (6.5, 0), (0, 6.5), (-6.5, 0)),
    _regular(3),
    _polygon(*_CROSS),
    _polygon(*((0.71 * (dx - dy), 0.71 * (dx + dy)) for dx, dy in _CROSS)),
    _regular(5, inner=0.45, radius=7.0),
    _regular(5),
)
"""In the order of charts.js: circle, square, diamond, triangle, cross, x, star, pentagon."""
