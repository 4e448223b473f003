"""A document that compiles by itself, under pdflatex as well as lualatex."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

PACKAGES = ("booktabs", "url", "[numbers]{natbib}")
"""All that a statement needs, and any more."""

# The first that an installation has, of each script, is enough; one that it does not have costs nothing.
_FALLBACK_FONTS = (
    "DejaVu Serif",
    "FreeSerif",
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "FandolSong",
)
_LAST_LATIN = "\u024f"
_LATIN_BLOCK = ("\u1e00", "\u1eff")
_FIRST_PICTURE = "\u2500"

_PDFLATEX = r"""\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\input{glyphtounicode}
\pdfgentounicode=1"""

_OTHER_SCRIPTS = r"""\ifLuaTeX
% Letters that the main font lacks are taken from these, as far as they are installed.
\directlua{wattboardfonts = {} config.luaotfload.db.update_live = false}
\makeatletter
\@for\wattboardfont:={FONTS}\do{%
  \IfFontExistsTF{\wattboardfont}{\directlua{table.insert(wattboardfonts, "\wattboardfont:mode=node;")}}{}}
\makeatother
\directlua{luaotfload.add_fallback("wattboard", wattboardfonts)}
\setmainfont{Latin Modern Roman}[RawFeature={fallback=wattboard}]
\setsansfont{Latin Modern Sans}[RawFeature={fallback=wattboard}]
\setmonofont{Latin Modern Mono}[RawFeature={fallback=wattboard}]
\fi"""


def document(body: str, packages: Sequence[str] = PACKAGES, preamble: str = "") -> str:
    """A whole document around LaTeX that is meant for one.

    Args:
        body: What stands between the beginning and the end of the document.
        packages: By name, or with options, such as "[numbers]{natbib}".
        preamble: More of it, after the packages.
    """
    used = "\n".join(
        rf"\usepackage{name}" if name.startswith("[") else rf"\usepackage{{{name}}}"
        for name in packages
    )
    fonts = ""
    if needs_other_fonts(body):
        fonts = _OTHER_SCRIPTS.replace("FONTS", ",".join(_FALLBACK_FONTS))
    parts = (
        r"\documentclass{article}",
        r"\usepackage{iftex}",
        r"\ifPDFTeX",
        _PDFLATEX,
        r"\else",
        r"\usepackage{fontspec}",
        fonts,
        r"\fi",
        used,
        preamble,
        r"\begin{document}",
        body.strip("\n"),
        r"\end{document}",
    )
    return "\n".join(part for part in parts if part) + "\n"


def needs_other_fonts(text: str) -> bool:
    """Whether a text has letters that the usual fonts of LaTeX lack, and so needs lualatex or xelatex."""
    return any(
        char >= _FIRST_PICTURE or (char > _LAST_LATIN and unicodedata.category(char)[0] in "LM")
        for char in text
        if not _LATIN_BLOCK[0] <= char <= _LATIN_BLOCK[1]
    )
