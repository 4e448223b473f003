"""Leave out of a log's lines what no figure needs, without parsing them.

Most of a line of experiment-impact-tracker is the memory and CPU time of each process, several kB of them. All lines of
a shape have the same fields in the same order, so that what lies between two field names can be skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

from .fields import CPU_TIME_FIELD, AlikeLine

_WORTH_A_CUT_BYTES = 500
"""Looking for the ends of a cut costs as much as skipping so many bytes."""

_NEEDED = frozenset(AlikeLine.__struct_fields__) - {CPU_TIME_FIELD}


@dataclass(frozen=True, slots=True)
class _Cut:
    """From one field name up to another, each with its quotes."""

    start: bytes
    stop: bytes
    is_cpu_time: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is left out of the lines of one shape."""

    cuts: tuple[_Cut, ...]
    """In the order of the line."""
    has_cpu_time: bool
    """The times of processes are cut out: at most once a line."""

    def of(self, data: bytes) -> tuple[bytes, list[bytes]] | None:
        """What is left of some lines of this shape, each with its end, and the text of the CPU times cut from each.

        None where a field's name has other digits than expected, which the shape does not show.
        """
        kept: list[bytes] = []
        cpu_times: list[bytes] = []
        lengths = [0] * len(self.cuts)
        at = line = 0
        while (end := data.find(b"\n", line)) >= 0:
            for i, cut in enumerate(self.cuts):
                start = data.find(cut.start, at, end)
                # Lines of one shape are nearly as long as each other: begin to look near the end.
                stop = data.find(cut.stop, start + lengths[i] * 7 // 8, end)
                if start < 0 or stop < 0:
                    return None
                kept.append(data[at:start])
                if cut.is_cpu_time:
                    cpu_times.append(data[start + len(cut.start) : stop].strip(b": \t,"))
                lengths[i] = stop - start
                at = stop
            line = end + 1
        kept.append(data[at:])
        return b"".join(kept), cpu_times


def excerpt(
    line: bytes, parsed: Mapping[str, Any], outline: Callable[[bytes], bytes]
) -> Excerpt | None:
    """How to shorten a line and all others of its shape. None: there is little to leave out.

    Args:
        parsed: The line.
        outline: What all texts of the same shape have in common.
    """
    if len(line) < _WORTH_A_CUT_BYTES:
        return None
    line_outline = outline(line)
    names = {field: msgspec.json.encode(field) for field in parsed}
    # What stands in the outline once stands once in each line, and as a name of the line itself.
    clear = {field for field, name in names.items() if line_outline.count(outline(name)) == 1}
    cuts = tuple(
        _Cut(names[first], names[behind], first == CPU_TIME_FIELD)
        for first, behind in _unneeded(tuple(parsed))
        if {first, behind} <= clear
        and line.find(names[behind]) - line.find(names[first]) >= _WORTH_A_CUT_BYTES
    )
    if not cuts:
        return None
    found = Excerpt(cuts, any(cut.is_cpu_time for cut in cuts))
    return found if _fits(found, line, parsed) else None


def _unneeded(fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The stretches of fields to leave out: the first, and the one behind the last. CPU times are one by themselves."""
    first = ""
    for field, behind in pairwise(fields):
        if field in _NEEDED:
            continue
        first = first or field
        if behind in _NEEDED or CPU_TIME_FIELD in (field, behind):
            yield first, behind
            first = ""


def _fits(found: Excerpt, line: bytes, parsed: Mapping[str, Any]) -> bool:
    """Whether the line it was made for, shortened, is that line without some fields."""
    shortened = found.of(line + b"\n")
    if shortened is None:
        return False
    text, cpu_times = shortened
    try:
        left = msgspec.json.decode(text)
        times = [msgspec.json.decode(each) for each in cpu_times]
    except msgspec.DecodeError:
        return False
    if not isinstance(left, dict) or not _NEEDED & parsed.keys() <= left.keys():
        return False
    expected = {field: value for field, value in parsed.items() if field in left}
    return left == expected and times == [parsed[CPU_TIME_FIELD]] * found.has_cpu_time
