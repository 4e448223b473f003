"""Pieces that several kinds of charts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..charts import AxisText
from ..model import FloatArray
from ..pages.views import KeyView, LogSwitch
from ..svg.axes import COLOURS
from ..svg.shapes import SIGNS, shape_index
from ..text import within_sentence

MOST_ROWS = 60
"""A table of more is a summary; a script shows the rest."""


def axis_figure(text: AxisText) -> dict[str, str]:
    """An axis as the scripts know it."""
    return {"label": text.marked_label, "unit": text.unit}


def key(i: int, name: str) -> KeyView:
    """The legend of the i-th group, by its mark."""
    return KeyView(name, SIGNS[shape_index(i)], f"wb-c{i % COLOURS}")


def log_switch(axis: str, text: AxisText, values: Iterable[FloatArray]) -> LogSwitch:
    """A switch that says why it cannot be used where it cannot."""
    reason = (
        f"{text.label} has values of zero or less, which have no logarithm"
        if any((some <= 0).any() for some in values)
        else ""
    )
    return LogSwitch("x" if axis == "x" else "y", f"Log {within_sentence(text.label)}", reason)


def drawn_note(drawn: int, n: int) -> str:
    """What is to be said of a chart that draws some of its runs."""
    return f"{drawn:,} of {n:,} runs drawn; the figures and the marks for means and quartiles are of all."


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def rounded(value: float) -> float:
    """To six significant digits, which print short: finer than any screen."""
    return float(f"{value:.6g}")
