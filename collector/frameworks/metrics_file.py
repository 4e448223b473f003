"""The metrics that a training reports, as a CSV in the run's folder."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

STEP = "step"


class MetricsFile:
    """A row each time that metrics are reported. A metric that comes later adds a column; absent stays empty."""

    def __init__(self, path: Path) -> None:
        """Args:
        path: Of the CSV. One that is there, as of a run that is resumed, is added to.
        """
        self._path = path
        self._columns: list[str] = []

    def add(self, step: int, metrics: Mapping[str, Any]) -> None:
        """Append a row with those metrics that are numbers.

        Raises:
            OSError: It cannot be written.
        """
        row = {name: number for name, value in metrics.items() if (number := _number(value))}
        if not row:
            return
        row[STEP] = str(step)
        if not self._columns:
            self._columns = self._header()
        new = [name for name in (STEP, *row) if name not in self._columns]
        if new:
            self._columns = list(dict.fromkeys((*self._columns, *new)))
            self._rewrite()
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self._columns, restval="").writerow(row)

    def _header(self) -> list[str]:
        try:
            with self._path.open(newline="", encoding="utf-8") as file:
                return next(csv.reader(file), [])
        except FileNotFoundError:
            return []

    def _rewrite(self) -> None:
        """Write what is there under the longer header; a reader sees the old file or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        before: list[dict[str, str]] = []
        if self._path.exists():
            with self._path.open(newline="", encoding="utf-8") as file:
                before = list(csv.DictReader(file))
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(before)
        temporary.replace(self._path)


def _number(value: Any) -> str:
    """A number in full precision, also one in a tensor or array of one element; "" for all else."""
    if isinstance(value, bool | str | bytes) or value is None:
        return ""
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        return ""
    return repr(number) if isfinite(number) else ""
