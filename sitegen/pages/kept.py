"""Pages that were made before, of the same: by an earlier build, or before a preview's last change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from ..cache.store import Store
from ..model import RunResult
from .content import PageContent
from .stubs import Stub

_encode = msgspec.msgpack.Encoder().encode
_decode_page = msgspec.msgpack.Decoder(PageContent).decode
_decode_stubs = msgspec.msgpack.Decoder(list[Stub]).decode

_T = TypeVar("_T")

Keep = Callable[[str, Sequence[RunResult], Callable[[], str]], str]
"""Gives a text of some kind that tells of some runs alone, as it was made before, or made now."""


def made_now(kind: str, runs: Sequence[RunResult], make: Callable[[], str]) -> str:  # noqa: ARG001
    """A `Keep` that keeps nothing."""
    return make()


class KeptPages:
    """The pages of one site, but for those of runs: these are many, and stay where they were written.

    Args:
        site: Tells the site from others that use the same cache.
    """

    def __init__(self, store: Store, site: str) -> None:
        self._store = store
        self._site = site

    def page(self, address: str, digest: str, make: Callable[[], PageContent]) -> PageContent:
        """A page as it was made before, or made now."""
        return self._value(address, digest, make, _decode_page)

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
