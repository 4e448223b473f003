"""Leave out of a log's lines what no figure needs, without parsing them.

Most of a line of experiment-impact-tracker is the memory and CPU time of each process, several kB of them. All lines of
a shape have the same fields in the same order, so that what lies between two field names can be skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

from .fields import CPU_TIME_FIELD, AlikeLine

_WORTH_A_CUT_BYTES = 500
"""Looking for the ends of a cut costs as much as skipping so many bytes."""

_UP_TO_VALUE = re.compile(rb"\s*:\s*")
_GAP = re.compile(rb"\s*,\s*\Z")

_NEEDED = frozenset(AlikeLine.__struct_fields__) - {CPU_TIME_FIELD}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is left out of the lines of one shape."""

    cuts: tuple[tuple[bytes, int, bytes], ...]
    """In the order of the line: the name of a field and what stands before its value; how many bytes stand between the
    last value that is left out and the next field; and that field's name."""
    cpu_time: int | None
    """Which of them is that of the processes' CPU times."""

    def of(self, data: bytes) -> tuple[bytes, list[bytes]] | None:
        """What is left of some lines of this shape, each with its end, and the text of the CPU times cut from each.

        None where a field's name has other digits than expected, which the shape does not show.
        """
        kept: list[bytes] = []
        cpu_times: list[bytes] = []
        find, keep = data.find, kept.append
        cuts = [(i, *cut, len(cut[0])) for i, cut in enumerate(self.cuts)]
        lengths = [0] * len(cuts)
        at = line = 0
        while (end := find(b"\n", line)) >= 0:
            for i, name, len_gap, behind, len_name in cuts:
                start = find(name, at, end)
                # Lines of one shape are nearly as long as each other: begin to look near the end.
                stop = find(behind, start + lengths[i], end)
                if start < 0 or stop < 0:
                    return None
                keep(data[at:start])
                if i == self.cpu_time:
                    cpu_times.append(data[start + len_name : stop - len_gap])
                lengths[i] = (stop - start) * 7 // 8
                at = stop
            line = end + 1
        keep(data[at:])
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
    places = {
        field: line.find(name)
        for field, name in names.items()
        if line_outline.count(outline(name)) == 1
    }
    cuts: list[tuple[bytes, int, bytes]] = []
    cpu_time = None
    for first, next_field in _unneeded(tuple(parsed)):
        start, stop = places.get(first, -1), places.get(next_field, -1)
        if start >= 0 and stop - start >= _WORTH_A_CUT_BYTES:
            begins = _UP_TO_VALUE.match(line, start + len(names[first]))
            gap = _GAP.search(line, start, stop)
            if begins and gap:
                cpu_time = len(cuts) if first == CPU_TIME_FIELD else cpu_time
                cuts.append((line[start : begins.end()], len(gap[0]), names[next_field]))
    found = Excerpt(tuple(cuts), cpu_time)
    return found if cuts and _fits(found, line, parsed) else None


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
    return left == expected and times == [parsed[CPU_TIME_FIELD]] * (found.cpu_time is not None)
