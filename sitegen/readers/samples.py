"""Read `data.json`: each line decoded once, for the figures and for the download alike."""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import Problem, RunError
from ..model import FloatArray, Samples
from .fields import (
    CHANNEL_FIELDS,
    ENERGY_FIELDS,
    LOAD_CHANNELS,
    LOAD_FIELD,
    CpuTime,
    Line,
    cleaned,
    number,
)
from .lines import BLOCK_BYTES, MAX_LINE_BYTES, LongLine, read_lines

_LARGEST_READING = 1e15
"""No device draws, counts or holds more, in whatever unit; nor does any less than 0."""

_LATEST_TIMESTAMP_S = 1e11
"""The year 5138. What lies beyond was written in milliseconds, or is no time at all."""

_PROBLEMS_OF_A_KIND = 3

# A stranger decides on both, and memory shall not grow with a log's variety. Real logs have a handful of each.
_MAX_SHAPES, _MAX_SHAPE_BYTES = 500, 1 << 16
_MAX_DEVICES = 64

_BLOCK_ROWS = 4096
_OBJECTS = ("cpu_time_seconds", *ENERGY_FIELDS)
_NO_LOAD = (None,) * len(LOAD_CHANNELS)
_INTENSITY = "carbon_intensity_g_per_kwh"
_PLAIN = tuple(channel for channel in CHANNEL_FIELDS if channel != _INTENSITY)
_plain_fields = attrgetter("timestamp", *(CHANNEL_FIELDS[channel] for channel in _PLAIN))
COLUMNS = (*_PLAIN, _INTENSITY, *LOAD_CHANNELS)
"""The channels, in the order of a row's values behind its time."""

# All that a shape leaves out: digits, signs and the e of a float's exponent.
_NOT_SHAPE = b'0123456789eE+-.,:"{}[]() \t\r_'


class SampleStream:
    """One pass over the samples of a run.

    Iterating yields the log's lines for the download, in blocks: every line that is a sample, with the fields of the
    format and no others. Afterwards `samples()` has the numbers and `problems` what was wrong.

    Args:
        file: `data.json`, opened for reading bytes.
        name: The file's name for messages.
        every_problem: List each faulty line, not only the first few of a kind.
    """

    def __init__(self, file: BinaryIO, name: str, *, every_problem: bool = False) -> None:
        self._file = file
        self._name = name
        self._every_problem = every_problem
        self._decode = msgspec.json.Decoder(Line).decode
        self._shapes: set[bytes] = set()
        self._n = 0
        self._rows: list[tuple[float | None, ...]] = []
        self._blocks: list[FloatArray] = []
        self._energy: dict[str, array[float]] = {}
        self._cpu_times: dict[str, CpuTime] = {}
        self._cpu_seconds: dict[str, float] = {}
        self._kinds: Counter[str] = Counter()
        self._problems: list[Problem] = []

    def __iter__(self) -> Iterator[bytes]:
        block: list[bytes] = []
        size = 0
        for line_number, line, ended in read_lines(self._file):
            kept = self._line(line_number, line, ended)
            if kept is None:
                continue
            block.append(kept)
            size += len(kept) + 1
            if size >= BLOCK_BYTES:
                yield b"\n".join([*block, b""])
                block, size = [], 0
        if block:
            yield b"\n".join([*block, b""])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong, with a closing line for each kind of fault that had more cases."""
        more = [
            Problem(self._name, f"{count - _PROBLEMS_OF_A_KIND} more lines: {kind}")
            for kind, count in self._kinds.items()
            if count > _PROBLEMS_OF_A_KIND and not self._every_problem
        ]
        return (*self._problems, *more)

    def samples(self) -> Samples:
        """The numbers, sorted by time, samples with a time that was already there dropped.

        Raises:
            RunError: there is not a single sample.
        """
        self._close_block()
        if not self._blocks:
            raise RunError(
                *self.problems,
                Problem(
                    self._name,
                    "expected a sample in JSON on each line, found none that can be used",
                    hint="the run is skipped",
                    severity="error",
                ),
            )
        table = np.concatenate(self._blocks)
        self._drop_impossible(table)
        time_s = table[:, 0]
        order = np.argsort(time_s, kind="stable")
        order = order[np.concatenate(([True], np.diff(time_s[order]) > 0))]
        self._note_order(time_s, len(order))
        channels = _with_readings({name: table[:, i] for i, name in enumerate(COLUMNS, 1)}, order)
        energy = {name: self._padded(column) for name, column in self._energy.items()}
        for column in energy.values():
            column[_impossible(column)] = np.nan
        return Samples(
            np.ascontiguousarray(time_s[order]),
            channels,
            self._all_cpu_seconds(channels.pop("cpu_seconds", None)),
            _with_readings(energy, order),
        )

    def _all_cpu_seconds(self, counted_s: FloatArray | None) -> float | None:
        """The collector's own sum, which has short-lived processes too, else that of each process's last reading."""
        if counted_s is not None:
            return float(np.nanmax(counted_s))
        self._close_processes()
        return math.fsum(self._cpu_seconds.values()) if self._cpu_seconds else None

    def _drop_impossible(self, table: FloatArray) -> None:
        """Let readings that no device gives count as missing: one of them would be the whole run's figure."""
        for i, channel in enumerate(COLUMNS, 1):
            beyond = _impossible(table[:, i])
            if beyond.any():
                table[beyond, i] = np.nan
                field = CHANNEL_FIELDS.get(channel, LOAD_FIELD)
                self._problems.append(
                    Problem(
                        self._name,
                        f'expected readings of 0 or more in "{field}", found {int(beyond.sum())} that no device gives',
                        hint="they count as missing",
                    )
                )

    def _note_order(self, time_s: FloatArray, n_kept: int) -> None:
        if np.any(np.diff(time_s) < 0):
            self._problems.append(
                Problem(self._name, "expected rising timestamps, found some out of order; sorted")
            )
        if n_kept < len(time_s):
            self._problems.append(
                Problem(
                    self._name,
                    f"expected each timestamp once, found {len(time_s) - n_kept} repeated; the first of each is kept",
                )
            )

    # -- one line --------------------------------------------------------------------------------------------------

    def _line(self, line_number: int, line: bytes | LongLine, ended: bool) -> bytes | None:
        """Take in one line; return what the download may show of it."""
        if isinstance(line, LongLine):
            self._fault(
                line_number,
                f"expected a sample, found a line of more than {MAX_LINE_BYTES >> 20} MiB",
                "the line is skipped",
            )
            return None
        if not line or line.isspace():
            return None
        try:
            sample = self._decode(line)
        except (msgspec.DecodeError, RecursionError):
            return self._faulty_line(line_number, line, ended)
        shape = line.translate(None, _NOT_SHAPE)
        kept = line if shape in self._shapes else self._checked(line, shape)
        if kept is None:
            return self._faulty_line(line_number, line, ended)
        if not 0 < sample.timestamp < _LATEST_TIMESTAMP_S:
            self._note_untimed(sample.timestamp, line_number)
            return None
        self._take(sample)
        return kept

    def _checked(self, line: bytes, shape: bytes) -> bytes | None:
        """Look at a line whose keys were not seen before; those like it then pass unread.

        The shape of a line is its letters: two lines with the same letters in the same order have the same keys and
        no other text, so only numbers differ. None: what the decoder passed over is no JSON.
        """
        parsed = _parse(line)
        if not isinstance(parsed, dict):
            return None
        clean = cleaned(parsed)
        if clean != parsed:
            return _dump(clean)
        if len(self._shapes) < _MAX_SHAPES and len(shape) <= _MAX_SHAPE_BYTES:
            self._shapes.add(shape)
        return line

    def _faulty_line(self, line_number: int, line: bytes, ended: bool) -> bytes | None:
        """A line that is not quite a sample: what can be used of it is used."""
        parsed = _parse(line)
        if isinstance(parsed, dict) and "timestamp" in parsed:
            if not 0 < number(parsed["timestamp"]) < _LATEST_TIMESTAMP_S:
                self._note_untimed(parsed["timestamp"], line_number)
                return None
            clean = cleaned(parsed)
            for field, expected in _lost(parsed, clean):
                self._fault(
                    line_number,
                    f'expected {expected} in "{field}", found {_shown(parsed[field])}',
                    "the reading counts as missing",
                )
            self._take(_as_line(clean))
            return _dump(clean)
        if isinstance(parsed, dict):
            self._fault(
                line_number, 'expected the field "timestamp", found none', "the line is skipped"
            )
        elif not ended and line.lstrip().startswith(b"{"):
            self._fault(line_number, "the last line is cut off", "the line is skipped")
        elif parsed is None:
            self._fault(
                line_number, "expected a sample in JSON, found other text", "the line is skipped"
            )
        else:
            self._fault(
                line_number,
                f"expected a JSON object, found {_shown(parsed)}",
                "the line is skipped",
            )
        return None

    def _note_untimed(self, timestamp: object, line_number: int) -> None:
        self._fault(
            line_number,
            f'expected "timestamp" in seconds since 1970, found {_shown(timestamp)}',
            "the line is skipped",
        )

    def _fault(self, line_number: int, message: str, consequence: str) -> None:
        kind = message.split(", found")[0]
        self._kinds[kind] += 1
        if self._every_problem or self._kinds[kind] <= _PROBLEMS_OF_A_KIND:
            self._problems.append(Problem(self._name, message, line_number, hint=consequence))

    # -- numbers ---------------------------------------------------------------------------------------------------

    def _take(self, sample: Line) -> None:
        intensity = sample.realtime_carbon_intensity
        load = sample.cpu_count_adjusted_average_load
        self._rows.append(
            (
                *_plain_fields(sample),
                None if isinstance(intensity, str) else intensity,
                *(load if load is not None and len(load) == len(LOAD_CHANNELS) else _NO_LOAD),
            )
        )
        self._n += 1
        if len(self._rows) == _BLOCK_ROWS:
            self._close_block()
        for field, prefix in ENERGY_FIELDS.items():
            if joules := getattr(sample, field):
                self._take_energy(prefix, joules)
        times = sample.cpu_time_seconds
        if times:
            # The last reading of a process counts: only when one has gone need the readings before be kept.
            if times.keys() != self._cpu_times.keys():
                self._close_processes()
            self._cpu_times = times

    def _take_energy(self, prefix: str, joules: Mapping[str, float | None]) -> None:
        for device, value in joules.items():
            known = prefix + device in self._energy or len(self._energy) < _MAX_DEVICES
            if value is not None and known:
                column = self._energy.setdefault(prefix + device, array("d"))
                column.extend([math.nan] * (self._n - 1 - len(column)))
                column.append(value)

    def _padded(self, column: array[float]) -> FloatArray:
        """An energy column ends with its device's last reading: fill it up to the last sample."""
        return np.concatenate((column, np.full(self._n - len(column), np.nan)))

    def _close_block(self) -> None:
        if self._rows:
            self._blocks.append(np.array(self._rows, dtype=np.float64))
            self._rows.clear()

    def _close_processes(self) -> None:
        for process, time in self._cpu_times.items():
            seconds = (time.user or 0.0) + (time.system or 0.0)
            if 0 <= seconds <= _LARGEST_READING:
                self._cpu_seconds[process] = seconds


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


def _parse(line: bytes) -> object:
    """JSON with the NaN and Infinity that Python writes; None where it is no JSON in UTF-8."""
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _dump(clean: Mapping[str, Any]) -> bytes:
    return json.dumps(clean, separators=(",", ":"), allow_nan=False).encode()


def _lost(parsed: Mapping[str, Any], clean: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that held something else than what is expected, and that."""
    numbers = {*CHANNEL_FIELDS.values(), LOAD_FIELD}
    for field in clean:
        if field in numbers and parsed[field] is not None and parsed[field] != clean[field]:
            yield field, "a number"
        elif field in _OBJECTS and parsed[field] is not None and clean[field] is None:
            yield field, "an object"


def _as_line(clean: Mapping[str, Any]) -> Line:
    """A cleaned sample as the decoder would have given it."""
    return msgspec.convert(clean, Line)


def _shown(value: object) -> str:
    """A value from a log, short enough for a message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
