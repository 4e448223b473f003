"""What stands below a table: what its marks mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..model import Provenance
from .views import ColumnView, LegendItem

SIGNS = {"estimated": "≈", "partial": "◐"}
MEANINGS = {
    "measured": "measured by counters or sensors",
    "estimated": "estimated from rated power or a yearly average",
    "partial": "partial: some components or some of the time are missing",
    "reported": "reported by the runs themselves",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a reader meets in the cells of a table."""

    provenances: Collection[Provenance]
    """With "not measured" where a figure is missing."""
    has_spread: bool = False
    has_bars: bool = False
    has_best: bool = False


def legend(
    marks: Marks, columns: Sequence[ColumnView], ordering: str, spread_label: str
) -> Iterator[LegendItem]:
    """The marks that a table has, in the order in which a reader meets them."""
    if ordering:
        yield LegendItem("", ordering)
    if marks.has_spread:
        yield LegendItem("", f"Mean of the runs ± {spread_label}")
    if marks.has_bars:
        yield LegendItem("", "Bars: the same, from zero")
    yield from _provenances(marks.provenances)
    for sign, better in (("↓", "lower"), ("↑", "higher")):
        if any(column.better == better for column in columns):
            yield LegendItem(sign, f"{better} is better")
    if marks.has_best:
        yield LegendItem("", "Bold: the best of a column")
    if "not measured" in marks.provenances:
        yield LegendItem("—", "not measured")


def _provenances(found: Collection[Provenance]) -> Iterator[LegendItem]:
    for provenance, sign in SIGNS.items():
        if provenance in found:
            yield LegendItem(sign, MEANINGS[provenance])
    if "measured" in found:
        reported = ", or reported by the runs where the column says so"
        more = reported if "reported" in found else ""
        yield LegendItem("", f"Without a mark: {MEANINGS['measured']}{more}")
