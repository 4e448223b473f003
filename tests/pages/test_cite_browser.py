""" "Cite this", the badge, the page of methods and the page for lost readers, in a real browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

pytestmark = pytest.mark.browser

RUN = "board/runs/runs/wine/random_forest/seed_1/"
PAGES = ("board/", "board/digits/", RUN, "board/runs/", "board/methods/")


@pytest.fixture(scope="module")
def site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample leaderboard below a path of its site."""
    folder = tmp_path_factory.mktemp("cite")
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text("# Our lab\n", encoding="utf-8")
    ours = {
        "logdirs": [str(sample / "runs")],
        "site_spec": str(sample / "site.yml"),
        "prefix": "board",
        "jobs": 1,
    }
    settings = {
        "site_name": "Our lab",
        "site_url": "https://example.org/lab/",
        "theme": "wattboard",
        "plugins": ["search", {"wattboard": ours}],
    }
    (folder / "mkdocs.yml").write_text(json.dumps(settings), encoding="utf-8")
    # As it is served: below /lab/.
    config = load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "served/lab"))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return folder / "served"


class _AsOnPages(SimpleHTTPRequestHandler):
    """Answers as GitHub Pages does: with the site's 404.html for what there is not."""

    def log_message(self, *args: object) -> None:
        """The tests' output is the tests'."""

    def send_error(self, code: int, *args: Any, **more: Any) -> None:
        page = (Path(self.directory) / "lab/404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_AsOnPages, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/lab/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_at(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address; a complaint in the console, of the content security policy too, fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(url: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    expected = "the server responded with a status of 404"
    assert [text for text in complaints if expected not in text] == []


def _open_citation(page: Any) -> Any:
    citation = page.locator("#wb-cite")
    citation.locator("summary").click()
    return citation


@pytest.mark.parametrize("path", PAGES)
def test_a_click_copies_the_bibtex(open_at: Callable[..., Any], address: str, path: str) -> None:
    """The button copies the entry as it stands and says so; nothing on the page breaks its policy."""
    page = open_at(address + path, permissions=["clipboard-read", "clipboard-write"])
    citation = _open_citation(page)
    button = citation.get_by_role("button", name="Copy: BibTeX", exact=True)
    button.click()
    citation.get_by_role("status").filter(has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{our-lab")
    assert copied.endswith("}")
    assert rf"\url{{https://example.org/lab/{path}}}" in copied


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 1400])
def test_citations_fit_the_page(
    open_at: Callable[..., Any], address: str, path: str, width: int
) -> None:
    """Opened, the section makes no page scroll sideways, and every text lies within its box."""
    page = open_at(address + path, viewport={"width": width, "height": 900})
    _open_citation(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overflowing = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).length"""
    assert page.locator(".wb-quote-text").evaluate_all(overflowing) == 0


def test_without_javascript_texts_are_there(open_at: Callable[..., Any], address: str) -> None:
    """The section opens, and its texts can be selected; there is no button that does nothing."""
    page = open_at(address + RUN, java_script_enabled=False)
    citation = _open_citation(page)
    assert "@misc{our-lab" in citation.locator("pre").first.inner_text()
    assert citation.locator("button").count() == 0


@pytest.mark.parametrize("path", ["board/digits/", RUN])
def test_the_badge_s_text_fits(open_at: Callable[..., Any], address: str, path: str) -> None:
    """Drawn by a browser, each text of the badge lies within its half, and the page shows the picture."""
    page = open_at(address + path)
    picture = _open_citation(page).locator("img")
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 80
    page.goto(f"{address}{path}badge.svg")
    inside = """() => {
        const [left, right] = [...document.querySelectorAll("clipPath ~ g rect")];
        const [label, value] = [...document.querySelectorAll("text")];
        return [[left, label], [right, value]].every(([box, text]) => {
            const [outer, inner] = [box.getBBox(), text.getBBox()];
            return outer.x + 4 <= inner.x && inner.x + inner.width <= outer.x + outer.width - 4;
        });
    }"""
    assert page.evaluate(inside)


def test_the_methods_have_a_way_to_each_section(open_at: Callable[..., Any], address: str) -> None:
    """Every entry of the table of contents leads to a heading of its name."""
    page = open_at(f"{address}board/methods/")
    links = page.locator(".wb-toc a").all()
    assert len(links) >= 8
    for link in links:
        target = link.get_attribute("href").removeprefix("#")
        assert page.locator(f"h2#{target}").inner_text() == link.inner_text()


def test_a_lost_reader_finds_the_way_back(open_at: Callable[..., Any], address: str) -> None:
    """However deep the address that leads nowhere, the page has its style, its icon and a link to the front page."""
    page = open_at(f"{address}board/no/such/page/")
    assert page.locator("h1").inner_text() == "Page not found"
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    icon = page.locator("link[rel=icon]").evaluate("link => link.href")
    assert page.request.get(icon).ok
    page.get_by_role("link", name="Go to the front page").click()
    page.wait_for_url(address)
    assert page.locator("h1").inner_text() == "Our lab"


def test_all_pages_are_in_the_sitemap(site: Path) -> None:
    """Also those of all runs, the comparison and the methods."""
    sitemap = (site / "lab/sitemap.xml").read_text(encoding="utf-8")
    for path in (*PAGES, "board/compare/"):
        assert f"<loc>https://example.org/lab/{path}</loc>" in sitemap
