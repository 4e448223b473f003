"""Escaped text, typeset by real engines, reads as it was written."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.latex.document import document, needs_other_fonts
from wattboard.sitegen.latex.escape import ascii_latin, breakable, escape

if TYPE_CHECKING:
    from conftest import Compile

ASCII = "".join(map(chr, range(0x20, 0x7F)))
SIGNS = "§¶©®°±²³¹×÷½¼¾¿¡«»‹›‚„“”‘’–—…€™†‡•µ·≈≤≥−"
LATIN = (
    "".join(
        char
        for char in map(chr, range(0xC0, 0x180))
        # Without what no font of pdflatex has: it is told apart by its accents, or has no glyph at all.
        if char not in "×÷ĦħĿŀŉĸŦŧſĲĳ"
    )
    + "ȘșȚț"
)
GREEK = "αβγδεθλμπσφωΔΣΩ"
OTHERS = "日本語中文한국어Приветмирλόγοςελληνικά"


def same(text: str) -> str:
    """Text as it is compared: ligatures as their letters, high and low figures as figures, no spaces."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u03bc", "\u00b5")
    return re.sub(r"[\s\u00ad]", "", plain.replace("ϕ", "φ").replace("ε", "ϵ").replace("∆", "Δ"))


def same_in_t1(text: str) -> str:
    """As `same`, without what T1's fonts do not tell: commas and cedillas below letters are drawn as commas of their
    own, two letters share a glyph, and accents stand on letters without a dot."""
    taken_apart = unicodedata.normalize("NFD", same(text)).translate(str.maketrans("ıȷĐ", "ijÐ"))
    return re.sub("[,\u0326\u0327]", "", taken_apart)


def texts(alphabet: str, n: int) -> list[str]:
    """Every sign alone between letters, and many signs in any order."""
    chance = random.Random(20261124)
    alone = [f"x{char}y" for char in alphabet]
    alone += [f"x{sign}y" for sign in ("--", "---", ",,", "<<", ">>", "''", "``", "?`", "!`")]
    # What T1's fonts draw below or above a line comes out of the PDF before or behind its neighbours.
    steady = [char for char in alphabet if char not in "ĢģĶķĻļŅņŖŗȘșȚțĮįŲų¹²³"]
    mixed = ["".join(chance.choices(steady, k=18)).strip() for _ in range(n)]
    # Greek letters stand in formulas one by one; next to one another they are a word, which needs lualatex.
    return alone + [re.sub("(?<=[Ͱ-Ͽ])(?=[Ͱ-Ͽ])", "-", text) for text in mixed]


def sheet(written: list[str]) -> str:
    """A document with each text in a paragraph of its own, between numbers."""
    lines = [f"Q{i}Q {escape(text)} P{i}P\n" for i, text in enumerate(written)]
    head = "\\raggedright\\hyphenpenalty=10000\\exhyphenpenalty=10000\\parindent=0pt\n"
    return document(head + "\n".join(lines))


def read_back(text: str, n: int) -> list[str]:
    """The texts that a compiled sheet holds."""
    whole = same(text)
    found = [re.search(rf"Q{i}Q(.*?)P{i}P", whole) for i in range(n)]
    return ["?" if match is None else match[1] for match in found]


@pytest.mark.latex
@pytest.mark.parametrize(
    ("engine", "alphabet", "alike"),
    [
        ("pdflatex", ASCII + SIGNS + LATIN + GREEK, same_in_t1),
        ("lualatex", ASCII + SIGNS + LATIN + GREEK + OTHERS, same),
    ],
)
def test_escaped_text_is_what_the_page_shows(
    engine: str, alphabet: str, alike: Callable[[str], str], compiled: Compile
) -> None:
    """Every sign and any order of signs compile without an error and come out of the PDF as they went in."""
    written = texts(alphabet, 300)
    page = compiled(sheet(written), engine)
    assert page.errors == []
    shown = read_back(page.text, len(written))
    wrong = {
        text: got for text, got in zip(written, shown, strict=True) if alike(text) != alike(got)
    }
    assert wrong == {}


@pytest.mark.latex
def test_what_pdflatex_cannot_show_does_not_stop_it(compiled: Compile) -> None:
    """Letters with accents that no font has as one, and those with a plainer likeness, compile."""
    page = compiled(sheet(["x̄ ẍ ḥ ṇ ậ ễ ǖ q̌", "ŉ ſ Ŀ ŀ"]), "pdflatex")
    assert page.errors == []


@pytest.mark.latex
def test_rows_that_begin_with_brackets_are_no_arguments(compiled: Compile) -> None:
    """A cell such as "[2pt]" or "*" at the start of a row is text."""
    rows = "\n".join(rf"{escape(cell)} & b \\" for cell in ("a", "[9cm]", "*", "[c]"))
    page = compiled(document(rf"\begin{{tabular}}{{ll}}{rows}\end{{tabular}}"))
    assert page.errors == []
    assert {"[9cm]", "*", "[c]"} <= set(page.text.split())


@given(st.text())
def test_no_text_leaves_a_brace_open(text: str) -> None:
    """Any text at all becomes LaTeX whose groups close, on one line, without control characters."""
    for latex in (escape(text), breakable(text)):
        depth = 0
        for sign in re.findall(r"\\.|[{}]", latex, re.DOTALL):
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0
        assert depth == 0
        assert "%" not in re.sub(r"\\%", "", latex)
        assert not re.search(r"[\x00-\x1f\x7f]", latex)


@given(st.text(st.characters(max_codepoint=0x17F)))
def test_ascii_latin_is_ascii(text: str) -> None:
    """Latin text with accents becomes ASCII, but for letters that have no accent to name."""
    rest = {char for char in ascii_latin(text) if not char.isascii()}
    assert all(len(unicodedata.normalize("NFD", char)) == 1 for char in rest)


def test_text_for_lualatex_is_recognised() -> None:
    """Latin text, its signs and formulas need no other fonts; other scripts do."""
    for text in (ASCII, LATIN, "CO₂eq 3×10⁻⁷ λ"):
        assert not needs_other_fonts(escape(text))
    for text in ("日本", "Привет", "λόγος", "한국"):
        assert needs_other_fonts(escape(text))
