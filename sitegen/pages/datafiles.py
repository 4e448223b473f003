"""The numbers of a page as files: `leaderboard.json` and `.csv`, `runs.json` and `.csv`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..catalog import FIGURES
from ..download import iso
from ..model import Group, Leaderboard, RunResult, extra_figures
from ..ranking import METHOD, RankInterval, table_ranks
from ..table import Table
from .carbon_text import carbon_source


def leaderboard_files(group: Group, table: Table) -> dict[str, str]:
    """`leaderboard.json` and `leaderboard.csv` of a group or leaf: rows in the page's order.

    Args:
        table: The group's `main_table`.
    """
    return {
        "leaderboard.json": _json(_leaderboard(group, table)),
        "leaderboard.csv": _leaderboard_csv(table),
    }


def _leaderboard(group: Group, table: Table) -> dict[str, Any]:
    ranks = table_ranks(group, table)
    return {
        "title": group.node.title,
        "ranking": METHOD,
        "columns": [
            {"name": c.name, "label": c.variable.label, "unit": c.variable.unit}
            for c in table.columns
        ],
        "rows": [
            {
                "experiment": row.title,
                "path": row.path,
                "n": row.n,
                "values": {
                    name: {"mean": stat.mean, "stderr": stat.stderr, "sum": stat.total}
                    for name, stat in row.stats.items()
                },
                "ranks": {name: rank_record(of_rows[i]) for name, of_rows in ranks.items()},
            }
            for i, row in enumerate(table.rows)
        ],
    }


def rank_record(rank: RankInterval | None) -> list[int] | None:
    """An interval of ranks as files have it: [best, worst], null where none is claimed."""
    return None if rank is None else [rank.best, rank.worst]


def _leaderboard_csv(table: Table) -> str:
    parts = [f"{c.name}_{part}" for c in table.columns for part in ("mean", "stderr", "sum")]
    rows = (
        [
            row.title,
            row.path,
            row.n,
            *(
                value
                for c in table.columns
                for stat in (row.stats[c.name],)
                for value in (stat.mean, stat.stderr, stat.total)
            ),
        ]
        for row in table.rows
    )
    return _csv(["experiment", "path", "n", *parts], rows)


def run_record(run: RunResult, leaf: Group | None = None) -> dict[str, Any]:
    """A run's figures as `wattboard measure --format json` gives them.

    Args:
        leaf: The first that lists the run, whose view of the processors' figures counts.
    """
    figures = {**run.figures, **extra_figures(run, leaf)}
    return {
        "run": run.location.path,
        "metrics": {name: figure.value for name, figure in figures.items()},
        "provenance": {name: figure.provenance for name, figure in figures.items()},
    }


def runs_files(leaderboard: Leaderboard, leaves: Mapping[str, Group]) -> dict[str, str]:
    """`runs.json` and `runs.csv`: every run's figures, provenance and address.

    Args:
        leaves: Run path to the first leaf that lists the run.
    """
    records = [
        {
            **run_record(run, leaves.get(run.location.path)),
            "address": leaderboard.run_addresses.get(run.location.path),
            "experiment_start": iso(run.start_s),
            "experiment_end": iso(run.end_s) if run.ended else None,
            "pue": run.pue,
            "pue_source": run.pue_source,
            "carbon_intensity_source": carbon_source(run),
        }
        for run in leaderboard.runs
    ]
    return {"runs.json": _json(records), "runs.csv": figures_csv(records)}


def figures_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """Records of runs as a table: a column a figure, and one for its provenance."""
    listed = list(records)
    names = list(dict.fromkeys(name for record in listed for name in record["metrics"]))
    names = [kind.name for kind in FIGURES] + [
        n for n in names if n not in {k.name for k in FIGURES}
    ]
    other = [
        key for key in (listed[0] if listed else {}) if key not in {"run", "metrics", "provenance"}
    ]
    rows = (
        [
            record["run"],
            *(record["metrics"].get(name) for name in names),
            *(record["provenance"].get(name, "not measured") for name in names),
            *(record[key] for key in other),
        ]
        for record in listed
    )
    return _csv(["run", *names, *(f"{name}_provenance" for name in names), *other], rows)


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV with an empty cell for what is absent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
