"""Pages that were made before, of the same: by an earlier build, or by this one before a preview's last change."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..cache.store import Store
from .content import PageContent

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PageContent).decode


class KeptPages:
    """The pages of one site, but for those of runs: these are many, and stay where they were written.

    Args:
        site: Tells the site from others that use the same cache.
    """

    def __init__(self, store: Store, site: str) -> None:
        self._store = store
        self._site = site
        self._in_memory: dict[str, tuple[str, PageContent]] = {}

    def page(self, address: str, digest: str, make: Callable[[], PageContent]) -> PageContent:
        """A page as it was made before, or made now."""
        known, content = self._in_memory.get(address, ("", None))
        if content is None or known != digest:
            content = self._from_store(digest)
            if content is None:
                content = make()
                self._store.put_page(self._site, address, digest, _encode(content))
            self._in_memory[address] = (digest, content)
        return content

    def _from_store(self, digest: str) -> PageContent | None:
        encoded = self._store.page(digest)
        try:
            return None if encoded is None else _decode(encoded)
        except msgspec.DecodeError:
            return None
