"""From samples one by one to columns of numbers."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from ..errors import Problem
from ..model import FloatArray, Samples
from .fields import CHANNEL_FIELDS, ENERGY_FIELDS, LOAD_CHANNELS, LOAD_FIELD, CpuTime, Line

_LARGEST_READING = 1e15
"""No device draws, counts or holds more, in whatever unit; nor does any less than 0."""

_MAX_DEVICES = 64
"""A stranger decides on their number, and memory shall not grow with it. Real logs have a handful."""

_NO_LOAD = (None,) * len(LOAD_CHANNELS)
_INTENSITY = "carbon_intensity_g_per_kwh"
_PLAIN = {name: field for name, field in CHANNEL_FIELDS.items() if name != _INTENSITY}
_TIME_AND_PLAIN = attrgetter("timestamp", *_PLAIN.values())
_COLUMNS = (*_PLAIN, _INTENSITY, *LOAD_CHANNELS)
"""The channels, in the order of a block's rows behind that of the times."""


class Columns:
    """Takes in samples, and gives them back as arrays."""

    def __init__(self) -> None:
        self._n = 0
        self._blocks: list[FloatArray] = []
        self._energy: dict[str, array[float]] = {}
        self._cpu_times: dict[str, CpuTime] = {}
        self._cpu_seconds: dict[str, float] = {}

    def take(self, samples: Sequence[Line]) -> None:
        """Take in some samples, in the order of the log."""
        loads = [
            load if load is not None and len(load) == len(LOAD_CHANNELS) else _NO_LOAD
            for load in (sample.cpu_count_adjusted_average_load for sample in samples)
        ]
        intensities = [sample.realtime_carbon_intensity for sample in samples]
        rows = [
            *zip(*map(_TIME_AND_PLAIN, samples), strict=True),
            [None if isinstance(value, str) else value for value in intensities],
            *zip(*loads, strict=True),
        ]
        self._blocks.append(np.array(rows, dtype=np.float64))  # None becomes NaN
        self._take_energies(samples)
        self._n += len(samples)
        for times in (sample.cpu_time_seconds for sample in samples):
            if times:
                # The last reading of a process counts: only when one has gone need the readings before be kept.
                if times.keys() != self._cpu_times.keys():
                    self._close_processes()
                self._cpu_times = times

    def samples(self, name: str) -> tuple[Samples | None, tuple[Problem, ...]]:
        """What was taken in, sorted by time, and what was wrong with it. None: there was not a single sample.

        Args:
            name: The log's name for messages.
        """
        if not self._blocks:
            return None, ()
        table = np.concatenate(self._blocks, axis=1)
        problems = [*_drop_impossible(table, name)]
        time_s = table[0]
        order = np.argsort(time_s, kind="stable")
        order = order[np.concatenate(([True], np.diff(time_s[order]) > 0))]
        problems += _order_problems(time_s, len(order), name)
        channels = _with_readings(dict(zip(_COLUMNS, table[1:], strict=True)), order)
        cpu_seconds = self._all_cpu_seconds(channels.pop("cpu_seconds", None))
        energy = {device: self._padded(column) for device, column in self._energy.items()}
        samples = Samples(
            np.ascontiguousarray(time_s[order]),
            channels,
            cpu_seconds,
            _with_readings(energy, order),
        )
        return samples, tuple(problems)

    def _take_energies(self, samples: Sequence[Line]) -> None:
        for field, prefix in ENERGY_FIELDS.items():
            counted = [*map(attrgetter(field), samples)]
            if any(counted):
                for at, joules in enumerate(counted, self._n):
                    self._take_energy(at, prefix, joules or {})

    def _take_energy(self, at: int, prefix: str, joules: Mapping[str, float | None]) -> None:
        for device, value in joules.items():
            known = prefix + device in self._energy or len(self._energy) < _MAX_DEVICES
            if value is not None and known:
                column = self._energy.setdefault(prefix + device, array("d"))
                column.extend([math.nan] * (at - len(column)))
                column.append(value)

    def _padded(self, column: array[float]) -> FloatArray:
        """An energy column ends with its device's last reading: fill it up to the last sample."""
        padded = np.concatenate((column, np.full(self._n - len(column), np.nan)))
        padded[_impossible(padded)] = np.nan
        return padded

    def _all_cpu_seconds(self, counted_s: FloatArray | None) -> float | None:
        """The collector's own sum, which has short-lived processes too, else that of each process's last reading."""
        if counted_s is not None:
            return float(np.nanmax(counted_s))
        self._close_processes()
        return math.fsum(self._cpu_seconds.values()) if self._cpu_seconds else None

    def _close_processes(self) -> None:
        for process, time in self._cpu_times.items():
            seconds = (time.user or 0.0) + (time.system or 0.0)
            if 0 <= seconds <= _LARGEST_READING:
                self._cpu_seconds[process] = seconds


def _drop_impossible(table: FloatArray, name: str) -> Iterator[Problem]:
    """Let readings that no device gives count as missing: one of them would be the whole run's figure."""
    for channel, column in zip(_COLUMNS, table[1:], strict=True):
        beyond = _impossible(column)
        if beyond.any():
            column[beyond] = np.nan
            field = CHANNEL_FIELDS.get(channel, LOAD_FIELD)
            message = f'expected readings of 0 or more in "{field}", found {int(beyond.sum())} that no device gives'
            yield Problem(name, message, hint="they count as missing")


def _order_problems(time_s: FloatArray, n_kept: int, name: str) -> Iterator[Problem]:
    if np.any(np.diff(time_s) < 0):
        yield Problem(name, "expected rising timestamps, found some out of order; sorted")
    if n_kept < len(time_s):
        repeated = len(time_s) - n_kept
        message = (
            f"expected each timestamp once, found {repeated} repeated; the first of each is kept"
        )
        yield Problem(name, message)


def _impossible(reading: FloatArray) -> NDArray[np.bool_]:
    beyond: NDArray[np.bool_] = (reading < 0) | (reading > _LARGEST_READING)
    return beyond


def _with_readings(
    columns: Mapping[str, FloatArray], order: NDArray[np.intp]
) -> dict[str, FloatArray]:
    """Those columns that hold a reading, in the given order of samples."""
    return {
        name: values
        for name, column in columns.items()
        if not np.isnan(values := np.ascontiguousarray(column[order])).all()
    }
