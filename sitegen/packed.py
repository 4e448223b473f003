"""Text that is kept in little memory: that of a site's pages is some ten times as long as it is packed."""

from __future__ import annotations

from isal import isal_zlib


class Packed:
    """A text, packed."""

    __slots__ = ("_data",)

    def __init__(self, text: str) -> None:
        # Bytes first: in memory, one "—" makes every character of a text take two.
        self._data: bytes = isal_zlib.compress(text.encode(), 1)

    @property
    def text(self) -> str:
        """The text."""
        return isal_zlib.decompress(self._data).decode()
