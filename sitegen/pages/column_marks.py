"""What marks the figures of a table have, and which is the best of a column: of all rows, shown or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..columns import PROVENANCES, Column
from ..model import Group
from ..ranking import competes, direction
from ..table import Table
from .table_legend import Marks
from .views import RowView


def marks_of(group: Group, table: Table, rows: Sequence[RowView]) -> Marks:
    """What a reader meets in the cells of a table, those that come later among them."""
    cells = [cell for row in rows for cell in row.cells]
    provenances = {kind for shown in table.columns for kind in table.provenances(shown.name)}
    return Marks(
        provenances,
        has_spread=any(cell.spread for cell in cells),
        has_bars=any(cell.bar is not None for cell in cells),
        has_best=any(best_of(group, table, shown) is not None for shown in table.columns),
    )


def best_of(group: Group, table: Table, shown: Column) -> float | None:
    """The best mean of a column; None where it is not known which that is, or nothing to be better than.

    Nor is one claimed where it is that of a partial figure: the rest of it may be more than the lead.
    """
    better = direction(group, shown)
    if not better or not competes(group):
        return None
    if table.of_runs is not None:
        values = table.of_runs.values[shown.name]
        present = values.present
        partial = values.value[values.code == PROVENANCES.index("partial")]
    else:
        stats = [row.stats[shown.name] for row in table.rows]
        present = np.array([stat.mean for stat in stats if stat.mean is not None])
        partial = np.array([stat.mean for stat in stats if stat.provenance == "partial"], float)
    if len(present) < 2:
        return None
    best = float(present.min() if better == "lower" else present.max())
    return None if best in partial else best
