"""What a theme may keep of one run's page for the next: the menu, which is the same for all runs below a section."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_MOST = 64
"""Menus may be long; runs of one section mostly follow each other."""


class Kept:
    """By where a page lies, what the theme's templates put there.

    Args:
        in_menu: Addresses of the pages that the menu links to, relative to the site.
    """

    def __init__(self, in_menu: Iterable[str]) -> None:
        self._folders = {""}
        for url in in_menu:
            end = url.find("/")
            while end >= 0:
                self._folders.add(url[: end + 1])
                end = url.find("/", end + 1)
        self._kept: dict[tuple[object, int, str], dict[str, Any]] = {}

    def of(self, page: Any) -> dict[str, Any]:
        """What pages share that lie under the same section, and from which all links of the menu are the same.

        Links are the same between pages as deep as each other, below the same folder of those that the menu leads to.
        """
        url: str = page.url
        end = url.rfind("/") + 1
        while url[:end] not in self._folders:
            end = url.rfind("/", 0, end - 1) + 1
        place = (page.parent, url.count("/"), url[:end])
        found = self._kept.pop(place, {})
        if len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        # At the end: the first is the one that nobody has asked for the longest.
        self._kept[place] = found
        return found
