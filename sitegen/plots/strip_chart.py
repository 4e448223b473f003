"""One figure by group: every run as a mark, quartiles where there are enough of them, and the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from ..charts import AxisText
from ..distribution import Distribution, Quartiles
from ..pages.views import ChartView, DataTable
from ..svg.axes import axis
from ..svg.rows import StripRow, height, strips
from ..text import count, number
from .parts import axis_figure, log_switch, rounded

MOST_GROUPS = 30
FEWEST_FOR_BOX = 5


@dataclass(frozen=True, slots=True)
class Strip:
    """The runs of one group. Shape (n,) each, n >= 1."""

    name: str
    index: int
    """Place among the group's children, which chooses colour and shape."""
    values: tuple[float, ...]
    label: tuple[str, ...]
    """What a run is called."""
    url: tuple[str, ...]
    """Where a click on it leads, relative to the page."""

    @property
    def mean(self) -> float:
        return fsum(self.values) / len(self.values)

    @property
    def quartiles(self) -> Quartiles:
        return Distribution(tuple(sorted(self.values))).quartiles

    @property
    def box(self) -> Quartiles | None:
        return self.quartiles if len(self.values) >= FEWEST_FOR_BOX else None


def strip_chart(chart_id: str, x: AxisText, better: str, groups: Sequence[Strip]) -> ChartView:
    """One figure by group.

    Args:
        better: "lower", "higher", or "" where it is not known.
        groups: In the order of the page, at least one.
    """
    shown = groups[:MOST_GROUPS]
    rows = [
        StripRow(group.name, group.index, group.values, group.mean, group.box) for group in shown
    ]
    title = f"{x.label} by experiment"
    return ChartView(
        id=chart_id,
        title=title,
        svg=strips(axis(x.title, [np.array(group.values) for group in shown]), rows),
        figure={
            "kind": "strip",
            "title": title,
            "x": axis_figure(x),
            "rows": [_row(group) for group in shown],
        },
        description=_description(x, groups, shown),
        kind="strip",
        notes=tuple(_notes(better, groups, shown)),
        table=_table(x, groups),
        log_switches=(log_switch("x", x, (v for group in shown for v in group.values)),),
        height=height(len(shown)),
    )


def _row(group: Strip) -> dict[str, object]:
    box = group.box
    return {
        "name": group.name,
        "index": group.index,
        "values": [rounded(v) for v in group.values],
        "label": group.label,
        "url": group.url,
        "mean": rounded(group.mean),
        "box": box and [rounded(v) for v in (box.low, box.first, box.median, box.third, box.high)],
    }


def _description(x: AxisText, groups: Sequence[Strip], shown: Sequence[Strip]) -> str:
    means = ", ".join(f"{group.name} {number(group.mean)}" for group in shown)
    n = sum(len(group.values) for group in groups)
    return f"{x.title} of {count(n, 'run')}, a row a group. Means: {means}."


def _notes(better: str, groups: Sequence[Strip], shown: Sequence[Strip]) -> list[str]:
    boxed = any(group.box for group in shown)
    stroke = "Each mark is a run, the upright stroke their mean"
    box = f"; the box spans the quartiles, with the median, from {FEWEST_FOR_BOX} runs on"
    way = f" {better.capitalize()} is better." if better else ""
    notes = [f"{stroke}{box if boxed else ''}.{way}"]
    left = len(groups) - len(shown)
    if left:
        words = count(left, "further group")
        notes.append(f"{words} {'is' if left == 1 else 'are'} in the table only.")
    return notes


def _table(x: AxisText, groups: Sequence[Strip]) -> DataTable:
    unit = f" ({x.unit})" if x.unit else ""
    numbers = ("Lowest", "Lower quartile", "Median", "Upper quartile", "Highest", "Mean")
    rows = tuple(_table_row(group) for group in groups)
    return DataTable(("Experiment", "Runs", *(f"{n}{unit}" for n in numbers)), rows, 1, False)


def _table_row(group: Strip) -> tuple[str, ...]:
    q = group.quartiles
    values = (q.low, q.first, q.median, q.third, q.high, group.mean)
    return (group.name, str(len(group.values)), *(number(v) for v in values))
