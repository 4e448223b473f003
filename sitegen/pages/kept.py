"""Pages that were made before, of the same: by an earlier build, or before a preview's last change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import msgspec

from ..cache import versions
from ..model import RunResult
from .content import PageContent
from .digests import text_digest
from .stubs import Stub

_encode = msgspec.msgpack.Encoder().encode
_decode_page = msgspec.msgpack.Decoder(PageContent).decode
_decode_pieces = msgspec.msgpack.Decoder(dict[str, dict[str, Any]]).decode
_decode_rows = msgspec.msgpack.Decoder(list[tuple[str, str, str, bytes]]).decode
_decode_stubs = msgspec.msgpack.Decoder(list[Stub]).decode

_T = TypeVar("_T")

Keep = Callable[[str, Sequence[RunResult], Callable[[], str]], str]
"""Gives a text of some kind that tells of some runs alone, as it was made before, or made now."""


Piece = dict[str, Any]
KeepPieces = Callable[[Sequence[str], Callable[[Sequence[int]], Sequence[Piece]]], Sequence[Piece]]
"""Gives a record for each key, as it was made before, or made now. Takes the keys, and what makes those of some places.
Equal keys stand for equal records."""


def all_made_now(
    keys: Sequence[str], make: Callable[[Sequence[int]], Sequence[Piece]]
) -> Sequence[Piece]:
    """A `KeepPieces` that keeps nothing."""
    return make(range(len(keys)))


def made_now(kind: str, runs: Sequence[RunResult], make: Callable[[], str]) -> str:  # noqa: ARG001
    """A `Keep` that keeps nothing."""
    return make()


class PageStore(Protocol):
    """What `Store` is to pages."""

    def page(self, digest: str) -> bytes | None:
        """As of `Store`."""

    def put_page(self, site: str, address: str, digest: str, content: bytes) -> None:
        """As of `Store`."""


class Collected:
    """A `PageStore` for a copy of the process, which must not use the database: what it makes is sent.

    Args:
        known: What the store has of what may be asked for, by digest.
    """

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = known
        self._rows: list[tuple[str, str, str, bytes]] = []

    def page(self, digest: str) -> bytes | None:
        """What is known of it."""
        return self._known.get(digest)

    def put_page(self, site: str, address: str, digest: str, content: bytes) -> None:
        """Take it in."""
        self._rows.append((site, address, digest, content))

    def taken(self) -> bytes:
        """All that was taken in since it was asked last, for `KeptPages.put`."""
        rows, self._rows = self._rows, []
        return _encode(rows)


class KeptPages:
    """The pages of one site, but for those of runs: these are many, and stay where they were written.

    Args:
        site: Tells the site from others that use the same cache.
    """

    def __init__(self, store: PageStore, site: str) -> None:
        self._store = store
        self._site = site

    def collected(self, names_of_pieces: Iterable[str]) -> tuple[KeptPages, Collected]:
        """The same for a copy of the process, with what that then has made.

        Args:
            names_of_pieces: Names for which it will ask `pieces`.
        """
        digests = map(self._digest_of_pieces, names_of_pieces)
        known = {digest: found for digest in digests if (found := self._store.page(digest))}
        store = Collected(known)
        return KeptPages(store, self._site), store

    def put(self, taken: bytes) -> None:
        """Keep what a copy of the process made."""
        for row in _decode_rows(taken):
            self._store.put_page(*row)

    def page(self, address: str, digest: str, make: Callable[[], PageContent]) -> PageContent:
        """A page as it was made before, or made now."""
        return replace(self._value(address, digest, make, _decode_page), digest=digest)

    def stubs(self, address: str, digest: str, make: Callable[[], list[Stub]]) -> list[Stub]:
        """What a search finds beside the pages, as it was made before, or made now."""
        return self._value(address, digest, make, _decode_stubs)

    def text(self, name: str, digest: str, make: Callable[[], str]) -> str:
        """A part of a file, as it was made before, or made now.

        Args:
            name: Tells the part from others of the site; no address of a page.
        """
        encoded = self._store.page(digest)
        if encoded is not None:
            return encoded.decode()
        made = make()
        self._store.put_page(self._site, name, digest, made.encode())
        return made

    def pieces(
        self,
        name: str,
        keys: Sequence[str],
        make: Callable[[Sequence[int]], Sequence[Piece]],
    ) -> Sequence[Piece]:
        """A `KeepPieces`, but for the name. Only those of the last keys are kept.

        Args:
            name: As of `text`.
        """
        digest = self._digest_of_pieces(name)
        known = self._from_store(digest, _decode_pieces) or {}
        missing = [place for place, key in enumerate(keys) if key not in known]
        if missing:
            made = make(missing)
            new = {keys[place]: piece for place, piece in zip(missing, made, strict=True)}
            known = {key: new[key] if key in new else known[key] for key in keys}
            self._store.put_page(self._site, name, digest, _encode(known))
        return [known[key] for key in keys]

    def _digest_of_pieces(self, name: str) -> str:
        return text_digest(f"{versions.rendering()}\0{self._site}\0{name}")

    def _value(
        self, address: str, digest: str, make: Callable[[], _T], decode: Callable[[bytes], _T]
    ) -> _T:
        value = self._from_store(digest, decode)
        if value is None:
            value = make()
            self._store.put_page(self._site, address, digest, _encode(value))
        return value

    def _from_store(self, digest: str, decode: Callable[[bytes], _T]) -> _T | None:
        encoded = self._store.page(digest)
        try:
            return None if encoded is None else decode(encoded)
        except msgspec.DecodeError:
            return None
