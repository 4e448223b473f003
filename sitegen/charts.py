"""Charts: the data for charts.js, the SVG that stands in until then, and Plotly itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from . import svg
from .model import TimeChart
from .pages.views import ChartView
from .text import number, within_sentence


@dataclass(frozen=True, slots=True)
class AxisText:
    label: str
    unit: str

    @property
    def title(self) -> str:
        """ "Energy, with PUE (kWh)"."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class ScatterTrace:
    """A cloud of runs of one colour and shape. Shape (n,) each."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    label: tuple[str, ...]
    """What a point is called."""
    url: tuple[str, ...]
    """Where a click on it leads, relative to the page."""


def plotly_bundle() -> Path:
    """The file of Plotly's JavaScript, as the Python package ships it."""
    return Path(str(files("plotly") / "package_data" / "plotly.min.js"))


def scatter_chart(
    chart_id: str, x: AxisText, y: AxisText, traces: Sequence[ScatterTrace]
) -> ChartView:
    """A scatter plot of two figures, a point a run."""
    n = sum(len(trace.x) for trace in traces)
    figure = {
        "kind": "scatter",
        "x": {"label": x.label, "unit": x.unit},
        "y": {"label": y.label, "unit": y.unit},
        "traces": [
            {
                "name": trace.name,
                "x": [_rounded(v) for v in trace.x],
                "y": [_rounded(v) for v in trace.y],
                "label": trace.label,
                "url": trace.url,
            }
            for trace in traces
        ],
    }
    drawn = [svg.Points(np.array(trace.x), np.array(trace.y)) for trace in traces]
    drawing = svg.scatter(
        svg.axis(x.title, [points.x for points in drawn]),
        svg.axis(y.title, [points.y for points in drawn]),
        drawn,
    )
    names = ", ".join(trace.name for trace in traces)
    return ChartView(
        id=chart_id,
        title=f"{y.label} against {within_sentence(x.label)}",
        svg=drawing,
        figure=figure,
        description=f"Scatter plot of {n} runs: {x.title} across, {y.title} upwards. Groups: {names}.",
        kind="scatter",
        legend=tuple(trace.name for trace in traces),
    )


TIME_UNITS = ((3 * 3600.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))


def time_chart(chart: TimeChart) -> ChartView:
    """A time series of one run."""
    figure = {
        "kind": "time",
        "x": {"label": "Time since start", "unit": "s"},
        "y": {"label": chart.quantity, "unit": chart.unit},
        "traces": [{"name": s.name, "x": s.time_s, "y": s.value} for s in chart.series],
    }
    last_s = max((s.time_s[-1] for s in chart.series if s.time_s), default=0.0)
    scale, unit = next((scale, unit) for low, scale, unit in TIME_UNITS if last_s >= low)
    traces = [
        svg.Points(np.array(s.time_s) / scale, np.array(s.value, dtype=np.float64))
        for s in chart.series
    ]  # None becomes NaN
    y_title = AxisText(chart.quantity, chart.unit).title
    drawing = svg.lines(
        svg.axis(f"Time since start ({unit})", [trace.x for trace in traces], from_zero=True),
        svg.axis(y_title, [trace.y for trace in traces], from_zero=True),
        traces,
    )
    return ChartView(
        id=f"chart-{chart.key}",
        title=chart.title,
        svg=drawing,
        figure=figure,
        description=f"{y_title} over {number(last_s / scale)} {unit}. {_ranges(chart, traces)}",
        kind="time",
        legend=tuple(s.name for s in chart.series) if len(chart.series) > 1 else (),
    )


def _ranges(chart: TimeChart, traces: Sequence[svg.Points]) -> str:
    """ "CPU from 24 to 96, GPU from 0 to 180."."""
    ranges = (
        f"{series.name} from {number(float(np.nanmin(trace.y)))} to {number(float(np.nanmax(trace.y)))}"
        for series, trace in zip(chart.series, traces, strict=True)
    )
    return ", ".join(ranges) + "."


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
