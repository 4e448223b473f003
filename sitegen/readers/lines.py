"""Read a file of lines as a stream: bounded memory whatever a line's length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .content import HashedFile

BLOCK_BYTES = 1 << 17
"""Stays in a core's own cache, and below the size from which memory is fresh pages each time, which costs more than
reading."""
MAX_LINE_BYTES = 4 << 20
"""A sample of 1,000 processes has some 300 KB. What is longer is not a sample; parsed, it may take 25 times as much."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that follow each other, at least one."""

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


def read_blocks(file: HashedFile) -> Iterator[Block | LongLine]:
    """The lines of a file. No more than `MAX_LINE_BYTES` and two blocks are ever in memory."""
    rest = b""
    dropping = False
    while data := file.read(BLOCK_BYTES):
        if dropping or len(rest) > MAX_LINE_BYTES - BLOCK_BYTES:
            # Only the first line can be long: it began in an earlier block.
            first_end = data.find(b"\n")
            if dropping and first_end < 0:
                continue
            length = len(rest) + (first_end if first_end >= 0 else len(data))
            if dropping or length > MAX_LINE_BYTES:
                rest = b""
                dropping = first_end < 0
                if dropping:
                    continue
                yield LongLine()
                data = data[first_end + 1 :]
        end = data.rfind(b"\n") + 1
        if end:
            yield Block(b"".join((rest, memoryview(data)[:end])))
            rest = data[end:]
        else:
            rest += data
    if dropping:
        yield LongLine()
    elif rest:
        yield Block(rest, ended=False)
