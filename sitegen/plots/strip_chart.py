"""One figure by group: every run as a mark, quartiles where there are enough of them, and the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from ..charts import AxisText
from ..distribution import Distribution, Quartiles
from ..model import FloatArray
from ..pages.views import ChartView, DataTable
from ..svg.axes import axis
from ..svg.rows import StripRow, height, strips
from ..text import count, number
from .parts import axis_figure, drawn_note, log_switch, rounded

MOST_GROUPS = 30
FEWEST_FOR_BOX = 5


@dataclass(frozen=True, slots=True)
class Strip:
    """The runs of one group."""

    name: str
    index: int
    """Place among the group's children, which chooses colour and shape."""
    values: FloatArray
    """Of all its runs, at least one."""
    drawn: NDArray[np.intp]
    """Places of those that are drawn: all, or so many as a page can hold. See `thinning.py`."""
    label: tuple[str, ...]
    """What a run that is drawn is called."""
    url: tuple[str, ...]
    """Where a click on it leads, relative to the page; "" for a run without a page."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A strip, with what it comes to."""

    strip: Strip
    mean: float
    quartiles: Quartiles

    @classmethod
    def of(cls, strip: Strip) -> _Group:
        values = sorted(strip.values.tolist())
        return cls(strip, fsum(values) / len(values), Distribution(tuple(values)).quartiles)

    @property
    def n(self) -> int:
        return len(self.strip.values)

    @property
    def box(self) -> Quartiles | None:
        return self.quartiles if self.n >= FEWEST_FOR_BOX else None


def strip_chart(chart_id: str, x: AxisText, better: str, of_groups: Sequence[Strip]) -> ChartView:
    """One figure by group.

    Args:
        better: "lower", "higher", or "" where it is not known.
        of_groups: In the order of the page, at least one.
    """
    groups = [_Group.of(strip) for strip in of_groups]
    shown = groups[:MOST_GROUPS]
    rows = [
        StripRow(
            group.strip.name,
            group.strip.index,
            tuple(group.strip.values.tolist()),
            group.mean,
            group.box,
        )
        for group in shown
    ]
    title = f"{x.label} by experiment"
    return ChartView(
        id=chart_id,
        title=title,
        svg=strips(axis(x.title, [group.strip.values for group in shown]), rows),
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
        log_switches=(log_switch("x", x, [group.strip.values for group in shown]),),
        height=height(len(shown)),
    )


def _row(group: _Group) -> dict[str, object]:
    box, strip = group.box, group.strip
    return {
        "name": strip.name,
        "index": strip.index,
        "values": [rounded(v) for v in strip.values[strip.drawn].tolist()],
        "label": strip.label,
        "url": strip.url,
        "mean": rounded(group.mean),
        "box": box and [rounded(v) for v in (box.low, box.first, box.median, box.third, box.high)],
        **({"n": group.n} if len(strip.drawn) < group.n else {}),
    }


def _description(x: AxisText, groups: Sequence[_Group], shown: Sequence[_Group]) -> str:
    means = ", ".join(f"{group.strip.name} {number(group.mean)}" for group in shown)
    n = sum(group.n for group in groups)
    return f"{x.title} of {count(n, 'run')}, a row a group. Means: {means}."


def _notes(better: str, groups: Sequence[_Group], shown: Sequence[_Group]) -> list[str]:
    boxed = any(group.box for group in shown)
    stroke = "Each mark is a run, the upright stroke their mean"
    box = f"; the box spans the quartiles, with the median, from {FEWEST_FOR_BOX} runs on"
    way = f" {better.capitalize()} is better." if better else ""
    notes = [f"{stroke}{box if boxed else ''}.{way}"]
    n, drawn = sum(group.n for group in shown), sum(len(group.strip.drawn) for group in shown)
    if drawn < n:
        notes.append(drawn_note(drawn, n))
    left = len(groups) - len(shown)
    if left:
        words = count(left, "further group")
        notes.append(f"{words} {'is' if left == 1 else 'are'} in the table only.")
    return notes


def _table(x: AxisText, groups: Sequence[_Group]) -> DataTable:
    unit = f" ({x.unit})" if x.unit else ""
    numbers = ("Lowest", "Lower quartile", "Median", "Upper quartile", "Highest", "Mean")
    rows = tuple(_table_row(group) for group in groups)
    return DataTable(("Experiment", "Runs", *(f"{n}{unit}" for n in numbers)), rows, 1, False)


def _table_row(group: _Group) -> tuple[str, ...]:
    q = group.quartiles
    values = (q.low, q.first, q.median, q.third, q.high, group.mean)
    return (group.strip.name, str(group.n), *(number(v) for v in values))
