"""Lines over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from ..model import FloatArray
from ..series import downsample
from .axes import COLOURS, Axis, Frame, drawing

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
        f'<path class="wb-line wb-c{i % COLOURS}" d="{"".join(_path(x, y, trace))}"/>'
        for i, trace in enumerate(traces)
    )
    return drawing(_FRAME.height, (*_FRAME.x_axis(x), *_FRAME.y_axis(y), *drawn))


def _path(x: Axis, y: Axis, trace: Points) -> Iterator[str]:
    """Straight lines through the trace's points, a piece for each stretch without a break."""
    broken = np.isnan(trace.y)
    for piece in np.split(np.arange(len(broken)), np.flatnonzero(broken)):
        kept = piece[~broken[piece]]
        if not len(kept):
            continue
        points = max(4, _POINTS * len(kept) // len(broken))
        times, values = downsample(trace.x[kept], trace.y[kept], points)
        at = zip(_FRAME.across(x, times), _FRAME.upwards(y, values), strict=True)
        yield "M" + "L".join(f"{across:.1f} {up:.1f}" for across, up in at)
        if len(kept) == 1:
            yield "h.1"  # a lone reading: a dot, by the line's round ends
