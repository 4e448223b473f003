"""The numbers of a page as files: `leaderboard.json` and `.csv`, `runs.json` and `.csv`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from math import isnan
from typing import Any

from ..catalog import figure_kinds
from ..download import iso
from ..model import Group, Leaderboard, RunResult, extra_figures
from ..ranking import METHOD, RankInterval, table_ranks
from ..shards import Shard, shards
from ..table import Table
from .carbon_text import carbon_source
from .json_text import number_text, object_text, record, scalar, string
from .kept import Keep


def leaderboard_files(group: Group, table: Table) -> dict[str, str]:
    """`leaderboard.json` and `leaderboard.csv` of a group or leaf: rows in the page's order.

    Args:
        table: The group's `main_table`.
    """
    return {
        "leaderboard.json": _leaderboard(group, table),
        "leaderboard.csv": _leaderboard_csv(table),
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
                "ranks": _ranks_text({name: of_rows[i] for name, of_rows in ranks.items()}),
            },
            depth=2,
        )
        for i, (title, path, n, figures) in enumerate(_rows(table))
    ]
    return (
        head if not rows else head.removesuffix("[]\n}\n") + "[\n" + ",\n".join(rows) + "\n ]\n}\n"
    )


def _ranks_text(ranks: Mapping[str, RankInterval | None]) -> str:
    text = json.dumps({name: rank_record(rank) for name, rank in ranks.items()}, indent=1)
    return text.replace("\n", "\n   ")


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
        yield of.titles.of(path), path, 1, figures


def rank_record(rank: RankInterval | None) -> list[int] | None:
    """An interval of ranks as files have it: [best, worst], null where none is claimed."""
    return None if rank is None else [rank.best, rank.worst]


def _leaderboard_csv(table: Table) -> str:
    parts = [f"{c.name}_{part}" for c in table.columns for part in ("mean", "stderr", "sum")]
    rows = (
        [title, path, n, *(value for of_one in figures for value in of_one)]
        for title, path, n, figures in _rows(table)
    )
    return _csv(chain([["experiment", "path", "n", *parts]], rows))


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


def runs_files(
    leaderboard: Leaderboard, leaves: Mapping[str, Group], keep: Keep
) -> Iterator[tuple[str, str]]:
    """`runs.json` and `runs.csv`: every run's figures, provenance and address.

    Args:
        leaves: Run path to the first leaf that lists the run.
        keep: Gives blocks that were made before.

    Returns:
        Name of a file and the next block of its text, both files by turns.
    """
    runs = leaderboard.runs
    if not runs:
        yield "runs.json", "[]\n"
        return

    @lru_cache(maxsize=1)
    def records_of(start: int, stop: int) -> list[dict[str, Any]]:
        return [
            _full_record(leaderboard, run, leaves.get(run.location.path))
            for run in runs[start:stop]
        ]

    def as_json(shard: Shard) -> str:
        return ",\n".join(map(_record_text, records_of(shard.start, shard.stop)))

    def as_csv(shard: Shard) -> str:
        return table.block(records_of(shard.start, shard.stop))

    extra = dict.fromkeys(name for run in runs for extras in run.extras.values() for name in extras)
    table = _FiguresTable(extra, records_of(0, 1)[0])
    yield "runs.csv", table.head()
    # Its columns are those of all runs.
    csv_kind = "\0".join(("csv", *extra))
    before = "[\n"
    for shard in shards([run.location.path for run in runs]):
        some = runs[shard.start : shard.stop]
        yield "runs.json", before + keep("json", some, partial(as_json, shard))
        yield "runs.csv", keep(csv_kind, some, partial(as_csv, shard))
        before = ",\n"
    yield "runs.json", "\n]\n"


def _full_record(leaderboard: Leaderboard, run: RunResult, leaf: Group | None) -> dict[str, Any]:
    """With the figures as text, since both files write them alike."""
    figures = run.figures
    if run.extras:
        figures = {**figures, **extra_figures(run, leaf)}
    return {
        "run": run.location.path,
        "metrics": {name: number_text(figure.value) for name, figure in figures.items()},
        "provenance": {name: figure.provenance for name, figure in figures.items()},
        "address": leaderboard.run_addresses.get(run.location.path),
        "experiment_start": None if run.start_s is None else iso(run.start_s),
        "experiment_end": iso(run.end_s) if run.ended and run.end_s is not None else None,
        "pue": run.pue,
        "pue_source": run.pue_source,
        "carbon_intensity_source": carbon_source(run),
    }


def figures_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """Records of runs as a table: a column a figure, and one for its provenance."""
    listed = list(records)
    names = (name for record in listed for name in record["metrics"])
    table = _FiguresTable(names, listed[0] if listed else ())
    return table.head() + table.block(listed)


class _FiguresTable:
    """CSV of records, made in blocks.

    Args:
        extra: Names of figures that the catalogue does not have, among others.
        keys: Of every record.
    """

    def __init__(self, extra: Iterable[str], keys: Iterable[str]) -> None:
        self._names = list(dict.fromkeys([*(kind.name for kind in figure_kinds()), *extra]))
        self._other = [key for key in keys if key not in {"run", "metrics", "provenance"}]

    def head(self) -> str:
        """The line of names."""
        names = self._names
        return _csv([["run", *names, *(f"{n}_provenance" for n in names), *self._other]])

    def block(self, records: Sequence[Mapping[str, Any]]) -> str:
        """The lines of some records."""
        names = self._names
        rows: list[Sequence[object]] = []
        for of_run in records:
            provenance = of_run["provenance"].get
            rows.append(
                [
                    of_run["run"],
                    *map(of_run["metrics"].get, names),
                    *[provenance(name, "not measured") for name in names],
                    *[of_run[key] for key in self._other],
                ]
            )
        return _csv(rows)


def _record_text(of_run: Mapping[str, Any]) -> str:
    metrics, provenance = of_run["metrics"], of_run["provenance"]
    fields = {key: scalar(value) for key, value in of_run.items() if not isinstance(value, dict)}
    of_figures = {
        "metrics": object_text({name: text or "null" for name, text in metrics.items()}, 2),
        "provenance": _provenance_text(tuple(provenance), tuple(provenance.values())),
    }
    return record({"run": fields.pop("run"), **of_figures, **fields}, depth=1)


@lru_cache(maxsize=256)
def _provenance_text(names: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    """Most runs of a site have the same."""
    return object_text({n: string(kind) for n, kind in zip(names, kinds, strict=True)}, 2)


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _csv(rows: Iterable[Iterable[object]]) -> str:
    """CSV with an empty cell for what is absent."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
