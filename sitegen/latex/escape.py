"""Text as LaTeX that typesets it, under pdflatex, lualatex and xelatex.

Latin text works under all three; under pdflatex as far as its fonts go, which is what the encoding T1 has. Text in
other scripts is left as it is: lualatex and xelatex typeset it, given a font that has it (see `document.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    # A straight quotation mark is in every typewriter font; in the others only under T1.
    '"': r"{\ttfamily\symbol{34}}",
    # At the start of a table's row these would be read as arguments of the line break before it.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
    "\u2010": "-",
    "\u2011": r"\mbox{-}",
    "\u2026": r"\ldots{}",
    # Not in the text fonts that every installation has.
    "×": r"$\times$",
    "\u2212": "$-$",
    "±": r"$\pm$",
    "÷": r"$\div$",
    "·": r"$\cdot$",
    "≈": r"$\approx$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "µ": r"$\mu$",
    "¬": r"$\neg$",
    # Latin letters that no font of pdflatex has.
    "ŉ": "\u2019n",
    "ſ": "s",
    "Ŀ": r"L$\cdot$",
    "ŀ": r"l$\cdot$",
}

_GREEK = {
    **dict(
        zip(
            "αβγδεζηθικλμνξπρσςτυφχψω",
            (
                *("alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota"),
                *("kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "varsigma", "tau"),
                *("upsilon", "varphi", "chi", "psi", "omega"),
            ),
            strict=True,
        )
    ),
    **dict(
        zip(
            "ΓΔΘΛΞΠΣΥΦΨΩ",
            (
                *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi"),
                *("Psi", "Omega"),
            ),
            strict=True,
        )
    ),
}
"""Letters as they stand in formulas. In Greek words they are left as they are."""

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0326": "textcommabelow",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_HIGH = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+−()n")
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+−()")

_LAST_OF_T1 = "\u017f"
"""Up to here pdflatex knows the letters by themselves; some beyond too, which go by their accents all the same."""

_PIECES = re.compile(
    "(?P<high>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ]+)|(?P<low>[₀₁₂₃₄₅₆₇₈₉₊₋₍₎]+)"
    "|(?P<greek>(?<![\u0370-\u03ff\u1f00-\u1fff])[\u0370-\u03ff](?![\u0370-\u03ff\u1f00-\u1fff\u0300-\u036f]))"
    "|(?P<marked>.[\u0300-\u036f]+)|(?P<pairs>-{2,}|,{2,}|<{2,}|>{2,})|(?P<one>.)"
)
_BREAKS = re.compile(r"(?<=[/_.:=-])(?=\w)")


def escape(text: str) -> str:
    """Text as LaTeX.

    White space of any kind becomes a space; control characters and what cannot be printed are left out.

    >>> print(escape("50 % of $a_1$ & CO₂, 3×10⁻⁷"))
    50 \\% of \\$a\\_1\\$ \\& CO\\textsubscript{2}, 3$\\times$10\\textsuperscript{$-$7}
    """
    return "".join(_escaped(unicodedata.normalize("NFC", _printable(text))))


def ascii_latin(text: str) -> str:
    """Latin text with its accents as commands, so that it is ASCII alone: for BibTeX, which sorts and cuts by bytes.

    >>> print(ascii_latin("Müller & Ševčík"))
    M{\\"{u}}ller \\& {\\v{S}}ev{\\v{c}}{\\'{i}}k
    """
    return "".join(map(_ascii_letter, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=1024)
def _ascii_letter(char: str) -> str:
    return escape(char) if char.isascii() else f"{{{_accented(char)}}}"


def breakable(text: str) -> str:
    """Text as LaTeX that may break into lines behind its slashes, dots, dashes and the like: for paths and names."""
    return r"\allowbreak{}".join(escape(piece) for piece in _BREAKS.split(text))


def _printable(text: str) -> str:
    return "".join(
        char
        if char.isprintable() or char in "\u00a0\u202f\u2009"
        else " "
        if char.isspace()
        else ""
        for char in text
    )


def _escaped(text: str) -> Iterator[str]:
    for piece in _PIECES.finditer(text):
        found = piece[0]
        match piece.lastgroup:
            case "high":
                yield rf"\textsuperscript{{{escape(found.translate(_HIGH))}}}"
            case "low":
                yield rf"\textsubscript{{{escape(found.translate(_LOW))}}}"
            case "greek":
                yield rf"$\{_GREEK[found]}$" if found in _GREEK else found
            case "marked":
                yield _accented(found)
            case "pairs":
                # Two of them would become one sign; this keeps them apart under every engine.
                yield r"\/".join(_SPECIAL.get(sign, sign) for sign in found)
            case _:
                yield _SPECIAL.get(found) or _letter(found)


def _letter(char: str) -> str:
    if char <= _LAST_OF_T1 or not unicodedata.name(char, "").startswith("LATIN "):
        return char
    return _accented(char)


def _accented(composed: str) -> str:
    """A letter with its accents; as it is where LaTeX has no name for one of them."""
    base, *marks = list(unicodedata.normalize("NFD", composed))
    if not marks or not base.isascii() or any(mark not in _ACCENTS for mark in marks):
        return _SPECIAL.get(composed[0], composed[0]) + composed[1:]
    latex = _SPECIAL.get(base, base)
    for mark in marks:
        latex = rf"\{_ACCENTS[mark]}{{{latex}}}"
    return latex
