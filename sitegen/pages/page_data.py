"""What a page's scripts need: a file `data.js` beside it, loaded when a chart comes into view or a comparison asks.

A script and not JSON, because browsers refuse to fetch from disk. See docs/adr/0005-data-in-scripts.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..model import Group, RunResult
from ..table import Table
from .views import ChartView, GroupView, RunView

DATA_FILE = "data.js"


def run_data(run: RunResult, address: str, view: RunView) -> dict[str, Any]:
    """What charts and comparisons show of a run."""
    return {
        "kind": "run",
        "address": address,
        "title": view.title,
        "path": run.location.path,
        "charts": _figures(view.charts),
    }


def group_data(group: Group, table: Table, view: GroupView) -> dict[str, Any]:  # noqa: ARG001
    """What charts and comparisons show of a group or a leaf."""
    return {
        "kind": view.kind,
        "address": group.address,
        "title": view.title,
        "charts": _figures(view.charts),
    }


def _figures(charts: tuple[ChartView, ...]) -> dict[str, Mapping[str, Any]]:
    return {chart.id: chart.figure for chart in charts}


def as_script(content: object) -> str:
    """A data file: JSON, which is JavaScript too, handed to `wattboard.receive`."""
    return f"wattboard.receive({msgspec.json.encode(content).decode()});\n"
