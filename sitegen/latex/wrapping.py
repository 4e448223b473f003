"""Text of strangers that must fit a place: it may break where LaTeX would find no break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .escape import escape

# Stretches a little, or lines without a space would be broken too late.
_BREAK = r"\hspace{0pt plus.2em}"
_LONGEST = 14
"""Letters of a word that may stand in one line."""
_PIECE = 4

_MARKED = re.compile(r"[^/_.:=,;@&+|\\-]*[/_.:=,;@&+|\\-]*")
_WORDS = re.compile(r"\S+|\s+")
# As in Computer Modern, where a digit is half an em.
_WIDE_EM, _LETTER_EM = 1.0, 0.5
_OTHER_EM = {
    **dict.fromkeys(" ", 0.34),
    **dict.fromkeys(".,;:'|!ilj", 0.28),
    **dict.fromkeys("±≈×−+=<>%&@mwMW–", 0.8),
}
_CAPITAL_EM = 0.72


def wrapping(text: str) -> str:
    """Text as LaTeX that may break behind marks, between Chinese signs, and inside of words that are very long."""
    return "".join(
        " " if word.isspace() else _BREAK.join(escape(piece) for piece in _pieces(word) if piece)
        for word in _WORDS.findall(unicodedata.normalize("NFC", text))
    )


def _pieces(word: str) -> Iterator[str]:
    """What a word may be broken into: behind marks, where it is long, and anywhere where that leaves it long."""
    parts = _MARKED.findall(word) if len(word) > _LONGEST else [word]
    for part in parts:
        yield from _letters(part) if len(part) > _LONGEST or any(map(_is_wide, part)) else [part]


def _letters(word: str) -> Iterator[str]:
    """A few letters at a time, each with its accents; wide signs one at a time."""
    piece = ""
    for char, following in zip(word, f"{word[1:]} ", strict=True):
        piece += char
        done = _is_wide(char) or _is_wide(following) or len(piece) >= _PIECE
        if done and not unicodedata.combining(following):
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def width_em(text: str) -> float:
    """About how wide a text is, in the em of its font."""
    return sum(map(_char_em, text))


def _char_em(char: str) -> float:
    if _is_wide(char):
        return _WIDE_EM
    if unicodedata.combining(char):
        return 0.0
    return _OTHER_EM.get(char, _CAPITAL_EM if char.isupper() else _LETTER_EM)


def n_lines(text: str, wide_em: float) -> int:
    """About how many lines a text takes in a column."""
    return max(1, -(-int(10 * width_em(text)) // int(10 * wide_em)))
