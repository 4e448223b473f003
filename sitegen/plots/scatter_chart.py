"""Scatter plots of two figures: a point a run, groups' means with error bars, and the Pareto frontier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ..charts import AxisText
from ..model import FloatArray
from ..pages.views import ChartView, DataTable, KeyView
from ..scatter import Frontier, Mean
from ..svg import scatter as svg
from ..svg.axes import axis
from ..svg.lines import Points
from ..text import count, number, with_spread, within_sentence
from .parts import MOST_ROWS, axis_figure, drawn_note, key, listed, log_switch, rounded
from .thinning import MOST_DRAWN

FRONTIER_NAME = "Pareto frontier"


@dataclass(frozen=True, slots=True)
class ScatterTrace:
    """The runs of one colour and shape."""

    name: str
    index: int
    """Place among the group's children, which chooses colour and shape."""
    x: FloatArray
    y: FloatArray
    """Of all the runs, shape (n,) each."""
    drawn: NDArray[np.intp]
    """Places of those that are drawn: all, or so many as a page can hold. See `thinning.py`."""
    label: tuple[str, ...]
    """What a point that is drawn is called."""
    url: tuple[str, ...]
    """Where a click on it leads, relative to the page; "" for a run without a page."""
    mean: Mean | None = None
    """Of a group."""


@dataclass(frozen=True, slots=True)
class ScatterText:
    """What a scatter plot's axes say, and what ± stands for."""

    x: AxisText
    y: AxisText
    spread: str
    undirected: tuple[str, ...] = ()
    """Labels of figures of which it is not known which way is better."""


def scatter_chart(
    chart_id: str, text: ScatterText, traces: Sequence[ScatterTrace], frontier: Frontier | None
) -> ChartView:
    """A scatter plot of two figures.

    Args:
        frontier: Of the traces' means, or where they have none, of the runs. None: which way is better is not known.
    """
    x, y = text.x, text.y
    n = sum(len(trace.x) for trace in traces)
    title = f"{y.label} against {within_sentence(x.label)}"
    return ChartView(
        id=chart_id,
        title=title,
        svg=_drawing(text, traces, frontier),
        figure={
            "kind": "scatter",
            "title": title,
            "x": axis_figure(x),
            "y": axis_figure(y),
            "spread": text.spread,
            "traces": [_trace(trace) for trace in traces],
            **({"n": n} if sum(len(trace.drawn) for trace in traces) < n else {}),
            "frontier": frontier
            and {
                "name": FRONTIER_NAME,
                "x": [rounded(frontier.x[i]) for i in _corners(frontier)],
                "y": [rounded(frontier.y[i]) for i in _corners(frontier)],
            },
        },
        description=(
            f"Scatter plot of {count(n, 'run')}: {x.title} across, {y.title} upwards. "
            f"Groups: {', '.join(trace.name for trace in traces)}.{_who(frontier)}"
        ),
        legend=tuple(_legend(traces, frontier)),
        notes=tuple(_notes(text, traces, frontier)),
        table=_table(text, traces),
        log_switches=(
            log_switch("x", x, [trace.x for trace in traces]),
            log_switch("y", y, [trace.y for trace in traces]),
        ),
    )


def _corners(frontier: Frontier) -> Sequence[int]:
    """Places of the corners that are drawn: all, or so many as a page can hold."""
    n = len(frontier.x)
    step = -(-n // MOST_DRAWN) or 1
    return sorted({*range(0, n, step), max(0, n - 1)} if n else ())


def _trace(trace: ScatterTrace) -> dict[str, object]:
    return {
        "name": trace.name,
        "index": trace.index,
        "x": [rounded(v) for v in trace.x[trace.drawn].tolist()],
        "y": [rounded(v) for v in trace.y[trace.drawn].tolist()],
        "label": trace.label,
        "url": trace.url,
        "mean": trace.mean
        and {
            "n": trace.mean.n,
            "x": rounded(trace.mean.x),
            "y": rounded(trace.mean.y),
            "xAround": _around(trace.mean.x_around),
            "yAround": _around(trace.mean.y_around),
        },
    }


def _around(around: float | None) -> float | None:
    return None if around is None else rounded(around)


def _drawing(
    text: ScatterText, traces: Sequence[ScatterTrace], frontier: Frontier | None
) -> Markup:
    clouds = [svg.Cloud(trace.index, _runs(trace), _centre(trace.mean)) for trace in traces]
    means = [trace.mean for trace in traces if trace.mean]
    x_ends = [end for mean in means for end in _ends(mean.x, mean.x_around)]
    y_ends = [end for mean in means for end in _ends(mean.y, mean.y_around)]
    return svg.scatter(
        axis(text.x.title, [np.array(x_ends), *(trace.x for trace in traces)]),
        axis(text.y.title, [np.array(y_ends), *(trace.y for trace in traces)]),
        clouds,
        Points(
            np.array([frontier.x[i] for i in _corners(frontier)]),
            np.array([frontier.y[i] for i in _corners(frontier)]),
        )
        if frontier and _is_line(frontier)
        else None,
    )


def _ends(mean: float, around: float | None) -> tuple[float, float]:
    """Of an error bar, which an axis must cover."""
    return mean - (around or 0.0), mean + (around or 0.0)


def _runs(trace: ScatterTrace) -> Points:
    """Without a lone run, which lies under its group's mean."""
    if trace.mean and trace.mean.n == 1:
        return Points(np.empty(0), np.empty(0))
    return Points(trace.x[trace.drawn], trace.y[trace.drawn])


def _centre(mean: Mean | None) -> svg.Centre | None:
    if mean is None:
        return None
    return svg.Centre(mean.x, mean.y, mean.x_around or 0.0, mean.y_around or 0.0)


def _legend(traces: Sequence[ScatterTrace], frontier: Frontier | None) -> Iterator[KeyView]:
    yield from (key(trace.index, trace.name) for trace in traces)
    if _is_line(frontier):
        yield KeyView(FRONTIER_NAME, "╌╌", "wb-frontier-key")


def _notes(
    text: ScatterText, traces: Sequence[ScatterTrace], frontier: Frontier | None
) -> Iterator[str]:
    if any(trace.mean and trace.mean.n > 1 for trace in traces):
        yield f"Large marks: means of the runs ± {text.spread}. Small, light marks: runs."
    n, drawn = sum(len(trace.x) for trace in traces), sum(len(trace.drawn) for trace in traces)
    if drawn < n:
        yield drawn_note(drawn, n)
    if frontier:
        yield _who(frontier).strip()
    if text.undirected:
        yield f"No frontier: which way is better is not set for {listed(text.undirected)}."


def _who(frontier: Frontier | None) -> str:
    """Who is on the frontier, in words."""
    if frontier is None:
        return ""
    names, rest = frontier.names[:8], len(frontier.names) - 8
    words = listed([*names, f"{rest} more"] if rest > 0 else names)
    return f" On the Pareto frontier (no other is better in both figures): {words}."


def _is_line(frontier: Frontier | None) -> bool:
    """One point is on no line."""
    return frontier is not None and len(set(zip(frontier.x, frontier.y, strict=True))) > 1


def _table(text: ScatterText, traces: Sequence[ScatterTrace]) -> DataTable:
    groups = any(trace.mean for trace in traces)
    if sum(len(trace.x) for trace in traces) > MOST_ROWS:
        return _means_table(text, traces) if groups else _ranges_table(text, traces)
    return DataTable(
        ("Experiment", "Run", text.x.title, text.y.title),
        tuple(
            (trace.name, label, number(x), number(y))
            for trace in traces
            for label, x, y in zip(trace.label, trace.x.tolist(), trace.y.tolist(), strict=True)
        ),
        n_words=2,
        is_whole=True,
    )


def _means_table(text: ScatterText, traces: Sequence[ScatterTrace]) -> DataTable:
    rows = (
        (t.name, str(t.mean.n), _with(t.mean.x, t.mean.x_around), _with(t.mean.y, t.mean.y_around))
        for t in traces
        if t.mean
    )
    head = ("Experiment", "Runs", f"{text.x.title}, mean", f"{text.y.title}, mean")
    return DataTable(head, tuple(rows), n_words=1, is_whole=False)


def _with(mean: float, around: float | None) -> str:
    value, spread = with_spread(mean, around)
    return f"{value} ± {spread}" if spread else value


def _ranges_table(text: ScatterText, traces: Sequence[ScatterTrace]) -> DataTable:
    rows = (
        _range_row(text.x.title, np.concatenate([trace.x for trace in traces]).tolist()),
        _range_row(text.y.title, np.concatenate([trace.y for trace in traces]).tolist()),
    )
    return DataTable(("Figure", "Runs", "Lowest", "Median", "Highest"), rows, 1, is_whole=False)


def _range_row(title: str, values: Sequence[float]) -> tuple[str, ...]:
    return title, str(len(values)), number(min(values)), number(median(values)), number(max(values))
