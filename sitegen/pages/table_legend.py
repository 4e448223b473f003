"""What stands below a table: what its marks mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .views import ColumnView, LegendItem, RowView

SIGNS = {"estimated": "≈", "partial": "◐"}
MEANINGS = {
    "measured": "measured by counters or sensors",
    "estimated": "estimated from rated power or a yearly average",
    "partial": "partial: some components or some of the time are missing",
    "reported": "reported by the runs themselves",
}


def legend(
    columns: Sequence[ColumnView], rows: Sequence[RowView], ordering: str, spread_label: str
) -> Iterator[LegendItem]:
    """The marks that a table has, in the order in which a reader meets them."""
    cells = [cell for row in rows for cell in row.cells]
    if ordering:
        yield LegendItem("", ordering)
    if any(cell.spread for cell in cells):
        yield LegendItem("", f"Mean of the runs ± {spread_label}")
    if any(cell.bar is not None for cell in cells):
        yield LegendItem("", "Bars: the same, from zero")
    yield from _provenances({cell.provenance for cell in cells})
    for sign, better in (("↓", "lower"), ("↑", "higher")):
        if any(column.better == better for column in columns):
            yield LegendItem(sign, f"{better} is better")
    if any(cell.is_best for cell in cells):
        yield LegendItem("", "Bold: the best of a column")
    if any(not cell.text for cell in cells):
        yield LegendItem("—", "not measured")


def _provenances(found: set[str]) -> Iterator[LegendItem]:
    for provenance, sign in SIGNS.items():
        if provenance in found:
            yield LegendItem(sign, MEANINGS[provenance])
    if "measured" in found:
        reported = ", or reported by the runs where the column says so"
        more = reported if "reported" in found else ""
        yield LegendItem("", f"Without a mark: {MEANINGS['measured']}{more}")
