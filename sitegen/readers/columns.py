"""From samples one by one to columns of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Problem
from ..model import FloatArray, Samples
from .cpu_times import CpuTimes
from .fields import CHANNEL_FIELDS, ENERGY_FIELDS, LOAD_CHANNELS, LOAD_FIELD, Line
from .spool import Readings, Spool

_MAX_DEVICES = 64
"""A stranger decides on their number, and memory shall not grow with it. Real logs have a handful."""

_LATEST_TIMESTAMP_S = 1e11
"""The year 5138. What lies beyond was written in milliseconds, or is no time at all."""

_NO_LOAD = (None,) * len(LOAD_CHANNELS)
_TIME = "timestamp"
_INTENSITY = "carbon_intensity_g_per_kwh"
_CHANNELS = (*(name for name in CHANNEL_FIELDS if name != _INTENSITY), _INTENSITY, *LOAD_CHANNELS)
_ENERGY_KEY = "energy of "
"""Before the device, in the key of a column."""

ALL_FIELDS = frozenset(Line.__struct_fields__)


def is_time(timestamp: float) -> bool:
    """Whether it is a number of seconds since 1970."""
    return 0 < timestamp < _LATEST_TIMESTAMP_S


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the columns of samples with certain fields are picked."""

    keys: tuple[str, ...]
    plain: Callable[[Line], tuple[Any, ...]]
    """The first of them, time among them."""
    has_intensity: bool
    has_load: bool
    energy_fields: tuple[str, ...]


@lru_cache(maxsize=256)
def _plan(fields: frozenset[str]) -> _Plan:
    plain = {k: f for k, f in CHANNEL_FIELDS.items() if k != _INTENSITY and f in fields}
    has_intensity = CHANNEL_FIELDS[_INTENSITY] in fields
    has_load = LOAD_FIELD in fields
    return _Plan(
        (_TIME, *plain, *(_INTENSITY,) * has_intensity, *LOAD_CHANNELS * has_load),
        attrgetter(_TIME, *plain.values()) if plain else lambda sample: (sample.timestamp,),
        has_intensity,
        has_load,
        tuple(field for field in ENERGY_FIELDS if field in fields),
    )


class Columns:
    """Takes in samples, and gives them back as arrays."""

    def __init__(self) -> None:
        self.cpu_times = CpuTimes()
        self._spool = Spool()
        self._devices: dict[str, None] = {}

    def take(self, samples: Sequence[Line], fields: frozenset[str] = ALL_FIELDS) -> bool:
        """Take in some samples, in the order of the log, without the times of their processes.

        Args:
            fields: Those that any of the samples has, or more.

        Returns:
            False: one of them has no time, and none was taken in.

        Raises:
            SpillError: there is no more room for them.
        """
        plan = _plan(fields)
        rows: list[Sequence[Any]] = [*zip(*map(plan.plain, samples), strict=True)]
        if not (is_time(min(rows[0])) and is_time(max(rows[0]))):
            return False
        if plan.has_intensity:
            intensities = [sample.realtime_carbon_intensity for sample in samples]
            rows.append([None if isinstance(value, str) else value for value in intensities])
        if plan.has_load:
            loads = [sample.cpu_count_adjusted_average_load for sample in samples]
            usual = (
                load if load and len(load) == len(LOAD_CHANNELS) else _NO_LOAD for load in loads
            )
            rows += zip(*usual, strict=True)
        keys = plan.keys
        for field in plan.energy_fields:
            energies = dict(self._energies([getattr(s, field) for s in samples], field))
            keys += tuple(energies)
            rows += energies.values()
        self._spool.add(keys, np.array(rows, dtype=np.float64))  # None becomes NaN
        return True

    def samples(self, name: str) -> tuple[Samples | None, tuple[Problem, ...]]:
        """What was taken in, sorted by time, and what was wrong with it. None: there was not a single sample.

        Args:
            name: The log's name for messages.

        Raises:
            SpillError: a temporary file cannot be written or read.
        """
        self._spool.seal()
        if _TIME not in self._spool.present:
            return None, ()
        problems = [*_impossible_readings(self._spool.impossible, name)]
        time_s = self._spool.column(_TIME)
        order = None
        if not (time_s[1:] > time_s[:-1]).all():
            order = np.argsort(time_s, kind="stable")
            order = order[np.concatenate(([True], np.diff(time_s[order]) > 0))]
            problems += _order_problems(time_s, len(order), name)
            time_s = time_s[order]
        channels = self._readings({channel: channel for channel in _CHANNELS}, order)
        cpu_seconds = (
            float(np.nanmax(channels["cpu_seconds"]))
            if "cpu_seconds" in channels
            else self.cpu_times.seconds()
        )
        energy = self._readings({d: _ENERGY_KEY + d for d in self._devices}, order)
        channels = channels.without("cpu_seconds")
        return Samples(time_s, channels, cpu_seconds, energy), tuple(problems)

    def _readings(self, keys: Mapping[str, str], order: NDArray[np.intp] | None) -> Readings:
        """Those columns that hold a reading, in the given order of samples."""
        present = self._spool.present
        found = Readings(self._spool, {n: k for n, k in keys.items() if k in present}, order)
        if order is None:
            return found
        # The only readings of a column may be those of samples that are left out.
        return found.without(*(name for name, column in found.items() if np.isnan(column).all()))

    def _energies(
        self, counted: Sequence[Mapping[str, float | None] | None], field: str
    ) -> Iterator[tuple[str, list[float | None]]]:
        """The columns of the devices in a field: key and values."""
        for device in dict.fromkeys(chain.from_iterable(filter(None, counted))):
            name = ENERGY_FIELDS[field] + device
            if name not in self._devices and len(self._devices) >= _MAX_DEVICES:
                continue
            values = [joules.get(device) if joules else None for joules in counted]
            if any(value is not None for value in values):
                self._devices[name] = None
                yield _ENERGY_KEY + name, values


def _impossible_readings(found: Mapping[str, int], name: str) -> Iterator[Problem]:
    for channel in _CHANNELS:
        if channel in found:
            field = CHANNEL_FIELDS.get(channel, LOAD_FIELD)
            message = f'expected readings of 0 or more in "{field}", found {found[channel]} that no device gives'
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
