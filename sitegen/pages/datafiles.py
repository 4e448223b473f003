"""The numbers of a page as files: `leaderboard.json` and `.csv`, `runs.json` and `.csv`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import isnan
from typing import Any

from ..catalog import FIGURES
from ..download import iso
from ..model import Group, Leaderboard, RunResult, extra_figures
from ..ranking import METHOD, RankInterval, table_ranks
from ..table import Table
from .carbon_text import carbon_source
from .json_text import batched, record, scalar, string


def leaderboard_files(group: Group, table: Table) -> dict[str, str]:
    """`leaderboard.json` and `leaderboard.csv` of a group or leaf: rows in the page's order.

    Args:
        table: The group's `main_table`.
    """
    return {
        "leaderboard.json": _leaderboard(group, table),
        "leaderboard.csv": "".join(_leaderboard_csv(table)),
    }


def _leaderboard(group: Group, table: Table) -> str:
    ranks = table_ranks(group, table)
    head = _json(
        {
            "title": group.node.title,
            "ranking": METHOD,
            "columns": [
                {"name": c.name, "label": c.variable.label, "unit": c.variable.unit}
                for c in table.columns
            ],
            "rows": [],
        }
    )
    # A column that the spec names twice has one place among a row's values.
    places = list({c.name: i for i, c in enumerate(table.columns)}.values())
    names = [f"    {string(table.columns[i].name)}: " for i in places]
    rows = [
        record(
            {
                "experiment": string(title),
                "path": string(path),
                "n": str(n),
                "values": _figures_text(names, [figures[i] for i in places]),
                "ranks": {
                    name: json.dumps(rank_record(of_rows[i]), indent=1).replace("\n", "\n    ")
                    for name, of_rows in ranks.items()
                },
            },
            depth=2,
        )
        for i, (title, path, n, figures) in enumerate(_rows(table))
    ]
    return (
        head if not rows else head.removesuffix("[]\n}\n") + "[\n" + ",\n".join(rows) + "\n ]\n}\n"
    )


def _figures_text(names: Sequence[str], figures: _Figures) -> str:
    """What is in a row's "values".

    Args:
        names: Of the columns, as they stand before their figures.
    """
    if not names:
        return "{}"
    lines = [
        f'{name}{{\n     "mean": {scalar(mean)},\n     "stderr": {scalar(stderr)},\n     "sum": {scalar(total)}\n    }}'
        for name, (mean, stderr, total) in zip(names, figures, strict=True)
    ]
    return "{\n" + ",\n".join(lines) + "\n   }"


_Figures = Sequence[tuple[float | None, float | None, float | None]]


def _rows(table: Table) -> Iterator[tuple[str, str, int, _Figures]]:
    """Title, path, number of runs, and of each column mean, standard error and sum."""
    if table.of_runs is None:
        for row in table.rows:
            stats = [row.stats[c.name] for c in table.columns]
            yield row.title, row.path, row.n, [(s.mean, s.stderr, s.total) for s in stats]
        return
    of = table.of_runs
    columns = [(of.values[c.name].value.tolist(), c.summable) for c in table.columns]
    for i, run in enumerate(of.runs):
        path = run.location.path
        values = [(None if isnan(v[i]) else v[i], summable) for v, summable in columns]
        figures = [(value, None, value if summable else None) for value, summable in values]
        yield of.titles[path], path, 1, figures


def rank_record(rank: RankInterval | None) -> list[int] | None:
    """An interval of ranks as files have it: [best, worst], null where none is claimed."""
    return None if rank is None else [rank.best, rank.worst]


def _leaderboard_csv(table: Table) -> Iterator[str]:
    parts = [f"{c.name}_{part}" for c in table.columns for part in ("mean", "stderr", "sum")]
    rows = (
        [title, path, n, *(value for of_one in figures for value in of_one)]
        for title, path, n, figures in _rows(table)
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


def runs_files(leaderboard: Leaderboard, leaves: Mapping[str, Group]) -> dict[str, Iterator[str]]:
    """`runs.json` and `runs.csv`: every run's figures, provenance and address, as blocks of text.

    Args:
        leaves: Run path to the first leaf that lists the run.
    """

    def records() -> Iterator[dict[str, Any]]:
        for run in leaderboard.runs:
            yield {
                **run_record(run, leaves.get(run.location.path)),
                "address": leaderboard.run_addresses.get(run.location.path),
                "experiment_start": iso(run.start_s),
                "experiment_end": iso(run.end_s) if run.ended else None,
                "pue": run.pue,
                "pue_source": run.pue_source,
                "carbon_intensity_source": carbon_source(run),
            }

    names = dict.fromkeys(
        name for run in leaderboard.runs for extras in run.extras.values() for name in extras
    )
    return {"runs.json": _records_json(records()), "runs.csv": _records_csv(records(), names)}


def figures_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """Records of runs as a table: a column a figure, and one for its provenance."""
    listed = list(records)
    return "".join(_records_csv(listed, (name for record in listed for name in record["metrics"])))


def _records_csv(records: Iterable[Mapping[str, Any]], extra: Iterable[str]) -> Iterator[str]:
    """Args:
    extra: Names of figures that the catalogue does not have, among others.
    """
    names = list(dict.fromkeys([*(kind.name for kind in FIGURES), *extra]))
    rest = iter(records)
    first = next(rest, {})
    other = [key for key in first if key not in {"run", "metrics", "provenance"}]
    head = ["run", *names, *(f"{name}_provenance" for name in names), *other]
    rows = (
        [
            record["run"],
            *map(record["metrics"].get, names),
            *(record["provenance"].get(name, "not measured") for name in names),
            *(record[key] for key in other),
        ]
        for record in chain([first] if first else [], rest)
    )
    return _csv(head, rows)


def _records_json(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    before = "[\n"
    for block in batched(map(_record_text, records)):
        yield before + ",\n".join(block)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _record_text(of_run: Mapping[str, Any]) -> str:
    metrics = {name: scalar(value) for name, value in of_run["metrics"].items()}
    provenance = {name: string(kind) for name, kind in of_run["provenance"].items()}
    others = {
        key: value if isinstance(value, dict) else scalar(value)
        for key, value in {**of_run, "metrics": metrics, "provenance": provenance}.items()
    }
    return record(others, depth=1)


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV with an empty cell for what is absent, as blocks of text."""
    for block in batched(chain([head], rows)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(block)
        yield text.getvalue()
