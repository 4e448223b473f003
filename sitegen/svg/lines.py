"""Lines over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from ..model import FloatArray
from ..series import downsample
from .axes import COLOURS, Axis, Frame, drawing
from .decimals import steps

_POINTS = 300
_FRAME = Frame()


@dataclass(frozen=True, slots=True)
class Points:
    """One trace. Shape (n,) each; a y of NaN breaks a line."""

    x: FloatArray
    y: FloatArray


def lines(x: Axis, y: Axis, traces: Sequence[Points]) -> Markup:
    """A line a trace, broken where there is no value."""
    drawn = (
        f'<path class="wb-line wb-c{i % COLOURS}" d="{_path(x, y, trace)}"/>'
        for i, trace in enumerate(traces)
    )
    return drawing(_FRAME.height, (_FRAME.x_axis(x), _FRAME.y_axis(y), *drawn))


def _path(x: Axis, y: Axis, trace: Points) -> str:
    """Straight lines through the trace's points, a piece for each stretch without a break."""
    pieces = list(_pieces(trace))
    if not pieces:
        return ""
    times, values = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    texts = steps(_FRAME.across(x, times), _FRAME.upwards(y, values))
    drawn, start = [], 0
    for piece, _ in pieces:
        end = start + 2 * len(piece)
        # A lone reading is a dot, by the line's round ends.
        drawn.append(f"M{''.join(texts[start:end])[:-1]}{'' if len(piece) > 1 else 'h.1'}")
        start = end
    return "".join(drawn)


def _pieces(trace: Points) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Times and values of each stretch between breaks, thinned out."""
    n, start = len(trace.y), 0
    for end in (*np.isnan(trace.y).nonzero()[0].tolist(), n):
        if end > start:
            points = max(4, _POINTS * (end - start) // n)
            yield downsample(trace.x[start:end], trace.y[start:end], points)
        start = end + 1
