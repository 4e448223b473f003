"""The theme in a real browser: light and dark, paper, any direction, any width, words without end, no script."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from themed import ARABIC, BOARD, LONG_WORD, build_site

pytestmark = pytest.mark.browser

DARK_PAPER = "rgb(15, 20, 25)"
LIGHT_PAPER = "rgb(255, 255, 255)"
RUN = "leaderboard/runs/results/a/seed_0/"
LONG_WORD_PAGE = f"leaderboard/{LONG_WORD[:20].lower()}*/"
PAGES = ("", "guide/", "leaderboard/", LONG_WORD_PAGE, RUN, "leaderboard/runs/", "404.html")
WIDTHS = (320, 390, 768, 1024, 1400, 2200)

Open = Callable[..., Any]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: the tests' output is the tests'."""


def _serve(site: Path) -> tuple[ThreadingHTTPServer, str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with all defaults, and names that are hard to lay out."""
    links = [{"title": LONG_WORD, "url": "https://example.org"}]
    return build_site(tmp_path_factory.mktemp("browser"), {"links": links}, site_author=LONG_WORD)


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The same, served."""
    server, url = _serve(site)
    yield url
    server.shutdown()


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site in Arabic, served."""
    board = {ARABIC: BOARD["Energy board"]}
    options = {"language": "ar"}
    folder = build_site(tmp_path_factory.mktemp("arabic"), options, board, site_name=ARABIC)
    server, url = _serve(folder)
    yield url
    server.shutdown()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens an address; at the end of the test, a complaint in the console fails it."""
    complaints: list[str] = []
    contexts = []

    def open_(url: str, **options: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _address(site: Path, pattern: str) -> str:
    """Of the one page that fits: a long title is cut in its address, and has a hash behind it."""
    if "*" not in pattern:
        return pattern
    (folder,) = site.glob(pattern)
    return f"{folder.relative_to(site).as_posix()}/"


def _paper(page: Any) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def _choose(page: Any, name: str) -> None:
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("radio", name=name).check()
    page.keyboard.press("Escape")


def _series_colour(page: Any) -> str:
    """Of the first series on a page of ours, resolved."""
    colour: str = page.evaluate(
        """() => {
          const probe = document.querySelector(".wb").appendChild(document.createElement("i"));
          probe.style.color = "var(--wb-c0)";
          return getComputedStyle(probe).color;
        }"""
    )
    return colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_beats_the_system_and_is_remembered(
    open_page: Open, address: str, scheme: str
) -> None:
    """A choice holds at once, on the next page, and for the series of charts; "Automatic" gives it back."""
    other, paper, back = (
        ("Dark", DARK_PAPER, LIGHT_PAPER)
        if scheme == "light"
        else ("Light", LIGHT_PAPER, DARK_PAPER)
    )
    page = open_page(address, color_scheme=scheme)
    assert _paper(page) == back
    _choose(page, other)
    assert _paper(page) == paper
    assert page.get_by_role("button", name=f"Colours: {other.lower()}").is_visible()
    page.goto(address + "leaderboard/")
    assert _paper(page) == paper
    assert _series_colour(page) == ("rgb(86, 180, 233)" if other == "Dark" else "rgb(0, 114, 178)")
    _choose(page, "Automatic")
    assert _paper(page) == back
    page.reload()
    assert _paper(page) == back


def test_the_choice_holds_before_the_first_paint(open_page: Open, address: str) -> None:
    """The attribute is there before the body is: no page is ever painted in the other mode first."""
    page = open_page(address, color_scheme="light")
    _choose(page, "Dark")
    page.add_init_script(
        """
        new MutationObserver((_, observer) => {
          if (!document.body) return;
          globalThis.modeAtBody = document.documentElement.dataset.theme;
          observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
        """
    )
    page.goto(address + "guide/")
    assert page.evaluate("modeAtBody") == "dark"
    assert (
        page.evaluate("document.querySelector('meta[name=theme-color][data-mode=dark]').media")
        == "all"
    )


def test_the_switch_works_by_keyboard_and_from_disk(open_page: Open, site: Path) -> None:
    """Enter opens, arrows choose, Escape closes and gives the focus back, also in a file."""
    page = open_page((site / "index.html").as_uri(), color_scheme="light")
    assert not page.locator(".search").is_visible()
    button = page.get_by_role("button", name="Colours: automatic")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert _paper(page) == DARK_PAPER
    page.keyboard.press("Escape")
    assert not page.get_by_role("radio", name="Dark").is_visible()
    assert "Colours: dark" in page.evaluate("document.activeElement.ariaLabel")
    page.reload()
    assert _paper(page) == DARK_PAPER


def test_a_browser_that_keeps_nothing_still_switches(open_page: Open, address: str) -> None:
    """Where the browser refuses storage, the choice holds for the page."""
    page = open_page("about:blank", color_scheme="light")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.goto(address)
    _choose(page, "Dark")
    assert _paper(page) == DARK_PAPER


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_script_the_system_decides_and_no_switch_is_dead(
    open_page: Open, address: str, scheme: str
) -> None:
    """The page is light or dark as the system is; switch and search, which need the script, are not shown."""
    page = open_page(address + "leaderboard/", color_scheme=scheme, java_script_enabled=False)
    assert page.get_by_role("button", name="Colours").count() == 0
    assert page.get_by_role("search").count() == 0
    # Scripts of the test run all the same.
    assert _paper(page) == (DARK_PAPER if scheme == "dark" else LIGHT_PAPER)


@pytest.mark.parametrize("path", PAGES)
def test_no_width_makes_a_page_scroll_sideways(
    open_page: Open, site: Path, address: str, path: str
) -> None:
    """From a small phone to a wide screen, with words of 300 letters everywhere; and lines stay readable."""
    page = open_page(address + _address(site, path))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        widest = page.evaluate(
            "Math.max(0, ...[...document.querySelectorAll('.doc > p')].map((p) => p.clientWidth))"
        )
        assert widest <= 48 * 16


@pytest.mark.parametrize("path", ["", "leaderboard/", RUN])
def test_from_right_to_left_all_is_mirrored(open_page: Open, arabic: str, path: str) -> None:
    """In Arabic no page scrolls sideways, the menu stands at the right, and charts read as ever."""
    page = open_page(arabic + path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    menu, content = page.locator("#site-nav").bounding_box(), page.locator("main").bounding_box()
    assert menu["x"] > content["x"] + content["width"]
    if page.locator(".wb-plot").count():
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.wb-plot')).direction") == "ltr"
        )


def test_menu_and_results_hold_long_words(open_page: Open, address: str) -> None:
    """On a small phone, neither the open menu nor the results of a search are wider than the screen."""
    page = open_page(address + "leaderboard/", viewport={"width": 320, "height": 700})
    page.get_by_role("button", name="Menu").click()
    assert page.locator("#site-nav").evaluate("e => e.scrollWidth <= e.clientWidth")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("searchbox", name="Search this site").press_sequentially("counters")
    page.locator(".search-results article").first.wait_for()
    assert page.locator(".search-results").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_text_that_no_key_brought_is_searched_for(open_page: Open, address: str) -> None:
    """Results follow what is pasted or filled in."""
    page = open_page(address)
    box = page.get_by_role("searchbox", name="Search this site")
    box.press_sequentially("counters")
    page.locator(".search-results article").first.wait_for()
    box.fill("nowordlikethis")
    page.locator(".search-results article").first.wait_for(state="detached")
    box.fill("counters")
    page.locator(".search-results article").first.wait_for()


def test_other_scripts_can_answer_a_search(open_page: Open, site: Path) -> None:
    """A script that can search from disk shows the box, is asked, and its results are reached by arrow keys."""
    page = open_page((site / "index.html").as_uri())
    page.evaluate(
        """() => {
          document.addEventListener("wattboard:search", ({ detail }) => {
            const article = document.createElement("article");
            const link = article.appendChild(document.createElement("a"));
            link.href = "#found";
            link.textContent = `found ${detail.query}`;
            detail.results.append(article);
          });
          document.dispatchEvent(new Event("wattboard:searchable"));
        }"""
    )
    page.get_by_role("searchbox", name="Search this site").press_sequentially("ab")
    assert page.locator(".search-more a").all_text_contents() == ["found ab"]
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "found ab"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert not page.locator(".search-more a").is_visible()


def _pdf_text(page: Any, file: Path) -> str:
    page.pdf(path=str(file), prefer_css_page_size=True, format="A4")
    read = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True)
    return read.stdout.decode()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler's pdftotext")
def test_paper_shows_all_but_what_is_clicked(open_page: Open, address: str, tmp_path: Path) -> None:
    """A group's and a run's PDF: the page's address, folds open, links spelled out, no menu, sheets numbered."""
    page = open_page(address + "leaderboard/", color_scheme="dark")
    group = _pdf_text(page, tmp_path / "group.pdf")
    assert "Energy board" in group
    assert f"{address}leaderboard/" in group
    assert "https://example.org/how" in group
    assert "facility_energy_kwh" in group  # in a fold
    assert "Skip to the content" not in group
    assert re.search(r"\b1 ?/ ?[1-9]", group)
    assert page.locator("main details[open]").count() == 0
    page.goto(address + RUN)
    run = _pdf_text(page, tmp_path / "run.pdf")
    assert "seed_0" in run
    assert 1 <= run.count("\f") <= 6


def test_paper_is_light(open_page: Open, address: str) -> None:
    """Whatever the reader chose for the screen."""
    page = open_page(address + "leaderboard/", color_scheme="dark")
    _choose(page, "Dark")
    page.emulate_media(media="print")
    assert _paper(page) == LIGHT_PAPER
    assert _series_colour(page) == "rgb(0, 114, 178)"
    assert not page.locator("#site-nav").is_visible()
