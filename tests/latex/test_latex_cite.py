"""Entries that a site's pages offer compile, under styles that know `url` and such that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from markupsafe import Markup
from paper_runs import result
from wattboard.sitegen.pages.cite import cite_view
from wattboard.sitegen.pages.links import Links
from wattboard.sitegen.pages.site import Site
from wattboard.sitegen.pages.subject import Subject

if TYPE_CHECKING:
    from conftest import Compile

pytestmark = pytest.mark.latex

SITE = Site(
    "Lab {x & 50 % of $y_1$ \\ #1",
    author="Doe, Jane; Müller, Söhne, and Co; 100 % {Lab",
    address="https://example.org/~lab/100%25_a/{x}/",
    licence="CC-BY-4.0",
)
TITLES = ("Board } of 3×10⁻⁷ CO₂ ~ ^", 'Method "a_b" <c>')


@pytest.mark.parametrize("style", ["plain", "plainnat", "abbrv"])
def test_citations_compile(style: str, compiled: Compile) -> None:
    """Authors, title, date and address of a page are in the bibliography, and neither TeX nor BibTeX complains."""
    subject = Subject("method-a/", TITLES, "", (result(),))
    view = cite_view(SITE, Links(), subject, None, Markup())
    key = view.bibtex.partition("{")[2].partition(",")[0]
    packages = r"\usepackage{url}" + (r"\usepackage{natbib}" if style == "plainnat" else "")
    document = (
        rf"\documentclass{{article}}{packages}\begin{{document}}See \cite{{{key}}}."
        rf"\bibliographystyle{{{style}}}\bibliography{{sources}}\end{{document}}"
    )
    done = compiled(document, sources=view.bibtex)
    assert done.errors == []
    assert done.undefined == []
    assert "Warning" not in done.bibtex_log.replace("to sort, need author or key", "")
    assert "error" not in done.bibtex_log.lower()
    assert "https://example.org/~lab/100%25_a/%7Bx%7D/methoda/" in done.squeezed  # without hyphens
    assert "Doe" in done.text
    assert "madewithWattboard" in done.squeezed


def test_an_entry_has_balanced_braces() -> None:
    """BibTeX counts braces whether they are escaped or not."""
    view = cite_view(SITE, Links(), Subject("", TITLES, "", ()), None, Markup())
    depth = 0
    for char in view.bibtex:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
