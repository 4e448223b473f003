"""Time series of one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from markupsafe import Markup

from ..charts import TIME_UNITS, AxisText
from ..model import FloatArray, Series, SeriesSummary, TimeChart
from ..pages.views import ChartView, DataTable, KeyView
from ..svg.axes import COLOURS, Axis, axis
from ..svg.lines import LineChart, Points, drawings
from ..text import number

_LINE = "━"

_Row = tuple[str, str, str, str, str]
"""Of a chart's table: the line's name, its lowest reading, their mean, the highest and the last, as text."""


@dataclass(frozen=True, slots=True)
class _Moments:
    """When a line was read."""

    time_s: FloatArray
    json: msgspec.Raw


class _Known:
    """The moments of a run. Its lines are read together, so that most have the same ones."""

    def __init__(self) -> None:
        self._known: list[tuple[tuple[float, ...], _Moments]] = []
        self._x_axes: dict[tuple[str, tuple[int, ...]], tuple[Axis, tuple[FloatArray, ...]]] = {}

    def of(self, series: Series) -> _Moments:
        """Those of a line."""
        times = series.time_s
        for own, moments in self._known:
            if own == times:
                return moments
        made = _Moments(np.array(times), msgspec.Raw(msgspec.json.encode(times)))
        self._known.append((times, made))
        return made

    def x_axis(
        self, moments: Sequence[_Moments], scale: float, unit: str
    ) -> tuple[Axis, tuple[FloatArray, ...]]:
        """The axis of a chart with such lines, and where on it each one's readings lie."""
        of = (unit, tuple(map(id, moments)))
        found = self._x_axes.get(of)
        if found is None:
            at = tuple(read.time_s / scale for read in moments)
            found = (axis(f"Time since start ({unit})", at, from_zero=True), at)
            self._x_axes[of] = found
        return found


def time_charts(charts: Sequence[TimeChart]) -> Iterator[ChartView]:
    """The time series of one run."""
    known = _Known()
    moments = [[known.of(series) for series in chart.series] for chart in charts]
    spans = [_span(chart) for chart in charts]
    drawn = drawings(
        [
            _lines(chart, *known.x_axis(read, span.scale, span.unit))
            for chart, read, span in zip(charts, moments, spans, strict=True)
        ]
    )
    for chart, read, span, drawing in zip(charts, moments, spans, drawn, strict=True):
        yield _time_chart(chart, read, span, drawing)


@dataclass(frozen=True, slots=True)
class _Span:
    """How long a chart's time is, and the unit that suits it."""

    last_s: float
    scale: float
    unit: str

    @property
    def text(self) -> str:
        return f"{number(self.last_s / self.scale)} {self.unit}"


def _span(chart: TimeChart) -> _Span:
    last_s = max((s.time_s[-1] for s in chart.series if s.time_s), default=0.0)
    scale, unit = next((scale, unit) for low, scale, unit in TIME_UNITS if last_s >= low)
    return _Span(last_s, scale, unit)


def _lines(chart: TimeChart, x: Axis, at: Sequence[FloatArray]) -> LineChart:
    # None becomes NaN.
    values = [np.array(series.value, dtype=np.float64) for series in chart.series]
    y = axis(_y_title(chart), values, from_zero=True)
    return LineChart(x, y, tuple(map(Points, at, values)))


def _y_title(chart: TimeChart) -> str:
    return AxisText(chart.quantity, chart.unit).title


def _time_chart(
    chart: TimeChart, moments: Sequence[_Moments], span: _Span, drawing: Markup
) -> ChartView:
    rows = tuple(_rows(chart.series))
    named = chart.series if len(chart.series) > 1 else ()
    return ChartView(
        id=f"chart-{chart.key}",
        title=chart.title,
        svg=drawing,
        figure=_figure(chart, moments),
        description=f"{_y_title(chart)} over {span.text}. {_ranges(rows)}",
        kind="time",
        legend=tuple(KeyView(s.name, _LINE, f"wb-c{i % COLOURS}") for i, s in enumerate(named)),
        table=_table(chart.unit, rows),
    )


def _figure(chart: TimeChart, moments: Sequence[_Moments]) -> dict[str, object]:
    return {
        "kind": "time",
        "title": chart.title,
        "x": {"label": "Time since start", "unit": "s"},
        "y": {"label": chart.quantity, "unit": chart.unit},
        "traces": [
            {"name": s.name, "x": read.json, "y": s.value}
            for s, read in zip(chart.series, moments, strict=True)
        ],
    }


def _ranges(rows: Iterable[_Row]) -> str:
    """ "CPU from 24 to 96, GPU from 0 to 180."."""
    return ", ".join(f"{name} from {low} to {high}" for name, low, _, high, _ in rows) + "."


def _table(unit: str, rows: tuple[_Row, ...]) -> DataTable:
    of = f" ({unit})" if unit else ""
    head = ("Series", *(f"{what}{of}" for what in ("Lowest", "Mean", "Highest", "Last")))
    return DataTable(head, rows, n_words=1, is_whole=False)


def _rows(series: Sequence[Series]) -> Iterator[_Row]:
    for one in series:
        of = summary_of(one)
        if of is not None:
            yield (one.name, number(of.low), number(of.mean), number(of.high), number(of.last))


def summary_of(series: Series) -> SeriesSummary | None:
    """That of the readings; where a series does not know it, of the points that are left of them."""
    if series.summary is not None:
        return series.summary
    values = [value for value in series.value if value is not None]
    if not values:
        return None
    return SeriesSummary(min(values), sum(values) / len(values), max(values), values[-1])
