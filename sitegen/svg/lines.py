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


@dataclass(frozen=True, slots=True)
class LineChart:
    """What a drawing shows: a line a trace, broken where there is no value."""

    x: Axis
    y: Axis
    traces: tuple[Points, ...]


def drawings(charts: Sequence[LineChart]) -> Iterator[Markup]:
    """A drawing a chart.

    A page has some ten charts of mostly few points, for each of which numpy would take longer to begin than to
    compute: so the points of all of them are placed at once.
    """
    pieces = [
        _Piece(chart, i, x, y)
        for chart in charts
        for i, trace in enumerate(chart.traces)
        for x, y in _pieces(trace)
    ]
    texts = _places(pieces) if pieces else []
    paths: dict[tuple[int, int], list[str]] = {}
    start = 0
    for piece in pieces:
        end = start + 2 * len(piece.x)
        # A lone reading is a dot, by the line's round ends.
        drawn = f"M{''.join(texts[start:end])[:-1]}{'' if len(piece.x) > 1 else 'h.1'}"
        paths.setdefault((id(piece.chart), piece.trace), []).append(drawn)
        start = end
    for chart in charts:
        lines = [
            f'<path class="wb-line wb-c{i % COLOURS}" d="{"".join(paths.get((id(chart), i), ()))}"/>'
            for i in range(len(chart.traces))
        ]
        yield drawing(_FRAME.height, (_FRAME.x_axis(chart.x), _FRAME.y_axis(chart.y), *lines))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a trace without a break."""

    chart: LineChart
    trace: int
    """Which of the chart's."""
    x: FloatArray
    y: FloatArray


def _places(pieces: Sequence[_Piece]) -> list[str]:
    """The steps of all pieces, as `decimals.steps` has them."""
    lengths = [len(piece.x) for piece in pieces]
    x = _shares([piece.chart.x for piece in pieces], [piece.x for piece in pieces], lengths)
    y = _shares([piece.chart.y for piece in pieces], [piece.y for piece in pieces], lengths)
    return steps(_FRAME.across(x), _FRAME.upwards(y))


def _shares(
    axes: Sequence[Axis], values: Sequence[FloatArray], lengths: Sequence[int]
) -> FloatArray:
    """As `Axis.share`, of each piece's values on its own axis."""
    low, high = np.repeat([[axis.low, axis.high] for axis in axes], lengths, axis=0).T
    shares: FloatArray = (np.concatenate(values) - low) / (high - low)
    return shares


def _pieces(trace: Points) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Times and values of each stretch between breaks, thinned out."""
    n, start = len(trace.y), 0
    for end in (*np.isnan(trace.y).nonzero()[0].tolist(), n):
        if end > start:
            points = max(4, _POINTS * (end - start) // n)
            yield downsample(trace.x[start:end], trace.y[start:end], points)
        start = end + 1
