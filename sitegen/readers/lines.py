"""Read a file of lines as a stream: bounded memory whatever a line's length, each line with its number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 1 << 18
"""Larger blocks are new pages of memory each time, which costs a tenth of all reading."""
MAX_LINE_BYTES = 4 << 20
"""A sample of 1,000 processes has some 300 KB. What is longer is not a sample; parsed, it may take 25 times as much."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that follow each other."""

    first: int
    """Number of the first one, counted from 1."""
    data: bytes
    """All of them, each with its end."""
    ended: bool = True
    """False for a last line without its end, which comes alone."""

    @property
    def lines(self) -> list[bytes]:
        """The lines without their ends."""
        return self.data.removesuffix(b"\n").split(b"\n")


@dataclass(frozen=True, slots=True)
class LongLine:
    """Stands for a line that was too long to be kept."""

    number: int


def read_blocks(file: BinaryIO) -> Iterator[Block | LongLine]:
    """The lines of a file. No more than `MAX_LINE_BYTES` and one block are ever in memory."""
    number = 1
    rest = b""
    dropping = False
    while data := file.read(BLOCK_BYTES):
        data = rest + data
        # Only the first line can be long: it began in an earlier block.
        first_end = data.find(b"\n")
        if dropping or first_end > MAX_LINE_BYTES:
            if first_end < 0:
                continue
            yield LongLine(number)
            number += 1
            dropping = False
            data = data[first_end + 1 :]
        end = data.rfind(b"\n") + 1
        if end:
            yield Block(number, data[:end])
            number += data.count(b"\n", 0, end)
        rest = data[end:]
        if len(rest) > MAX_LINE_BYTES:
            dropping = True
            rest = b""
    if dropping:
        yield LongLine(number)
    elif rest:
        yield Block(number, rest, ended=False)
