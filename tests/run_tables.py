"""The table of all runs as records, to be compared with `runs.json`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pyarrow import parquet

_END = "_provenance"
_OTHERS = (
    "address",
    "experiment_start",
    "experiment_end",
    "pue",
    "pue_source",
    "carbon_intensity_source",
)
"""What `runs.json` says of a run beside its figures."""


def read_records(file: Path) -> list[dict[str, Any]]:
    """A Parquet file in the form that `json_records` gives."""
    table = parquet.read_table(file)
    figures = [name.removesuffix(_END) for name in table.column_names if name.endswith(_END)]
    return [
        {
            "run": row["run"],
            "metrics": _present({name: row[name] for name in figures}),
            "provenance": _told({name: row[name + _END] for name in figures}),
            **{name: row[name] for name in _OTHERS},
        }
        for row in table.to_pylist()
    ]


def json_records(file: Path) -> list[dict[str, Any]]:
    """`runs.json`, with moments as such and without what is absent: there a run lacks another's figures."""
    return [
        {
            **record,
            "metrics": _present(record["metrics"]),
            "provenance": _told(record["provenance"]),
            "experiment_start": _moment(record["experiment_start"]),
            "experiment_end": _moment(record["experiment_end"]),
        }
        for record in json.loads(file.read_text(encoding="utf-8"))
    ]


def _present(metrics: dict[str, float | None]) -> dict[str, float | None]:
    return {name: value for name, value in metrics.items() if value is not None}


def _told(provenance: dict[str, str]) -> dict[str, str]:
    return {name: kind for name, kind in provenance.items() if kind != "not measured"}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
