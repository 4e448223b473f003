"""The table of all runs as Parquet: `runs.parquet`, and what `load_runs` gives. Columns: `run_columns.py`.

pyarrow is imported where it is used: on top of a build's other imports it costs some 0.035 s of CPU time and, with the
first table, 40 MB, most of them pages of its libraries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, get_args

from .arrow_arrays import choices, counts, flags, lists_of_texts, numbers, texts, times
from .model import Group, Leaderboard, Provenance, RunResult, extra_figures
from .run_columns import PROVENANCE_MEANS, Column, Kind, TableRun, columns
from .spec.model import Variable
from .table import variable
from .text import words

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "wattboard-runs/1"
PUE_NOTE = (
    "facility_energy_kwh and emissions_kg include the PUE in the column pue, other energies do not"
)

_RUNS_A_GROUP = 4096
"""Rows are written in groups of so many: what is held in memory at once, and what a reader can skip."""
_BELOW = " › "


@dataclass(frozen=True, slots=True)
class TableAbout:
    """What the table says of itself; "" for what is not known."""

    site: str = ""
    address: str = ""
    """Absolute address of the leaderboard's front page."""
    licence: str = ""


def site_table(
    leaderboard: Leaderboard, places: Callable[[str], Sequence[tuple[Group, ...]]]
) -> tuple[Iterator[TableRun], Mapping[str, Variable]]:
    """The rows of a leaderboard, made as they are taken, and the figures of its processors.

    Args:
        places: From a run's path to the leaves that list it, each behind the groups that it lies in. The first one's
            view of the processors' figures counts.
    """

    def leaf(run: RunResult) -> Group | None:
        listed = places(run.location.path)
        return listed[0][-1] if listed else None

    titles: dict[tuple[str, ...], tuple[str, ...]] = {}
    """Addresses of leaves to what they are called: the same for many runs."""

    def titles_of(path: str) -> tuple[str, ...]:
        listed = places(path)
        key = tuple([place[-1].address for place in listed])
        if key not in titles:
            titles[key] = tuple(_BELOW.join(g.node.title for g in place) for place in listed)
        return titles[key]

    def rows() -> Iterator[TableRun]:
        for run in leaderboard.runs:
            path = run.location.path
            figures = (
                {**run.figures, **extra_figures(run, leaf(run))} if run.extras else run.figures
            )
            yield TableRun(run, figures, leaderboard.run_addresses.get(path), titles_of(path))

    extras: dict[str, Variable] = {}
    for run in leaderboard.runs:
        for name in (name for given in run.extras.values() for name in given if name not in extras):
            of = leaf(run)
            extras[name] = Variable(words(name)) if of is None else variable(of, name)
    return rows(), extras


def write_run_table(
    file: Path | BinaryIO,
    rows: Iterable[TableRun],
    extras: Mapping[str, Variable],
    about: TableAbout = TableAbout(),
) -> None:
    """Write runs as Parquet, some thousand at a time: the same runs give the same bytes.

    Args:
        extras: The figures of processors that the rows may have.
    """
    from pyarrow import parquet

    wanted = columns(extras)
    schema = _schema(wanted, about)
    # Numbers and names of which hardly two are the same only grow by a dictionary.
    repeated = [c.name for c in wanted if c.kind not in ("number", "text", "time")]
    taken = iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeated) as writer:
        while batch := list(islice(taken, _RUNS_A_GROUP)):
            writer.write_batch(_batch(batch, wanted, schema))


def _batch(rows: Sequence[TableRun], wanted: Sequence[Column], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [_ARRAYS[c.kind](c.values(rows)) for c in wanted]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


_ARRAYS: Mapping[Kind, Callable[[list[Any]], pa.Array]] = {
    "text": texts,
    "category": texts,
    "texts": lists_of_texts,
    "time": times,
    "flag": flags,
    "count": counts,
    "number": numbers,
    "provenance": partial(choices, of=get_args(Provenance)),
}


def _schema(wanted: Sequence[Column], about: TableAbout) -> pa.Schema:
    import pyarrow as pa

    fields = [
        # The type of no values is the type of all.
        pa.field(column.name, _ARRAYS[column.kind]([]).type, metadata=_column_words(column))
        for column in wanted
    ]
    said = {
        "format": FORMAT,
        "site": about.site,
        "address": about.address,
        "license": about.licence,
        "pue": PUE_NOTE,
        "provenance": PROVENANCE_MEANS,
    }
    known = {key: text for key, text in said.items() if text}
    units = {column.name: column.unit for column in wanted if column.unit}
    labels = {column.name: column.label for column in wanted if column.label}
    # What pandas looks for: the index, and the attributes of the frame.
    run = {"name": "run", "field_name": "run", "pandas_type": "unicode", "numpy_type": "object"}
    of_pandas = {
        "pandas": {
            "index_columns": ["run"],
            "column_indexes": [],
            "columns": [{**run, "metadata": None}],
            "pandas_version": "2.1.0",
        },
        "PANDAS_ATTRS": {**known, "units": units, "labels": labels},
    }
    as_text = {key: json.dumps(value, ensure_ascii=False) for key, value in of_pandas.items()}
    return pa.schema(fields, metadata={**known, **as_text})


def _column_words(column: Column) -> dict[str, str]:
    said = {
        "label": column.label,
        "unit": column.unit,
        "description": column.description,
        "figure": column.figure,
    }
    return {key: text for key, text in said.items() if text}
