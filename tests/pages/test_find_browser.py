"""Search over more runs than the site's own search holds, in a real browser: served and from disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from logs import power_samples, write_run
from wattboard.sitegen import run_index, search_index
from wattboard.sitegen.plugin import build_site
from wattboard.sitegen.site_settings import SiteOptions

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
N_RUNS = 60


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """The tests' output is the tests'."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty runs of two methods, in an index of many small files."""
    folder = tmp_path_factory.mktemp("find")
    for i in range(N_RUNS):
        write_run(folder / "logs" / ("ppo" if i % 2 else "dqn") / f"seed_{i}", power_samples(2))
    write_run(folder / "logs" / "odd" / HOSTILE, power_samples(2))
    (folder / "site.json").write_text('{"Board": {"filter": null}}', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "RUNS_IN_SEARCH", 10)
        patch.setattr(run_index, "MAX_SHARD_CHARS", 200)
        patch.setattr(run_index, "RUNS_PER_BLOCK", 7)
        options = SiteOptions(
            (folder / "logs",), folder / "site.json", site_name="Board", theme="wattboard", jobs=1
        )
        build_site(options, folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_at(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address; a complaint in the console fails the test."""
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
    assert complaints == []


@pytest.fixture(params=["served", "from disk"])
def root(request: pytest.FixtureRequest, site: Path, address: str) -> str:
    """The front page's address, ending with "/"."""
    return address if request.param == "served" else f"file://{site}/"


def _found(page: Any, query: str) -> list[str]:
    """Titles of what the box on the page of all runs finds, in their order."""
    page.locator(".wb-find input").fill(query)
    page.locator(".wb-find [role=status]").wait_for(state="attached")
    page.wait_for_timeout(500)
    titles: list[str] = page.locator(".wb-find .wb-found a").all_inner_texts()
    return titles


def test_all_words_must_be_there(open_at: Callable[..., Any], root: str) -> None:
    """Words are joined by AND, in any order and case, over path, hardware and date; a link leads to the run."""
    page = open_at(f"{root}runs/index.html")
    assert len(_found(page, "ppo")) == 30
    assert _found(page, "SEED 7 ppo 9000 processor") == ["Board: ppo/seed_7"]
    assert _found(page, "seed 7 dqn") == []
    assert page.locator(".wb-find [role=status]").inner_text() == "No run found"
    assert _found(page, "2023-11-14 seed_12") == ["Board: dqn/seed_12"]
    with page.expect_navigation():
        page.locator(".wb-find .wb-found a").click()
    assert "seed_12" in page.locator("h1").inner_text()


def test_the_last_word_may_be_a_beginning(open_at: Callable[..., Any], root: str) -> None:
    """What is being typed finds words that begin so; a single letter, only itself; words before it, only whole ones."""
    page = open_at(f"{root}runs/index.html")
    assert len(_found(page, "dq")) == 30
    assert _found(page, "dq seed") == []
    assert _found(page, "ppo 5") == ["Board: ppo/seed_5"]
    assert len(_found(page, "ppo seed")) == 30
    assert _found(page, "") == []


def test_no_more_than_fifty_are_shown(open_at: Callable[..., Any], root: str) -> None:
    """The count tells of all, and those named so come before those that are about it."""
    page = open_at(f"{root}runs/index.html")
    assert len(_found(page, "board")) == 50
    said = page.locator(".wb-find [role=status]").inner_text()
    assert said == f"The first 50 of {N_RUNS + 1} runs"
    # "2023" is the year of all runs, "20" the name of one.
    assert _found(page, "20")[0] == "Board: dqn/seed_20"


def test_names_are_text(open_at: Callable[..., Any], root: str) -> None:
    """Markup in a run's path is shown as it stands."""
    page = open_at(f"{root}runs/index.html")
    (title,) = _found(page, "onerror")
    assert HOSTILE in title
    assert page.locator(".wb-find img").count() == 0


def test_the_search_of_the_theme_shows_runs(open_at: Callable[..., Any], root: str) -> None:
    """By keyboard from the box to the run; from disk runs are all that is found."""
    page = open_at(f"{root}index.html")
    page.keyboard.press("/")
    page.keyboard.type("seed 12", delay=10)
    found = page.locator(".search-more a")
    found.wait_for()
    assert found.all_inner_texts() == ["Board: dqn/seed_12"]
    for _ in range(5):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.closest('.search-more') !== null"):
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "seed_12" in page.locator("h1").inner_text()


def test_pages_and_runs_are_found_side_by_side(open_at: Callable[..., Any], address: str) -> None:
    """MkDocs writes its results anew with each key, ours stay; where runs are found, nothing says that nothing is."""
    page = open_at(f"{address}index.html")
    field = page.locator("form.search input")
    field.click()
    field.press_sequentially("numpy", delay=20)
    page.locator(".search-pages article a", has_text="numpy").wait_for()
    assert page.locator(".search-more").inner_text() == ""
    field.fill("")
    field.press_sequentially("seed 12", delay=20)
    page.locator(".search-more a").wait_for()
    field.press("Shift")
    page.wait_for_timeout(300)
    assert page.locator(".search-more a").count() == 1
    assert not page.locator(".search-results").get_by_text("Nothing found").is_visible()


def test_no_page_scrolls_sideways(open_at: Callable[..., Any], root: str) -> None:
    """Results fit a phone."""
    page = open_at(f"{root}runs/index.html", viewport={"width": 390, "height": 844})
    assert _found(page, "onerror")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
