"""Columns of numbers as they grow: in memory while they are few, beyond that in a file.

A log of 2 GB has some 400 MB of readings. Whoever works on them takes one column at a time.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import FileIO

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray

SPILL_BYTES = 16 << 20
"""How much is kept in memory."""

LARGEST_READING = 1e15
"""No device draws, counts or holds more, in whatever unit; nor does any less than 0."""


class SpillError(OSError):
    """The temporary file cannot be written or read: no fault of the log's."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """Some rows that follow each other."""

    n: int
    columns: Mapping[str, FloatArray | int]
    """Key to shape (n,), or to its place in the file. One without a reading is left out."""


class Spool:
    """Takes in rows, some columns of them at a time, and gives back whole columns.

    A reading that no device gives counts as missing: it would be the whole run's figure.
    """

    def __init__(self) -> None:
        self.impossible: Counter[str] = Counter()
        """By column, how many such readings there were. Complete once all is `sealed`."""
        self._blocks: list[tuple[Sequence[str], FloatArray]] = []
        self._held_bytes = 0
        self._segments: list[_Segment] = []

    def add(self, keys: Sequence[str], table: FloatArray) -> None:
        """Take in some rows.

        Args:
            keys: Of the columns; all others are missing in these rows.
            table: Shape (keys, rows). NaN where there is no reading.

        Raises:
            SpillError: there is no more room for them.
        """
        self._blocks.append((keys, table))
        self._held_bytes += table.nbytes
        if self._held_bytes > SPILL_BYTES:
            self._spill()

    def seal(self) -> None:
        """Say that all rows were taken in.

        Raises:
            SpillError: there is no more room for them.
        """
        if self._blocks and self._segments:
            self._spill()
        elif self._blocks:
            self._segments.append(_Segment(self._n_held, dict(self._take_columns())))

    @property
    def present(self) -> frozenset[str]:
        """The columns with a reading. All must be sealed."""
        return frozenset(key for segment in self._segments for key in segment.columns)

    def column(self, key: str) -> FloatArray:
        """All rows of a column, not to be changed. All must be sealed.

        Raises:
            SpillError: it cannot be read back.
        """
        if len(self._segments) == 1 and key in (columns := self._segments[0].columns):
            only = columns[key]
            if not isinstance(only, int):
                return only
        values = np.empty(sum(segment.n for segment in self._segments))
        start = 0
        for segment in self._segments:
            self._fill(values[start : start + segment.n], segment.columns.get(key))
            start += segment.n
        return values

    def _fill(self, values: FloatArray, source: FloatArray | int | None) -> None:
        if source is None:
            values.fill(np.nan)
        elif isinstance(source, int):
            self._read_back(values, source)
        else:
            values[:] = source

    @cached_property
    def _file(self) -> FileIO:
        return tempfile.TemporaryFile("w+b", buffering=0)

    @property
    def _n_held(self) -> int:
        return sum(table.shape[1] for _, table in self._blocks)

    def _take_columns(self) -> Iterator[tuple[str, FloatArray]]:
        """The rows in memory as columns, those without a reading left out. Afterwards they are gone from there."""
        n, blocks = self._n_held, self._blocks
        self._blocks, self._held_bytes = [], 0
        places = [{key: i for i, key in enumerate(keys)} for keys, _ in blocks]
        for key in dict.fromkeys(key for keys, _ in blocks for key in keys):
            if len(blocks) == 1:
                column = blocks[0][1][places[0][key]]
            else:
                column = np.empty(n)
                start = 0
                for place, (_, table) in zip(places, blocks, strict=True):
                    end = start + table.shape[1]
                    column[start:end] = table[place[key]] if key in place else np.nan
                    start = end
            if self._has_reading(key, column):
                yield key, column

    def _has_reading(self, key: str, column: FloatArray) -> bool:
        """Whether there is a reading in a column, once those are left out that no device gives."""
        low: float = np.fmin.reduce(column)
        if low < 0 or np.fmax.reduce(column) > LARGEST_READING:
            beyond = (column < 0) | (column > LARGEST_READING)
            self.impossible[key] += int(np.count_nonzero(beyond))
            column[beyond] = np.nan
            low = np.fmin.reduce(column)
        return not math.isnan(low)

    def _spill(self) -> None:
        """Move the rows in memory to the file. It has no name, and goes with the process however that ends."""
        n = self._n_held
        places: dict[str, FloatArray | int] = {}
        with _as_spill_error():
            self._file.seek(0, os.SEEK_END)
            for key, column in self._take_columns():
                places[key] = self._file.tell()
                left = column.data.cast("B")
                while left:
                    left = left[self._file.write(left) :]
        self._segments.append(_Segment(n, places))

    def _read_back(self, values: FloatArray, place: int) -> None:
        left = values.data.cast("B")
        with _as_spill_error():
            self._file.seek(place)
            while left and (count := self._file.readinto(left)):
                left = left[count:]
        if left:
            raise SpillError("a temporary file: expected more bytes, found its end")


@contextmanager
def _as_spill_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpillError(error.errno, f"a temporary file: {error.strerror}") from error


class Readings(Mapping[str, FloatArray]):
    """Columns of a spool by name, each loaded when it is asked for. Not to be changed."""

    def __init__(
        self, spool: Spool, keys: Mapping[str, str], order: NDArray[np.intp] | None
    ) -> None:
        """Args:
        keys: Name to the column's key.
        order: The rows to give, in this order. None: all as they are.
        """
        self._spool = spool
        self._keys = keys
        self._order = order

    def without(self, *names: str) -> Readings:
        """All others."""
        others = {name: key for name, key in self._keys.items() if name not in names}
        return Readings(self._spool, others, self._order)

    def __getitem__(self, name: str) -> FloatArray:
        column = self._spool.column(self._keys[name])
        return column if self._order is None else column[self._order]

    def __contains__(self, name: object) -> bool:
        return name in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
