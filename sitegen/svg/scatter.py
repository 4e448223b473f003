"""Scatter plots: runs as marks, means with error bars, and the Pareto frontier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from ..model import FloatArray
from .axes import COLOURS, Axis, Frame, drawing
from .lines import Points
from .shapes import SHAPES, shape_index

MOST_MARKS = 600
"""Runs that a drawing shows; of more, every so-and-so-many-th."""

_FRAME = Frame()


@dataclass(frozen=True, slots=True)
class Centre:
    """A group's mean, with what stands behind its ± either way (0 for none)."""

    x: float
    y: float
    x_around: float
    y_around: float


@dataclass(frozen=True, slots=True)
class Cloud:
    """What has one colour and one shape."""

    index: int
    """Chooses colour and shape."""
    runs: Points
    """Without those that the mean stands for."""
    mean: Centre | None


def scatter(x: Axis, y: Axis, clouds: Sequence[Cloud], frontier: Points | None) -> Markup:
    """A mark a run, lighter where the group's mean is drawn too; the frontier below them all."""
    step = -(-sum(len(cloud.runs.x) for cloud in clouds) // MOST_MARKS) or 1
    content = (
        _FRAME.x_axis(x),
        _FRAME.y_axis(y),
        *_frontier(x, y, frontier),
        *(_runs(x, y, cloud, step) for cloud in clouds),
        *(_mean(x, y, cloud.index, cloud.mean) for cloud in clouds if cloud.mean),
    )
    return drawing(_FRAME.height, content)


def _frontier(x: Axis, y: Axis, corners: Points | None) -> Iterator[str]:
    if corners is not None:
        at = _at(x, y, corners.x, corners.y)
        path = "L".join(f"{across:.1f} {up:.1f}" for across, up in at)
        yield f'<path class="wb-frontier" d="M{path}"/>'


def _runs(x: Axis, y: Axis, cloud: Cloud, step: int) -> str:
    at = _at(x, y, cloud.runs.x[::step], cloud.runs.y[::step])
    marks = "".join(SHAPES[shape_index(cloud.index)](*point) for point in at)
    light = " wb-light" if cloud.mean else ""
    return f'<g class="wb-c{cloud.index % COLOURS}{light}">{marks}</g>' if marks else ""


def _mean(x: Axis, y: Axis, i: int, mean: Centre) -> str:
    ends = _at(
        x,
        y,
        np.array([mean.x - mean.x_around, mean.x, mean.x + mean.x_around]),
        np.array([mean.y - mean.y_around, mean.y, mean.y + mean.y_around]),
    )
    (left, low), (across, up), (right, high) = ends
    bars = (f"M{left:.1f} {up:.1f}H{right:.1f}" if mean.x_around else "") + (
        f"M{across:.1f} {low:.1f}V{high:.1f}" if mean.y_around else ""
    )
    path = f'<path class="wb-error" d="{bars}"/>' if bars else ""
    return f'<g class="wb-c{i % COLOURS} wb-mean">{path}{SHAPES[shape_index(i)](across, up)}</g>'


def _at(x: Axis, y: Axis, across: FloatArray, up: FloatArray) -> list[tuple[float, float]]:
    return list(
        zip(
            _FRAME.across(x.share(across)).tolist(),
            _FRAME.upwards(y.share(up)).tolist(),
            strict=True,
        )
    )
