"""The theme and the bodies in a real browser: phone width, no script, dark mode, sorting, search."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from wattboard.sitegen.assets import bundles
from wattboard.sitegen.pages.page_data import as_script
from wattboard.sitegen.pages.render import environment
from wattboard.sitegen.pages.views import (
    CellView,
    ChartView,
    ColumnView,
    Download,
    GroupView,
    Link,
    RowView,
    TableView,
)

pytestmark = pytest.mark.browser

NAMES = ("PPO2 (stable_baselines, default settings)", "<script>alert(1)</script>", "Δ A2C")
PHONE = {"width": 390, "height": 844}


def _cell(value: float | None) -> CellView:
    if value is None:
        return CellView(None, "", "", "", "not measured", "")
    return CellView(value, f"{value:.3f}", "0.012", f"{5 * value:.2f}", "estimated", "mean of 5")


def _group() -> GroupView:
    columns = tuple(
        ColumnView(f"figure_{i}_kwh", f"Energy of part {i}", "kWh", "lower", True) for i in range(8)
    )
    values = (0.5, 0.25, None)
    rows = tuple(
        RowView(name, "child/", 5, tuple(_cell(value) for _ in columns))
        for name, value in zip(NAMES, values, strict=True)
    )
    axis = {"label": "Energy", "unit": "kWh"}
    trace = {"name": "A", "x": [1], "y": [2], "label": ["seed 0"], "url": ["guide/"]}
    figure = {"kind": "scatter", "x": axis, "y": axis, "traces": [trace]}
    chart = ChartView(
        id="plot-0",
        title="Energy against energy",
        svg=Markup('<svg class="wb-svg" viewBox="0 0 480 320"><path d="M0 0H9"/></svg>'),
        figure=figure,
        description="Energy in kWh against energy in kWh.",
    )
    return GroupView(
        kind="group",
        title="A group with a title that is long enough to wrap on a phone",
        breadcrumbs=(Link("Leaderboard", "../"),),
        siblings=(),
        description=Markup("<p>What was run.</p>"),
        n_runs=15,
        summary=TableView("Executive summary", "Experiment", columns, rows, True, "s.e.", ""),
        runs=None,
        charts=(chart,),
        children=(),
        downloads=(Download("leaderboard.json", "leaderboard.json", "JSON"),),
        notes=("A note.",),
        pue_note="",
        intensity_note="",
    )


def _build(folder: Path) -> Path:
    """A site of one board and one page of documentation."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    bodies = environment()
    assets = folder / "docs" / "assets" / "wattboard"
    assets.mkdir(parents=True)
    for name, text in bundles().items():
        assets.joinpath(name).write_text(text, encoding="utf-8")
    plotly = files("plotly").joinpath("package_data", "plotly.min.js")
    assets.joinpath("plotly.min.js").write_bytes(plotly.read_bytes())
    group = _group()
    body = bodies.get_template("group.html").render(page=group, base="..")
    (folder / "docs" / "index.md").write_text(body, encoding="utf-8")
    data = as_script({"charts": {chart.id: chart.figure for chart in group.charts}})
    (folder / "docs" / "data.js").write_text(data, encoding="utf-8")
    (folder / "docs" / "guide.md").write_text("# Guide\n\nHow watts are counted.\n", "utf-8")
    (folder / "mkdocs.yml").write_text("site_name: Lab\ntheme: wattboard\n", encoding="utf-8")
    build(
        load_config(
            str(folder / "mkdocs.yml"),
            extra_css=["assets/wattboard/wattboard.css"],
            extra_javascript=["assets/wattboard/wattboard.js"],
            plugins=["search"],
        )
    )
    return folder / "site"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: the tests' output is the tests'."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site, served."""
    site = _build(tmp_path_factory.mktemp("theme"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page; at the end of the test, a complaint in the console or a foreign request fails."""
    complaints: list[str] = []
    contexts = []

    def note_request(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            complaints.append(f"request to {request.url}")

    def note_console(message: Any) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def open_(path: str = "", **options: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note_console)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note_request)
        page.goto(address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _titles(page: Any) -> list[str]:
    titles: list[str] = page.locator(".wb-table").first.locator("tbody th a").all_text_contents()
    return titles


@pytest.mark.parametrize("path", ["", "guide/", "404.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone(
    open_page: Callable[..., Any], path: str, scheme: str
) -> None:
    """At 390 pixels only the box of a table scrolls sideways, never the page."""
    page = open_page(path, viewport=PHONE, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_page_is_complete_without_script(open_page: Callable[..., Any]) -> None:
    """Without JavaScript the table is in the order of the page, the chart drawn, the menu opens."""
    page = open_page(viewport=PHONE, java_script_enabled=False)
    assert _titles(page) == list(NAMES)
    assert page.locator(".wb-svg").is_visible()
    assert not page.locator(".search").is_visible()
    menu = page.locator("#site-nav")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert menu.is_visible()


def test_a_table_sorts_and_comes_back(open_page: Callable[..., Any]) -> None:
    """A column sorts by number, from the better end, absent last both ways; then as it was."""
    page = open_page()
    header = page.locator(".wb-table").first.locator("thead th").nth(2)
    ppo, script, absent = NAMES
    for order, sort in [
        ([script, ppo, absent], "ascending"),
        ([ppo, script, absent], "descending"),
        ([ppo, script, absent], None),
    ]:
        header.get_by_role("button").press("Enter")
        assert _titles(page) == order
        assert header.get_attribute("aria-sort") == sort


def test_a_chart_comes_alive_without_moving_the_page(open_page: Callable[..., Any]) -> None:
    """Plotly is loaded only when a chart comes into view, and takes exactly the drawing's room."""
    page = open_page(viewport=PHONE)
    assert page.evaluate("typeof Plotly") == "undefined"
    height = page.evaluate("document.documentElement.scrollHeight")
    page.locator(".wb-chart").scroll_into_view_if_needed()
    page.locator(".wb-live .wb-canvas .point").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight") == height
    buttons = page.locator(".modebar-btn")
    assert buttons.count() == 5  # Plotly's own set has one that sends the data to its makers


def test_search_loads_when_a_reader_searches(open_page: Callable[..., Any]) -> None:
    """The search index is not loaded before the box is used, and then finds a page by its text."""
    page = open_page()
    assert page.locator('script[src*="search/"]').count() == 0
    page.get_by_role("searchbox", name="Search this site").press_sequentially("watts")
    page.locator("#mkdocs-search-results a", has_text="Guide").first.click()
    page.wait_for_url("**/guide/**")
