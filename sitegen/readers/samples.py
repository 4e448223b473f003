"""Read `data.json`: each line decoded once, for the figures and for the download alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..errors import Problem, RunError
from ..model import Samples
from .columns import Columns, is_time
from .content import HashedFile
from .fields import (
    CHANNEL_FIELDS,
    CPU_TIME_FIELD,
    ENERGY_FIELDS,
    LOAD_FIELD,
    AlikeLine,
    WholeLine,
    cleaned,
    number,
)
from .lines import MAX_LINE_BYTES, Block, LongLine, read_blocks
from .shapes import Shape, Shapes, outline

_PROBLEMS_OF_A_KIND = 3

_OBJECTS = (CPU_TIME_FIELD, *ENERGY_FIELDS)

_WHOLE = msgspec.json.Decoder(WholeLine)
_ALIKE = msgspec.json.Decoder(AlikeLine)


class SampleStream:
    """One pass over the samples of a run.

    Iterating yields the log's lines for the download, in blocks: every line that is a sample, with the fields of the
    format and no others. Afterwards `samples()` has the numbers and `problems` what was wrong.

    Args:
        file: `data.json`, opened for reading bytes.
        name: The file's name for messages.
        every_problem: List each faulty line, not only the first few of a kind, and look for faults also in what no
            figure needs.
    """

    def __init__(self, file: HashedFile, name: str, *, every_problem: bool = False) -> None:
        self._file = file
        self._name = name
        self._every_problem = every_problem
        self._shapes = Shapes()
        self._columns = Columns()
        self._next_line = 1
        self._kinds: Counter[str] = Counter()
        self._problems: list[Problem] = []

    def __iter__(self) -> Iterator[bytes]:
        for block in read_blocks(self._file):
            if isinstance(block, LongLine):
                message = f"expected a sample, found a line of more than {MAX_LINE_BYTES >> 20} MiB"
                self._fault(self._next_line, message, "the line is skipped")
                self._next_line += 1
            elif n := self._as_usual(block):
                self._next_line += n
                yield block.data
            elif kept := self._one_by_one(block):
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

    def _as_usual(self, block: Block) -> int:
        """Take in a block of lines that are good as they are, as nearly all are.

        Returns:
            How many lines it has. 0: nothing was taken in.
        """
        if not block.ended:
            return 0
        outlines = outline(block.data)
        try:
            if found := self._shapes.as_expected(outlines):
                return self._take_alike(block.data, *found)
            return self._take_mixed(block, outlines.split(b"\n")[:-1])
        except (msgspec.DecodeError, RecursionError):
            return 0

    def _take_alike(self, data: bytes, shape: Shape, n: int) -> int:
        """Take in n lines of one shape."""
        excerpt = None if self._every_problem else shape.excerpt
        shortened = excerpt and excerpt.of(data)
        text, cut_times = shortened or (data, [])
        samples = _ALIKE.decode_lines(text)
        if len(samples) != n or not self._columns.take(samples, shape.fields):
            return 0
        if CPU_TIME_FIELD in shape.fields:
            self._columns.cpu_times.take_alike(
                cut_times or [sample.cpu_time_seconds for sample in samples],
                [sample.process_ids for sample in samples],
            )
        return n

    def _take_mixed(self, block: Block, outlines: list[bytes]) -> int:
        """Take in lines of some shapes, among which may be new ones."""
        kinds = set(outlines)
        shapes = [self._shapes.get(kind) or self._learnt(kind, block, outlines) for kind in kinds]
        if None in shapes:
            return 0
        samples = _WHOLE.decode_lines(block.data)
        fields = frozenset[str]().union(*(shape.fields for shape in shapes if shape))
        if not self._columns.take(samples, fields):
            return 0
        for sample in samples:
            self._columns.cpu_times.take(sample.cpu_time_seconds)
        self._shapes.expect(outlines[-1])
        return len(outlines)

    def _learnt(self, kind: bytes, block: Block, outlines: list[bytes]) -> Shape | None:
        """Look at a line whose shape was not seen before. None: it is not good as it is."""
        line = block.lines[outlines.index(kind)]
        parsed = _parse(line)
        if not isinstance(parsed, dict) or cleaned(parsed) != parsed:
            return None
        return self._shapes.add(line, kind, parsed)

    def _one_by_one(self, block: Block) -> bytes:
        """Take in a block line by line; return what the download may show of it."""
        lines = block.lines
        kept = (self._line(n, line, block.ended) for n, line in enumerate(lines, self._next_line))
        download = b"".join(line + b"\n" for line in kept if line is not None)
        self._next_line += len(lines)
        return download

    def _line(self, line_number: int, line: bytes, ended: bool) -> bytes | None:
        """Take in one line; return what the download may show of it."""
        if not line or line.isspace():
            return None
        try:
            sample = _WHOLE.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return self._faulty_line(line_number, line, ended)
        kept = line if self._shapes.get(outline(line)) else _allowed(line)
        if kept is None:  # what the decoder passed over is no JSON
            return self._faulty_line(line_number, line, ended)
        if not is_time(sample.timestamp):
            self._note_untimed(sample.timestamp, line_number)
            return None
        self._take(sample)
        return kept

    def _take(self, sample: WholeLine) -> None:
        self._columns.take([sample])
        self._columns.cpu_times.take(sample.cpu_time_seconds)

    def _faulty_line(self, line_number: int, line: bytes, ended: bool) -> bytes | None:
        """A line that is not quite a sample: what can be used of it is used."""
        parsed = _parse(line)
        if isinstance(parsed, dict) and "timestamp" in parsed:
            if not is_time(number(parsed["timestamp"])):
                self._note_untimed(parsed["timestamp"], line_number)
                return None
            clean = cleaned(parsed)
            for field, expected in _lost(parsed, clean):
                self._fault(
                    line_number,
                    f'expected {expected} in "{field}", found {_shown(parsed[field])}',
                    "the reading counts as missing",
                )
            self._take(msgspec.convert(clean, WholeLine))
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


def _allowed(line: bytes) -> bytes | None:
    """A line with the fields of the format and no others. None: it is no JSON."""
    parsed = _parse(line)
    if not isinstance(parsed, dict):
        return None
    clean = cleaned(parsed)
    return line if clean == parsed else _dump(clean)


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


def _shown(value: object) -> str:
    """A value from a log, short enough for a message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
