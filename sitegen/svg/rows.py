"""Charts of one row a group: its name on a line of its own, so that long names read on any screen, and below it the
marks or bars along a common axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from ..distribution import Quartiles
from ..text import shortened
from .axes import COLOURS, Axis, Frame, drawing
from .shapes import SHAPES, shape_index

PITCH = 54
_NAME_AT, _MARKS_AT = 17, 37
_HALF_BOX = 9
_HALF_BAR = 8
_MOST_LETTERS = 56
_MOST_MARKS = 60
_PATTERN = (
    '<defs><pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="wb-hatch" d="M1 0V6"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class StripRow:
    name: str
    index: int
    """Chooses colour and shape."""
    values: tuple[float, ...]
    mean: float
    box: Quartiles | None
    """None for a handful of runs, of which each is seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a stacked bar."""

    colour: int
    start: float
    end: float
    hatched: bool


@dataclass(frozen=True, slots=True)
class BarRow:
    name: str
    bars: tuple[Bar, ...]


def height(n_rows: int) -> int:
    return n_rows * PITCH + 60


def strips(x: Axis, rows: Sequence[StripRow]) -> Markup:
    """Runs as marks, out of each other's way; their quartiles as a box; the mean as an upright stroke."""
    frame = _frame(len(rows))
    marks = (_strip(frame, x, i, row) for i, row in enumerate(rows))
    return drawing(
        frame.height,
        (frame.x_axis(x), *_names([row.name for row in rows]), *marks),
        css=" wb-rows",
    )


def stacks(x: Axis, rows: Sequence[BarRow], pattern_id: str) -> Markup:
    """Stacked bars; what is estimated is hatched.

    Args:
        pattern_id: Unique on the page.
    """
    frame = _frame(len(rows))
    bars = (_stack(frame, x, i, row, pattern_id) for i, row in enumerate(rows))
    content = (
        _PATTERN.format(id=escape(pattern_id)),
        frame.x_axis(x),
        *_names([row.name for row in rows]),
        *bars,
    )
    return drawing(frame.height, content, css=" wb-rows")


def jitter(i: int, n: int) -> float:
    """How far the i-th of n marks stands off its row's middle, from -1 to 1: always the same, and evenly spread.

    The golden ratio's multiples: neighbours in the order of the values come to lie far apart.
    """
    return 0.0 if n < 2 else 2.0 * math.modf((i + 1) * (math.sqrt(5) - 1) / 2)[0] - 1.0


def _frame(n_rows: int) -> Frame:
    return Frame(height(n_rows), left=12, right=14, top=4, bottom=50)


def _names(names: Iterable[str]) -> Iterator[str]:
    for i, name in enumerate(names):
        y = 4 + i * PITCH + _NAME_AT
        cut = shortened(name, _MOST_LETTERS)
        title = f"<title>{escape(name)}</title>" if cut != name else ""
        yield f'<text class="wb-label wb-row-name" x="12" y="{y}">{escape(cut)}{title}</text>'


def _strip(frame: Frame, x: Axis, i: int, row: StripRow) -> str:
    middle = 4 + i * PITCH + _MARKS_AT
    shape = SHAPES[shape_index(row.index)]
    step = -(-len(row.values) // _MOST_MARKS)
    values = np.array(sorted(row.values)[::step])
    room = 6.0 if len(values) > 5 else 3.0
    marks = "".join(
        shape(at, middle + room * jitter(k, len(values)))
        for k, at in enumerate(frame.across(x.share(values)).tolist())
    )
    mean = frame.across(x.share(row.mean))
    return (
        f'<g class="wb-c{row.index % COLOURS}">{_box(frame, x, middle, row.box)}'
        f'<g class="wb-light">{marks}</g>'
        f'<path class="wb-mean-stroke" d="M{mean:.1f} {middle - 11}V{middle + 11}"/></g>'
    )


def _box(frame: Frame, x: Axis, middle: float, box: Quartiles | None) -> str:
    if box is None:
        return ""
    low, first, median, third, high = (
        frame.across(x.share(value))
        for value in (box.low, box.first, box.median, box.third, box.high)
    )
    top, bottom = middle - _HALF_BOX, middle + _HALF_BOX
    return (
        f'<path class="wb-box-line" d="M{low:.1f} {middle}H{first:.1f}M{third:.1f} {middle}H{high:.1f}'
        f'M{first:.1f} {top}H{third:.1f}V{bottom}H{first:.1f}ZM{median:.1f} {top}V{bottom}"/>'
    )


def _stack(frame: Frame, x: Axis, i: int, row: BarRow, pattern_id: str) -> str:
    top = 4 + i * PITCH + _MARKS_AT - _HALF_BAR
    drawn = []
    for bar in row.bars:
        start, end = (frame.across(x.share(value)) for value in (bar.start, bar.end))
        at = f'x="{start:.1f}" y="{top}" width="{max(0.0, end - start):.1f}" height="{2 * _HALF_BAR}"'
        drawn.append(f'<rect class="wb-bar wb-c{bar.colour}" {at}/>')
        if bar.hatched:
            drawn.append(f'<rect fill="url(#{escape(pattern_id)})" {at}/>')
    return "".join(drawn)
