"""The themes that come with MkDocs, and Material, show the same leaderboard as ours."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from lab import Lab
from links import dead_links

THEMES = ("wattboard", "mkdocs", "readthedocs", "material")
TITLE = "<b>Fast & \"cheap\"</b></title><script>alert('board')</script>"
RUN = "<b>&\"'<"
RUN_BELOW = "title><script>alert('run')<"


def _hostile_lab(folder: Path, theme: str) -> Lab:
    lab = Lab(folder)
    lab.run(f"a/{RUN}/{RUN_BELOW}")
    lab.run("a/plain")
    lab.page("index.md", "# Lab\n")
    lab.spec({TITLE: {"child_experiments": {f"Child of {TITLE}": {"filter": "/a/"}}}})
    lab.settings({"prefix": "leaderboard"}, theme=theme)
    return lab


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_shows_every_page(theme: str, tmp_path: Path) -> None:
    """Under each theme, group and run pages have our content, style and scripts, and no name is taken for HTML."""
    if theme == "material":
        pytest.importorskip("material")
    lab = _hostile_lab(tmp_path / "lab", theme)
    site = lab.build()
    pages = sorted((site / "leaderboard").rglob("index.html"))
    assert len(pages) == 7
    for file in pages:
        page = file.read_text(encoding="utf-8")
        page = page.replace(_title(page), "", 1)
        for part in ('<div class="wb"', "wattboard/wattboard.css", "wattboard/wattboard.js"):
            assert page.count(part) == 1, (file, part)
        assert "alert(" in page or file.parent.name in {"compare", "methods", "runs"}
        assert "<script>alert" not in page
        assert "<b>Fast" not in page
        assert "&amp;amp;" not in page
        assert "&amp;lt;" not in page
    assert [link for link in dead_links(site) if "leaderboard/" in link] == []


@pytest.mark.parametrize("theme", THEMES)
def test_titles_are_escaped_once(theme: str, tmp_path: Path) -> None:
    """What a browser shows in its tab is the title as the spec has it, but for the sign that could end the element."""
    if theme == "material":
        pytest.importorskip("material")
    lab = _hostile_lab(tmp_path / "lab", theme)
    lab.build()
    shown = html.unescape(_title(lab.read("leaderboard/index.html")))
    assert TITLE.replace("</", "‹/") in shown
    assert "Our lab" in shown


def _title(page: str) -> str:
    """The text of <title> as a browser finds it: up to the first closing tag."""
    found = re.search(r"<title>(.*?)</title", page, re.DOTALL)
    assert found is not None
    return found[1]
