"""What stands untouched in a site's folder of what earlier builds put there, and so need not be made again."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from .store import Store

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, bytes]]).decode
_STATE = struct.Struct("<qqqQ")
_SEEN = ("", b"")
"""Of a page that has been asked for."""


class Published:
    """The pages of one site's folder, each with the digest of what it was made of.

    A page is one or more files, by names relative to that folder.

    Args:
        output: None where nothing is known of the folder, and nothing shall be.
    """

    def __init__(self, store: Store, output: Path | None) -> None:
        self._store = store
        self._output = None if output is None else output.resolve()
        self._before: dict[str, tuple[str, bytes]] = {}
        if self._output is not None:
            self._before = {
                address: (digest, files) for address, digest, files in store.published(self._site)
            }
        self._made: dict[str, tuple[str, str, Sequence[str]]] = {}
        self._kept: list[tuple[str, tuple[str, ...]]] = []
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        """One object for all that are equal: runs have the same files."""

    @property
    def kept(self) -> Iterator[str]:
        """The names of all files that stay as they are."""
        for address, names in self._kept:
            for name in names:
                yield address + name

    def keeps(self, address: str, digest: str, part: str = "") -> bool:
        """Whether a page was made of the same, and its files stand as they were written. Then they stay.

        Args:
            part: Names some of the files at an address, of which others are told apart.
        """
        known, files = self._before.get(address + part, ("", b""))
        if self._output is None or known != digest:
            return False
        try:
            listed = _decode(files)
        except msgspec.DecodeError:
            return False
        folder = f"{self._output}/{address}"
        for name, state in listed:
            if not state or _state(folder + name) != state:
                return False
        names = tuple(name for name, _ in listed)
        self._kept.append((address, self._names.setdefault(names, names)))
        self._before[address + part] = _SEEN
        return True

    def made(self, address: str, digest: str, names: Sequence[str], part: str = "") -> None:
        """Note that a page was made anew. `finish` looks at its files.

        Args:
            names: Relative to the address.
            part: As of `keeps`.
        """
        self._made[address + part] = (address, digest, names)

    def path(self, name: str) -> Path:
        """Where a file that stays lies."""
        return (self._output or Path()) / name

    def finish(self) -> None:
        """Remember what is in the folder now, once all is in place."""
        if self._output is None:
            return
        rows = []
        for key, (address, digest, names) in self._made.items():
            states = [(name, _state(f"{self._output}/{address}{name}")) for name in names]
            rows.append((key, digest, _encode(states)))
        self._store.put_published(self._site, rows)
        gone = [
            key
            for key, known in self._before.items()
            if known is not _SEEN and key not in self._made
        ]
        self._store.forget_published(self._site, gone)

    @property
    def _site(self) -> str:
        return os.fsencode(self._output or "").decode("utf-8", "backslashreplace")


def _state(file: str) -> bytes:
    """Size, times and inode of a file; b"" where it is none of ours."""
    try:
        found = os.lstat(file)
    except OSError:
        return b""
    # A download is the cache's own file. The time of its last change of any kind is also that of a further link to it,
    # from the folder of another site or from one in which the next build works.
    changed_ns = 0 if found.st_nlink > 1 else found.st_ctime_ns
    return _STATE.pack(found.st_size, found.st_mtime_ns, changed_ns, found.st_ino)
