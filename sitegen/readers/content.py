"""What a log holds, as a hash of its bytes: tells a log that was changed from one that was copied or touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from xxhash import xxh3_128, xxh3_128_hexdigest

hash_of = xxh3_128_hexdigest
"""Of some bytes, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class PartContent:
    """Hashes of the files that one log of a run is made of, in hexadecimal (XXH3, 128 bits)."""

    name: str
    """As in `PartLocation`."""
    samples: str
    """Of data.json."""
    info: str
    """Of info.json, else of info.pkl; "" where there is neither. Of the reason, where it cannot be read."""


class HashedFile:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = xxh3_128()

    @property
    def name(self) -> str:
        return self._file.name

    @property
    def hash(self) -> str:
        """Of all that was read, in hexadecimal."""
        return self._hash.hexdigest()

    def read(self, most: int) -> bytes:
        """Up to so many bytes; none at the end."""
        data = self._file.read(most)
        self._hash.update(data)
        return data
