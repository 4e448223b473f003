"""The figures of groups and leaves for a paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from ..charts import TIME_UNITS, AxisText
from ..columns import Column, GroupFigures
from ..latex.escape import escape
from ..latex.plots import Plot, Trace
from ..latex.wrapping import wrapping
from ..model import Group, RunFiles, RunResult, Series, TimeChart
from ..scatter import Cloud, Scatter, scatters
from ..series import downsample
from ..text import count, within_sentence
from ..titles import run_titles

POINTS = 200
"""Of a line at most."""

_MOST_PIECES = 25
_MOST_CLOUDS = 16
_MOST_DOTS = 1500
_POWER_CHARTS = ("power", "power-estimated", "machine-power")


def scatter_plots(group: Group, label: str) -> Iterator[Plot]:
    """A group's scatter plots.

    Args:
        label: What the figures' labels begin with.
    """
    for i, scatter in scatters(GroupFigures(group)):
        x, y = scatter.x.variable.label, scatter.y.variable.label
        n = sum(len(cloud.runs) for cloud in scatter.clouds)
        step = -(-n // _MOST_DOTS)
        runs = f"Each of the {n} points is a run" if n > 1 else "The point is a run"
        thinned = "" if step == 1 else f"; of these every {_ordinal(step)} is drawn"
        caption = f"{y} against {within_sentence(x)} in “{group.node.title}”. {runs}{thinned}."
        yield Plot(
            _axis(scatter.x),
            _axis(scatter.y),
            tuple(_trace(cloud, step) for cloud in _few(scatter)),
            is_line=False,
            caption=wrapping(caption),
            label=f"{label}-{i}",
        )


def _ordinal(n: int) -> str:
    return {2: "second", 3: "third"}.get(n, f"{n}th")


def _axis(shown: Column) -> str:
    return AxisText(shown.variable.label, shown.shown.unit).title


def _few(scatter: Scatter) -> tuple[Cloud, ...]:
    """At most as many clouds as a legend has room for; the rest are one."""
    shown, rest = scatter.clouds[:_MOST_CLOUDS], scatter.clouds[_MOST_CLOUDS:]
    if not rest:
        return shown
    together = Cloud(
        count(len(rest), "further experiment"),
        np.concatenate([cloud.x for cloud in rest]),
        np.concatenate([cloud.y for cloud in rest]),
        tuple(run for cloud in rest for run in cloud.runs),
    )
    return (*shown, together)


def _trace(cloud: Cloud, step: int) -> Trace:
    return Trace(cloud.name, cloud.x[::step].tolist(), cloud.y[::step].tolist())


def power_plot(leaf: Group, files: RunFiles, label: str) -> Plot | None:
    """The power over time of a leaf's typical run: the one with the median energy; None where no power was read."""
    drawn = [run for run in leaf.runs if not set(_POWER_CHARTS).isdisjoint(run.chart_keys)]
    if not drawn:
        return None
    drawn.sort(key=lambda run: (_energy(run), run.location.path))
    run = drawn[(len(drawn) - 1) // 2]
    chart = _power_chart(files.charts(run))
    title = run_titles([r.location.path for r in leaf.runs])[run.location.path]
    last_s = max((s.time_s[-1] for s in chart.series if s.time_s), default=0.0)
    scale, unit = next((scale, unit) for low, scale, unit in TIME_UNITS if last_s >= low)
    which = (
        f"a run of “{leaf.node.title}” ({title}), the median of {len(drawn)} by energy"
        if len(drawn) > 1
        else f"the run of “{leaf.node.title}”"
    )
    return Plot(
        f"Time since start ({unit})",
        AxisText(chart.quantity, chart.unit).title,
        tuple(_line(series, scale) for series in chart.series),
        is_line=True,
        caption=f"{escape(chart.title)}: {wrapping(which)}.{_only(chart)}",
        label=label,
    )


def _only(chart: TimeChart) -> str:
    return f" {escape(chart.series[0].name)}." if len(chart.series) == 1 else ""


def _power_chart(charts: Sequence[TimeChart]) -> TimeChart:
    by_key = {chart.key: chart for chart in charts}
    return next(by_key[key] for key in _POWER_CHARTS if key in by_key)


def _energy(run: RunResult) -> float:
    return run.figures["energy_kwh"].value or 0.0


def _line(series: Series, scale: float) -> Trace:
    x: list[float] = []
    y: list[float | None] = []
    for i, piece in enumerate(_pieces(series)):
        if i:
            x.append(piece[0][0] / scale)
            y.append(None)
        x += [time / scale for time, _ in piece]
        y += [value for _, value in piece]
    return Trace(series.name, x, y)


_Piece = Sequence[tuple[float, float]]


def _pieces(series: Series) -> list[_Piece]:
    """The stretches without a break, thinned out to `POINTS` points and breaks together; of many the longest."""
    points = zip(series.time_s, series.value, strict=True)
    whole = [
        [(time, value) for time, value in stretch if value is not None]
        for is_there, stretch in groupby(points, key=lambda point: point[1] is not None)
        if is_there
    ]
    longest = sorted(range(len(whole)), key=lambda i: -len(whole[i]))[:_MOST_PIECES]
    kept = [whole[i] for i in sorted(longest)]
    n = sum(map(len, kept))
    shared = POINTS - 5 * len(kept)
    return [_thinned(piece, 4 + shared * len(piece) // n) for piece in kept]


def _thinned(piece: _Piece, points: int) -> _Piece:
    time_s, value = np.array(piece, dtype=np.float64).T.copy()
    times, values = downsample(time_s, value, points)
    return list(zip(times.tolist(), values.tolist(), strict=True))
