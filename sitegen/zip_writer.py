"""Write a zip from front to back, each file as its content comes.

None of the libraries for it lets the checksum be computed by the processor's own instructions, and zlib's takes more
than half as long as compressing (docs/performance.md). The format is PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from stat import S_IFREG
from typing import BinaryIO

from isal import isal_zlib

# A zip holds a date for each file, the earliest 1980-01-01. One for all, so that the same log gives the same zip.
_TIME, _DATE = 0, 1 << 5 | 1

_DEFLATED = 8
_SIZES_FOLLOW = 1 << 3
_VERSION, _VERSION_64 = 20, 45
_MADE_ON_UNIX = 3 << 8
_ATTRIBUTES = (S_IFREG | 0o644) << 16
_MOST_32 = 0xFFFFFFFF
_MOST_ENTRIES = 0xFFFF
_EXTRA_64 = 1

_LOCAL = struct.Struct("<4s5H3L2H")
_SIZES = struct.Struct("<4sLLL")
_SIZES_64 = struct.Struct("<4sLQQ")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class _Member:
    name: bytes
    crc: int
    compressed: int
    size: int
    offset: int


class ZipWriter:
    """A zip that is being written, to a file from where that stands."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = out.tell()
        self._members: list[_Member] = []

    def add(self, name: str, blocks: Iterable[bytes], *, large: bool = False) -> None:
        """Add a file.

        Args:
            blocks: Its content.
            large: It may have 4 GiB or more.

        Raises:
            OverflowError: it has, and was not said to.
        """
        offset, encoded = self._at, name.encode("ascii")
        # Sizes of 64 bits are announced by an extra field, in which they are not known yet.
        extra = struct.pack("<HHQQ", _EXTRA_64, 16, 0, 0) if large else b""
        unknown = _MOST_32 if large else 0
        version = _VERSION_64 if large else _VERSION
        fields = (version, _SIZES_FOLLOW, _DEFLATED, _TIME, _DATE, 0, unknown, unknown)
        self._write(_LOCAL.pack(b"PK\3\4", *fields, len(encoded), len(extra)) + encoded + extra)
        # isal's fastest level: zlib would take longer than all other work on a log, for a somewhat smaller file.
        deflate = isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15)
        start, crc, size = self._at, 0, 0
        for block in blocks:
            crc = isal_zlib.crc32(block, crc)
            size += len(block)
            self._write(deflate.compress(block))
        self._write(deflate.flush())
        compressed = self._at - start
        if not large and max(size, compressed) > _MOST_32:
            raise OverflowError(f"{name} has {size:,} bytes, more than was expected")
        sizes = _SIZES_64 if large else _SIZES
        self._write(sizes.pack(b"PK\7\10", crc, compressed, size))
        self._members.append(_Member(encoded, crc, compressed, size, offset))

    def finish(self) -> None:
        """Write the list of the files."""
        start = self._at
        for member in self._members:
            self._write(_entry(member))
        size, n = self._at - start, len(self._members)
        if max(start, size) >= _MOST_32 or n >= _MOST_ENTRIES:
            end = self._at
            version = _MADE_ON_UNIX | _VERSION_64
            self._write(
                _END_64.pack(b"PK\6\6", 44, version, _VERSION_64, 0, 0, n, n, size, start)
                + _LOCATOR_64.pack(b"PK\6\7", 0, end, 1)
            )
        n = min(n, _MOST_ENTRIES)
        self._write(_END.pack(b"PK\5\6", 0, 0, n, n, min(size, _MOST_32), min(start, _MOST_32), 0))

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


def _entry(member: _Member) -> bytes:
    """A line of the list. What does not fit into 32 bits stands in an extra field."""
    numbers = (member.size, member.compressed, member.offset)
    too_large = [number for number in numbers if number >= _MOST_32]
    extra = b""
    if too_large:
        extra = struct.pack(f"<HH{len(too_large)}Q", _EXTRA_64, 8 * len(too_large), *too_large)
    version = _VERSION_64 if too_large else _VERSION
    size, compressed, offset = (min(number, _MOST_32) for number in numbers)
    made = (_MADE_ON_UNIX | version, version, _SIZES_FOLLOW, _DEFLATED, _TIME, _DATE)
    lengths = (len(member.name), len(extra), 0, 0, 0)
    fixed = _ENTRY.pack(
        b"PK\1\2", *made, member.crc, compressed, size, *lengths, _ATTRIBUTES, offset
    )
    return fixed + member.name + extra
