"""The site that a leaderboard is a part of, as far as its pages speak of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    description: str = ""
    author: str = ""
    address: str = ""
    """Absolute address of the leaderboard's front page, ending with "/"; "" where the site does not know its own."""
    licence: str = ""
    """Under which the data may be used: an SPDX id or an address; "" where the site does not say."""

    def permanent(self, page: str) -> str:
        """The absolute address of a page or file, "" where the site does not know its own.

        Args:
            page: Relative to the leaderboard's front page.
        """
        return self.address + _quoted(page) if self.address else ""


# A page says its own address in several places.
_quoted = lru_cache(256)(quote)
