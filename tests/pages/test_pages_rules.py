"""What holds for every kind of page, whatever it shows."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from kinds import PHONE, Kind, open_folds, settle
from links import dead_links
from serving import OpenPage
from sites import Site

browser_test = pytest.mark.browser

_DATA_BLOCKS = {"application/json", "application/ld+json"}


class _Scripts(HTMLParser):
    """What of a page would run without being a file."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.policies: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") not in _DATA_BLOCKS:
            self.inline.append("script")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(given["content"] or "")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.inline.append(f"{tag} {name}={value}")


def test_nothing_inline_runs(kind: Kind) -> None:
    """No page holds a script or a handler of its own, and its policy would refuse them and every other host."""
    page = _Scripts(kind.html)
    assert page.inline == []
    (policy,) = page.policies
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    hosts = {source for sources in rules.values() for source in sources}
    assert hosts <= {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}


@browser_test
@pytest.mark.parametrize("width", [320, 1400])
def test_no_page_scrolls_sideways(open_page: OpenPage, kind: Kind, width: int) -> None:
    """Only boxes scroll sideways, never the page: as it comes, with its charts drawn and with its folds opened."""
    page = open_page(kind.site, kind.path, viewport={"width": width, "height": 800})
    assert _widest(page) == []
    open_folds(page)
    settle(page)
    assert _widest(page) == []
    if width == 320:  # as when a phone is turned, or a window drawn wider
        for wider in (390, 844):
            page.set_viewport_size({"width": wider, "height": 800})
            assert _widest(page) == [], wider


def _widest(page: Any) -> list[str]:
    """What makes a page wider than its window. Empty: nothing does."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => `${element.tagName} ${element.className} ${element.getBoundingClientRect().right}`);
        }"""
    )
    return found


@browser_test
def test_a_page_works_from_disk(open_page: OpenPage, kind: Kind) -> None:
    """Opened as a file, a page draws its charts without a complaint, its links lead to files, it says what it is."""
    # Any address may show the page for lost readers: its links begin at the server's root.
    is_served = kind.name == "not found"
    page = open_page(kind.site, kind.path, from_disk=not is_served)
    settle(page)
    _assert_named(page)
    _assert_follows_the_scheme(page)
    assert _local_links_to_nothing(page) == []


def _local_links_to_nothing(page: Any) -> list[str]:
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
    local = [unquote(urlsplit(link).path) for link in links if link.startswith("file:")]
    return [path for path in local if not Path(path).is_file()]


def _assert_named(page: Any) -> None:
    """One h1, a title, a language, no id twice, when every chart is drawn."""
    assert page.title().strip()
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.locator("html").get_attribute("lang")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def _assert_follows_the_scheme(page: Any) -> None:
    """Background and text are as the reader's setting has them."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        back, text = (_lightness(page, name) for name in ("background-color", "color"))
        assert (back > text) == (scheme == "light")
        assert abs(back - text) > 0.5


@pytest.mark.parametrize("name", ["sample_site", "hostile_site", "sparse_site", "lab_site"])
def test_every_link_leads_to_a_file(request: pytest.FixtureRequest, name: str) -> None:
    """Each link, script, style and picture of each page is there."""
    site: Site = request.getfixturevalue(name)
    assert dead_links(site.folder) == []


@pytest.mark.parametrize("name", ["sample_site", "pong_site", "lab_site"])
def test_no_two_pages_have_one_title(request: pytest.FixtureRequest, name: str) -> None:
    """A reader with many tabs, or a list of results, tells pages apart by their titles."""
    site: Site = request.getfixturevalue(name)
    titles = Counter(
        re.search(r"<title>(.*?)</title>", file.read_text(encoding="utf-8"), re.DOTALL)[1]  # type: ignore[index]
        for file in site.folder.rglob("index.html")
    )
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_sitemap_has_every_page(lab_site: Site) -> None:
    """Each page is listed once under the site's address; the page for lost readers is not."""
    listed = re.findall(r"<loc>(.*?)</loc>", lab_site.read("sitemap.xml"))
    pages = [
        "https://lab.example.org/" + str(file.parent.relative_to(lab_site.folder)).strip(".") + "/"
        for file in lab_site.folder.rglob("index.html")
    ]
    assert sorted(listed) == sorted(page.replace("org//", "org/") for page in pages)


@browser_test
def test_a_lost_reader_finds_back(
    open_page: OpenPage, sample_site: Site, complaints: list[str]
) -> None:
    """An address that leads nowhere shows the page for lost readers, with a link to the front page."""
    page = open_page(sample_site, "no-such/page/", viewport=PHONE)
    assert [c for c in complaints if "404" not in c] == []
    complaints.clear()
    page.locator("main a").first.click()
    page.wait_for_url(sample_site.address)


def _lightness(page: Any, name: str) -> float:
    colour = page.evaluate("(name) => getComputedStyle(document.body).getPropertyValue(name)", name)
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3 / 255
