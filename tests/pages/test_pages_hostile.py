"""Names that strangers and owners choose: text on every kind of page, wherever a script shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kinds import settle
from serving import OpenPage
from sites import MARKUP, Site

pytestmark = pytest.mark.browser

_TAKEN_FOR_MARKUP = """() => [
  ...document.querySelectorAll("img[src=x], [onload], [onfocus], [onerror], a[href^='javascript:']"),
  ...document.querySelectorAll("h1 b, td b b, th b, figcaption b, summary b, option b, text b"),
].map((element) => element.outerHTML.slice(0, 200))"""


def _assert_unharmed(page: Any) -> None:
    """Nothing of a name ran, and nothing of it became an element."""
    assert page.evaluate("globalThis.hacked") is None
    assert page.evaluate(_TAKEN_FOR_MARKUP) == []


def _groups(site: Site) -> list[str]:
    return sorted(
        f"{file.parent.relative_to(site.folder)}/"
        for file in site.folder.rglob("leaderboard.json")
        if file.parent != site.folder
    )


def _title(site: Site, group: str) -> str:
    return str(site.json(f"{group}leaderboard.json")["title"])


def _paths(site: Site) -> list[str]:
    """Some pages of each kind."""
    runs = [run["address"] for run in site.json("runs.json")]
    compared = f"compare/?of={','.join(run.rstrip('/') for run in runs[:4])}"
    return ["", "runs/", "compare/", "methods/", "404.html", compared, *_groups(site), *runs]


def test_no_name_runs_on_any_page(
    open_page: OpenPage, hostile_site: Site, complaints: list[str]
) -> None:
    """On each page of the site, its charts drawn, every name is text."""
    page = open_page(hostile_site)
    for path in _paths(hostile_site):
        page.goto(hostile_site.url(path))
        settle(page)
        _assert_unharmed(page)
        assert complaints == [], path


def test_names_are_shown_as_they_are(open_page: OpenPage, hostile_site: Site) -> None:
    """A name with markup stands letter by letter in headings, titles, tables, folds."""
    index = open_page(hostile_site)
    for title in (MARKUP[1], MARKUP[2]):
        link = index.locator("main h2 a", has_text=title)
        assert link.count() == 1
    index.locator("main h2 a", has_text=MARKUP[1]).click()
    index.locator("h1", has_text=MARKUP[1]).wait_for()
    assert MARKUP[1].replace("</", "‹/") in index.title()  # other themes put it there unescaped
    rows = index.locator("main tbody th").all_text_contents()
    for title in MARKUP:
        assert any(title in row for row in rows), title
    run = next(run for run in hostile_site.json("runs.json") if "<svg onload" in run["run"])
    page = open_page(hostile_site, run["address"])
    text = page.locator("main").evaluate("main => main.textContent")
    assert run["run"] in text


def test_a_chart_s_labels_are_text(open_page: OpenPage, hostile_site: Site) -> None:
    """Names under the pointer and in legends are text, although Plotly knows some markup."""
    group = next(path for path in _groups(hostile_site) if _title(hostile_site, path) == MARKUP[1])
    page = open_page(hostile_site, group, viewport={"width": 1200, "height": 900})
    settle(page)
    chart = page.locator(".wb-chart-scatter").first
    chart.scroll_into_view_if_needed()
    labels = []
    for point in chart.locator(".scatterlayer .point").all()[:20]:
        box = point.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
        labels += chart.locator(".hoverlayer .hovertext").all_text_contents()
    assert labels
    assert any("<" in label for label in labels)
    assert page.locator(".js-plotly-plot a").count() == page.locator("a.modebar-btn").count()
    _assert_unharmed(page)


def test_a_search_shows_names_as_text(open_page: OpenPage, hostile_site: Site) -> None:
    """What the search finds is text."""
    page = open_page(hostile_site)
    page.get_by_role("searchbox").press_sequentially("img")
    page.locator(".search-results a").first.wait_for()
    page.wait_for_timeout(300)
    _assert_unharmed(page)


def test_every_page_lies_where_a_file_may(hostile_site: Site) -> None:
    """No address has a part that a file system or a server could take for something else."""
    for file in hostile_site.folder.rglob("*.html"):
        parts = Path(file).relative_to(hostile_site.folder).parts
        assert all(part.isascii() and part.isprintable() and " " not in part for part in parts)
