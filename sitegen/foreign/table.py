"""Runs in any table, CSV or JSON, by the columns and units that the site spec names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from zlib import crc32

from ..errors import Problem
from ..model import Figure, RunInfo, weakest
from ..readers.info_fields import shown
from ..spec.tables import CLOCK, UNITS, Column, TableReader
from ..units import JOULES_PER_KWH, SECONDS_PER_HOUR
from .csv_rows import MAX_ROWS, excerpt_of, rows_of
from .facts import cpu_facts, gpu_facts, region, words
from .json_values import mapping, parsed, text
from .model import ForeignFile, ReportedRun
from .values import epoch_s, length_s, number, time_s

_PARTS = ("cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh")
_MS = 1000.0


class Table:
    """A reader for the tables that one entry of the spec describes."""

    def __init__(self, described: TableReader) -> None:
        self._of = described
        self.name = described.tool
        self.version = crc32(repr(described).encode())  # another description gives other results
        self.file_names = (described.files,)

    def recognises(self, file: ForeignFile) -> bool:  # noqa: ARG002 - whoever names files in a spec has looked at them
        """By the name alone, which the spec gives."""
        return True

    def read(self, file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
        """A run for each row that has one of the figures."""
        rows, problems = _rows(file)
        wanted = [column.name for column in self._of.figures.values()]
        if rows and not any(name in row.values for row in rows for name in wanted):
            listed = ", ".join(map(shown, wanted))
            problems.append(
                Problem(
                    file.path,
                    f"expected one of the columns {listed}, found none",
                    hint="see `readers` in the site spec; names are as in the file, capital letters and all",
                    severity="error",
                )
            )
            return (), tuple(problems)
        runs = [self._run(file, row) for row in rows]
        return tuple(run for run in runs if run is not None), tuple(problems)

    def _run(self, file: ForeignFile, row: _Row) -> ReportedRun | None:
        of, problems = self._of, list[Problem]()
        values: dict[str, float] = {}
        for figure, column in of.figures.items():
            written = row.values.get(column.name, "")
            found = _amount(written, column, figure)
            if found is not None:
                values[figure] = found
            elif written:
                message = f"expected a number from 0 on in {column.unit}, found {shown(written)}"
                problems.append(
                    Problem(file.path, message, row.line, column.name, "it is left out")
                )
        start_s, end_s = _moment(row, of.start), _moment(row, of.end)
        if "duration_hours" not in values and start_s is not None and end_s is not None:
            values["duration_hours"] = max(0.0, end_s - start_s) / SECONDS_PER_HOUR
        if not values:
            return None
        seconds = values.get("duration_hours", 0.0) * SECONDS_PER_HOUR
        if start_s is None and end_s is not None and seconds:
            start_s = end_s - seconds
        if end_s is None and start_s is not None and seconds:
            end_s = start_s + seconds
        key = row.values.get(of.key, "") if of.key else ""
        return ReportedRun(
            key=key or f"row-{row.number}",
            tool=of.tool,
            figures=self._figures(values),
            info=self._info(row),
            start_s=start_s,
            end_s=end_s,
            emissions_pue=of.pue or 1.0,
            line=row.line,
            excerpt=row.excerpt,
            problems=tuple(problems),
        )

    def _figures(self, values: dict[str, float]) -> dict[str, Figure]:
        """With the energy, where it follows from power and duration or from its parts; without the PUE in it."""
        of = self._of
        pue = of.pue or 1.0
        parts = [values[part] for part in _PARTS if part in values]
        if "energy_kwh" not in values and parts:
            values["energy_kwh"] = fsum(parts)
        if "energy_kwh" not in values and {"mean_power_w", "duration_hours"} <= values.keys():
            seconds = values["duration_hours"] * SECONDS_PER_HOUR
            values["energy_kwh"] = values["mean_power_w"] * seconds / JOULES_PER_KWH
        figures = {}
        for name, value in values.items():
            with_pue = "energy" in name or name == "mean_power_w"
            kind = of.provenance
            if name == "duration_hours":
                kind = "measured"
            elif name == "emissions_kg":
                kind = "reported" if kind == "measured" else kind
            figures[name] = Figure(value / pue if with_pue else value, kind)
        if "energy_kwh" in figures and not parts:
            figures["energy_kwh"] = Figure(figures["energy_kwh"].value, weakest({of.provenance}))
        return figures

    def _info(self, row: _Row) -> RunInfo:
        of = self._of
        return RunInfo(
            format=of.tool,
            cpu_info=cpu_facts(row.values.get(of.processor, "")) if of.processor else {},
            gpu_info=gpu_facts(row.values.get(of.gpus, "")) if of.gpus else (),
            region=region(row.values.get(of.region, ""), "", f"told by {of.tool}")
            if of.region
            else None,
            pue=of.pue,
        )


def _amount(written: str, column: Column, figure: str) -> float | None:
    found = length_s(written) if column.unit == CLOCK else number(written.replace(" ", ""))
    return None if found is None else found * UNITS[figure][column.unit]


def _moment(row: _Row, column: Column | None) -> float | None:
    if column is None:
        return None
    written = row.values.get(column.name, "")
    if column.unit == "s":
        return epoch_s(written)
    if column.unit == "ms":
        ms = number(written)
        return None if ms is None else epoch_s(ms / _MS)
    return time_s(written)


class _Row:
    """A row of a table: what its columns hold, as text."""

    def __init__(
        self, number_of: int, values: Mapping[str, str], excerpt: bytes, line: int | None = None
    ) -> None:
        self.number, self.values, self.excerpt, self.line = number_of, values, excerpt, line


def _rows(file: ForeignFile) -> tuple[list[_Row], list[Problem]]:
    if file.name.lower().endswith((".json", ".jsonl", ".ndjson")):
        return _json_rows(file)
    rows, problems = rows_of(file)
    found = []
    for n, row in enumerate(rows, 1):
        if row.is_whole:
            found.append(_Row(n, row.by_name, excerpt_of(row), row.line))
        else:
            message = f"expected {len(row.header)} fields, found {len(row.fields)}"
            problems.append(
                Problem(file.path, message, row.line, hint="the row is skipped", severity="error")
            )
    return found, problems


def _json_rows(file: ForeignFile) -> tuple[list[_Row], list[Problem]]:
    """The objects of a list, the only object, or one a line."""
    whole = parsed(file.data)
    listed: Sequence[object]
    if whole is not None:
        listed = whole if isinstance(whole, list) else [whole]
    else:
        listed = [parsed(line) for line in file.data.splitlines()[:MAX_ROWS] if line.strip()]
    found = []
    bad = 0
    for n, entry in enumerate(listed[:MAX_ROWS], 1):
        if isinstance(entry, dict):
            excerpt = json.dumps(entry, ensure_ascii=False, default=str).encode("utf-8", "replace")
            found.append(_Row(n, dict(_flat(entry)), excerpt))
        else:
            bad += 1
    if not bad:
        return found, []
    message = f"expected objects, found {bad} other values"
    return found, [Problem(file.path, message, hint="they are skipped", severity="error")]


def _flat(entry: object, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in mapping(entry).items():
        if isinstance(value, dict) and depth < 8:
            yield from _flat(value, f"{prefix}{key}.", depth + 1)
        elif text(value):
            yield f"{prefix}{key}", words(text(value)) if isinstance(value, str) else text(value)
