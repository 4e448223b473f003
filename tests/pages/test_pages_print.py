"""Pages on paper: a PDF that holds what the page says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from kinds import settle
from serving import OpenPage
from sites import RUN, Site

pytestmark = pytest.mark.browser


def _printed(page: object, file: Path) -> str:
    """The text of a page's PDF, its white space made one."""
    if shutil.which("pdftotext") is None:
        if os.environ.get("CI"):
            pytest.fail("expected pdftotext (poppler-utils) on CI, found none")
        pytest.skip("there is no pdftotext here")
    file.write_bytes(page.pdf(format="A4"))  # type: ignore[attr-defined]
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True
    )
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["digits/", RUN, "methods/"], ids=["group", "run", "methods"])
def test_a_pdf_holds_the_page_s_text(
    open_page: OpenPage, sample_site: Site, tmp_path: Path, path: str, scheme: str
) -> None:
    """Headings, rows and figures are in the PDF; the menu, the search and buttons are not."""
    page = open_page(sample_site, path, color_scheme=scheme)
    settle(page)
    page.emulate_media(media="print")
    wanted = [
        text
        for selector in ("h1", "main h2", "main table[data-sortable] tbody th")
        for text in page.locator(f"{selector}:visible").all_inner_texts()
    ]
    assert len(wanted) > 1
    text = _printed(page, tmp_path / "page.pdf")
    squeezed = "".join(text.split())
    for piece in wanted:
        assert "".join(piece.split()) in squeezed, piece
    for control in page.locator("button:not(thead button), input, select, .modebar").all():
        assert not control.is_visible()
    assert page.locator(".wb-canvas:visible").count() == 0
    assert (
        page.evaluate(
            """[...document.querySelectorAll(".wb-chart")].filter((chart) => chart.checkVisibility()).map(
          (chart) => chart.querySelector("svg.wb-svg").checkVisibility())"""
        ).count(False)
        == 0
    )
