"""The rows of a leaf's table as files, where there are too many for its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..shards import WHOLE_UP_TO
from ..table import Table
from ..titles import natural
from .column_marks import best_of
from .row_shards import RowTable, figure_cells, row_files
from .tables import NOT_MEASURED


def leaf_row_files(table: Table, run_addresses: Mapping[str, str]) -> dict[str, str]:
    """Name to text; nothing for a group, and for a leaf that shows all its rows.

    Args:
        table: The leaf's `main_table`.
        run_addresses: As in `Leaderboard`.
    """
    if table.of_runs is None or len(table.rows) <= WHOLE_UP_TO:
        return {}
    figures = table.figures
    group = figures.group
    # Not in the table's own order: there a new figure would move rows from one shard to another.
    keys = [natural(run.location.path) for run in group.runs]
    places = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)
    columns = [
        {
            "kind": "number",
            "absent": NOT_MEASURED,
            "factor": shown.shown.factor,
            "digits": shown.variable.digits,
            "best": best_of(group, table, shown),
        }
        for shown in table.columns
    ]
    names = [shown.name for shown in table.columns]
    order = None
    ordering = group.node.ordering_variable
    if ordering is not None:
        if ordering not in names:
            names.append(ordering)
        order = {
            "at": names.index(ordering),
            "sign": 1 if group.node.ordering == "ascending" else -1,
        }
    cells = list(
        zip(*(figure_cells(figures.of(name).take(places)) for name in names), strict=True)
    ) or [()] * len(places)

    def of_row(place: int, *_: Any) -> list[Any]:
        return list(cells[place])

    runs = [group.runs[place] for place in places.tolist()]
    return dict(row_files(RowTable(runs, figures.titles, columns, of_row, order), run_addresses))
