"""Rows of CodeCarbon that do not have a field for each column, put under their columns where that is certain.

When it appends to a file, CodeCarbon leaves out the columns that are empty in the new row (since 2.0, by pandas'
`dropna`), and all that follows them moves to the left. Older versions appended rows of a new layout under the old
header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from ..errors import Problem
from .csv_rows import Row
from .model import ForeignFile
from .values import number, time_s

_MOST_READINGS = 1_000
_MOST_TRIES = 100_000
"""Ways for all rows of a file: enough for ten thousand rows with columns left out."""
_IN_VAIN = 10
"""What a layout counts for that a row does not fit at all."""
_MOST_COLUMNS = 100
_COUNTRY = "country_name,country_iso_code,region"
_CLOUD = "cloud_provider,cloud_region"
_ENERGY = "cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed"
_USE = "cpu_utilization_percent,gpu_utilization_percent,ram_utilization_percent,ram_used_gb"
_HARDWARE = (
    "cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode"
)
_RATE = "duration,emissions,emissions_rate"
_LEFT_OUT = frozenset(
    (
        *("run_id", "experiment_id", "country_name", "country_iso_code", "region"),
        *("cloud_provider", "cloud_region", "gpu_count", "gpu_model", "longitude", "latitude"),
    )
)
"""Columns that may be empty: what may not be known of machine and place. All others are always there."""
_TOGETHER = (
    ("country_name", "country_iso_code"),
    ("cloud_provider", "cloud_region"),
    ("gpu_count", "gpu_model"),
    ("longitude", "latitude"),
)
"""Both are there, or neither is."""
_LAYOUTS = tuple(
    tuple(layout.split(","))
    for layout in (
        f"timestamp,project_name,duration,emissions,energy_consumed,{_COUNTRY},on_cloud,{_CLOUD}",
        f"timestamp,experiment_id,project_name,duration,emissions,energy_consumed,{_COUNTRY},on_cloud,{_CLOUD}",
        f"timestamp,project_name,{_RATE},{_ENERGY},{_COUNTRY},on_cloud,{_CLOUD}",
        f"timestamp,project_name,run_id,{_RATE},{_ENERGY},{_COUNTRY},on_cloud,{_CLOUD}",
        f"timestamp,project_name,run_id,{_RATE},{_ENERGY},{_COUNTRY},{_CLOUD},os,python_version,{_HARDWARE},on_cloud",
        *(
            f"timestamp,project_name,run_id,{experiment}{_RATE},{before}{_ENERGY},{water}{_COUNTRY},{_CLOUD},os,"
            f"python_version,codecarbon_version,{_HARDWARE},{after}on_cloud{end}"
            for experiment, before, water, after, end in (
                ("", "", "", "", ""),
                ("", "", "", "", ",pue"),
                ("experiment_id,", "", "", "", ",pue"),
                ("experiment_id,", "", "water_consumed,", "", ",pue,wue"),
                ("experiment_id,", f"{_USE},", "water_consumed,", "", ",pue,wue"),
                ("experiment_id,", "", "water_consumed,", f"{_USE},", ",pue,wue"),
            )
        ),
    )
)
"""The columns of its releases from 1.0 to 3.3, in their orders."""
COLUMNS = frozenset(name for layout in _LAYOUTS for name in layout)
"""All of them."""


class Rows:
    """Puts the rows of one file under their columns. A stranger's file may need no end of trying: it is bounded."""

    def __init__(self, file: ForeignFile) -> None:
        self._file = file
        self._tries_left = _MOST_TRIES
        self._last: tuple[str, ...] = ()
        """The layout that a row was repaired by last: that of the next one, most likely."""

    def whole(self, row: Row) -> tuple[Mapping[str, str] | None, Problem | None]:
        """A row's fields by column, without empty ones.

        Returns:
            None for a row that cannot be put under its columns; and what was repaired or refused.
        """
        if row.is_whole and _fits(row.header, row.fields):
            return row.by_name, None
        for layout in dict.fromkeys((row.header, self._last, *_LAYOUTS)):
            values = self._agreed(layout, row.fields)
            if values:
                self._last = layout
                hint = "it is read as a row in which empty columns are left out"
                return values, _problem(self._file, row, hint)
        if row.is_whole:
            # Of a layout that is not known here; each value is checked on its own.
            return row.by_name, None
        return None, _problem(self._file, row, "the row is skipped", is_lost=True)

    def _agreed(self, layout: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
        """What all ways agree on in which the fields may stand under a layout's columns; nothing where none is."""
        most = min(_MOST_READINGS, self._tries_left)
        if most <= 0 or not len(fields) <= len(layout) <= _MOST_COLUMNS:
            return {}
        tried = list(islice(_readings(layout, fields), most))
        self._tries_left -= len(tried) or _IN_VAIN
        readings = list(filter(_is_sound, tried))
        if not readings or len(tried) == most:
            return {}
        first = readings[0]
        agreed = {
            column: text
            for column, text in first.items()
            if all(reading.get(column) == text for reading in readings)
        }
        return agreed if {"duration", "energy_consumed"} <= agreed.keys() else {}


def _problem(file: ForeignFile, row: Row, hint: str, *, is_lost: bool = False) -> Problem:
    return Problem(
        file.path,
        f"expected {len(row.header)} fields, as the header has, found {len(row.fields)}"
        if not row.is_whole
        else "expected fields that fit the header, found those of other columns",
        row.line,
        hint=hint,
        severity="error" if is_lost else "warning",
    )


def _readings(layout: Sequence[str], fields: Sequence[str]) -> Iterator[dict[str, str]]:
    """All ways to leave out columns so that each field fits the one that it stands under."""
    n_columns, n_fields = len(layout), len(fields)

    @cache
    def fits_from(column: int, field: int) -> bool:
        if field == n_fields:
            return all(name in _LEFT_OUT for name in layout[column:])
        if column == n_columns or n_columns - column < n_fields - field:
            return False
        is_kept = _is_of(layout[column], fields[field]) and fits_from(column + 1, field + 1)
        return is_kept or (layout[column] in _LEFT_OUT and fits_from(column + 1, field))

    def walk(column: int, field: int) -> Iterator[dict[str, str]]:
        if not fits_from(column, field):
            return
        if column == n_columns:
            yield {}
            return
        if field < n_fields and _is_of(layout[column], fields[field]):
            text = fields[field].strip()
            for rest in walk(column + 1, field + 1):
                yield {layout[column]: text, **rest} if text else rest
        if layout[column] in _LEFT_OUT:
            yield from walk(column + 1, field)

    return walk(0, 0)


def _is_sound(reading: Mapping[str, str]) -> bool:
    return all((one in reading) == (other in reading) for one, other in _TOGETHER)


def _fits(header: Sequence[str], fields: Sequence[str]) -> bool:
    return all(_is_of(column, text) for column, text in zip(header, fields, strict=True))


def _is_of(column: str, text: str) -> bool:
    """Whether a text may stand in a column: empty, or of its kind."""
    text = text.strip()
    if not text:
        return True
    check = _CHECKS.get(column)
    return check(text) if check else _is_number(text)


def _is_number(text: str) -> bool:
    return number(text.removeprefix("-")) is not None


def _is_words(text: str) -> bool:
    return not _is_number(text)


def _matches(form: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(form, text) is not None


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "timestamp": lambda text: time_s(text) is not None,
    "project_name": lambda _: True,
    "task_name": lambda _: True,
    "run_id": _matches(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"),
    "experiment_id": _matches(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[A-Za-z][\w-]*"),
    "country_name": _is_words,
    "country_iso_code": _matches("[A-Z]{3}"),
    "region": _is_words,
    "cloud_provider": _matches(r"[a-z][a-z0-9_-]*"),
    "cloud_region": _matches(r"[a-z][a-z0-9_-]*"),
    "os": _is_words,
    "python_version": _matches(r"\d+\.\d+(?:\.\d+)?\S*"),
    "codecarbon_version": _matches(r"\d+\.\d+(?:\.\d+)?\S*"),
    "cpu_model": _is_words,
    "gpu_model": _is_words,
    "tracking_mode": _matches("[A-Za-z]+"),
    "on_cloud": _matches("[YN]"),
}
"""By column; all others hold numbers."""
