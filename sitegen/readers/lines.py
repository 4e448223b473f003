"""Read a file of lines as a stream: bounded memory whatever a line's length, each line with its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

BLOCK_BYTES = 1 << 18
"""Larger blocks are new pages of memory each time, which costs a tenth of all reading."""
MAX_LINE_BYTES = 4 << 20
"""A sample of 1,000 processes has some 300 KB. What is longer is not a sample; parsed, it may take 25 times as much."""


class LongLine:
    """Stands for a line that was too long to be kept."""

    __slots__ = ("length",)

    def __init__(self, length: int) -> None:
        self.length = length


def read_lines(
    file: BinaryIO, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[tuple[int, bytes | LongLine, bool]]:
    """Yield (line number from 1, the line without its end, whether it had an end).

    A line of more than `max_line_bytes` comes as a `LongLine`; no more than that and one block is ever in memory.
    """
    number = 1
    rest = b""
    dropped = 0
    while block := file.read(BLOCK_BYTES):
        lines = block.split(b"\n")
        if dropped:
            dropped += len(lines[0])
            if len(lines) == 1:
                continue
            yield number, LongLine(dropped), True
            number += 1
            dropped = 0
            del lines[0]
        else:
            lines[0] = rest + lines[0]
        rest = lines.pop()
        for line in lines:
            yield number, line if len(line) <= max_line_bytes else LongLine(len(line)), True
            number += 1
        if len(rest) > max_line_bytes:
            dropped = len(rest)
            rest = b""
    if dropped:
        yield number, LongLine(dropped), False
    elif rest:
        yield number, rest, False
