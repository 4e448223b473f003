"""Read `data.json`: each line decoded once, for the figures and for the download alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from ..errors import Problem, RunError
from ..model import Samples
from .columns import Columns
from .fields import (
    CHANNEL_FIELDS,
    ENERGY_FIELDS,
    LOAD_FIELD,
    Line,
    cleaned,
    number,
)
from .lines import MAX_LINE_BYTES, Block, LongLine, read_blocks

_LATEST_TIMESTAMP_S = 1e11
"""The year 5138. What lies beyond was written in milliseconds, or is no time at all."""

_PROBLEMS_OF_A_KIND = 3

# A stranger decides on their number, and memory shall not grow with a log's variety. Real logs have a handful.
_MAX_SHAPES, _MAX_SHAPE_BYTES = 500, 1 << 16

_OBJECTS = ("cpu_time_seconds", *ENERGY_FIELDS)

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
        self._decoder = msgspec.json.Decoder(Line)
        self._shapes: set[bytes] = set()
        self._columns = Columns()
        self._kinds: Counter[str] = Counter()
        self._problems: list[Problem] = []

    def __iter__(self) -> Iterator[bytes]:
        for block in read_blocks(self._file):
            if isinstance(block, LongLine):
                message = f"expected a sample, found a line of more than {MAX_LINE_BYTES >> 20} MiB"
                self._fault(block.number, message, "the line is skipped")
            else:
                kept = block.data if self._all_as_usual(block) else self._one_by_one(block)
                if kept:
                    yield kept

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
        samples, problems = self._columns.samples(self._name)
        self._problems += problems
        if samples is None:
            raise RunError(
                *self.problems,
                Problem(
                    self._name,
                    "expected a sample in JSON on each line, found none that can be used",
                    hint="the run is skipped",
                    severity="error",
                ),
            )
        return samples

    # -- lines -----------------------------------------------------------------------------------------------------

    def _all_as_usual(self, block: Block) -> bool:
        """Take in a block of samples of known shapes, as nearly all are. False: nothing was taken in."""
        shapes = set(block.data.translate(None, _NOT_SHAPE).splitlines())
        if not block.ended or not shapes <= self._shapes:
            return False
        try:
            samples = self._decoder.decode_lines(block.data)
        except (msgspec.DecodeError, RecursionError):
            return False
        if not all(0 < sample.timestamp < _LATEST_TIMESTAMP_S for sample in samples):
            return False
        self._columns.take(samples)
        return True

    def _one_by_one(self, block: Block) -> bytes:
        """Take in a block line by line; return what the download may show of it."""
        kept = (self._line(n, line, block.ended) for n, line in enumerate(block.lines, block.first))
        return b"".join(line + b"\n" for line in kept if line is not None)

    def _line(self, line_number: int, line: bytes, ended: bool) -> bytes | None:
        """Take in one line; return what the download may show of it."""
        if not line or line.isspace():
            return None
        try:
            sample = self._decoder.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return self._faulty_line(line_number, line, ended)
        shape = line.translate(None, _NOT_SHAPE)
        kept = line if shape in self._shapes else self._checked(line, shape)
        if kept is None:
            return self._faulty_line(line_number, line, ended)
        if not 0 < sample.timestamp < _LATEST_TIMESTAMP_S:
            self._note_untimed(sample.timestamp, line_number)
            return None
        self._columns.take([sample])
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
            self._columns.take([_as_line(clean)])
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
