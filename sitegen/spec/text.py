"""Words about a spec's contents that are safe to print, whatever the spec holds."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_SHOWN = 60
_MAX_PLACE = 300
_MAX_COMPARED = 100
"""Longer words are compared by their beginning: the time grows with the square of the length."""


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    """The text in double quotes, cut to length; what a terminal would obey becomes escapes."""
    return f'"{plain(text, limit)}"'


def plain(text: str, limit: int = MAX_SHOWN) -> str:
    """As `shown`, without the quotes."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def shown_place(place: str) -> str:
    """As `plain`, cut at the beginning: the end of a place says most."""
    return plain(place if len(place) <= _MAX_PLACE else "…" + place[1 - _MAX_PLACE :], _MAX_PLACE)


def found(value: object) -> str:
    """What a value is, for a message that says what was found."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return shown(value)
        case int() | float():
            return plain(str(value))
        case list():
            return "a list"
        case _:
            return "an object"


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was most likely meant, None if none is near."""
    low = word.lower()[:_MAX_COMPARED]
    by_low = {name.lower(): name for name in known}
    close = get_close_matches(low, by_low, n=1, cutoff=0.65)
    if close:
        return by_low[close[0]]
    containing = [name for key, name in by_low.items() if len(low) >= 4 and low in key]
    return containing[0] if len(containing) == 1 else None


def did_you_mean(word: str, known: Collection[str], otherwise: str = "") -> str:
    """A hint with the nearest known word, `otherwise` if none is near."""
    near = nearest(word, known)
    return f'did you mean "{near}"?' if near else otherwise
