"""Tables in a real browser: sorting, filtering, columns, addresses, CSV, pages of thousands of rows, facets."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boards import tables_board
from kinds import PHONE
from serving import OpenPage, served
from sites import Site
from wattboard.sitegen.pages.render import environment
from wattboard.sitegen.pages.views import CellView, ColumnView, RowView, TableView, length_of

pytestmark = pytest.mark.browser

N_LONG = 5000
PAGE_ROWS = 100


@pytest.fixture(scope="module")
def board(built: Callable[..., Path]) -> Iterator[Site]:
    """The small board; beside it, a leaf's page with thousands of rows."""
    folder = built("tables", tables_board)
    leaf = folder / "alpha"
    if not (folder / "long").is_dir():
        shutil.copytree(leaf, folder / "long", dirs_exist_ok=True)
        html = (leaf / "index.html").read_text(encoding="utf-8")
        before, _, rest = html.partition('<h2 id="wb-runs">')
        after = rest[rest.index("</main>") :]
        (folder / "long" / "index.html").write_text(
            f"{before}{_long_table()}</div>{after}", "utf-8"
        )
    yield from served(folder)


def _long_table() -> str:
    """A table of runs, each with a value of its own in every column, a tenth of them absent in the last."""
    columns = tuple(
        ColumnView(f"figure_{i}", f"Figure {i}", "Wh", "lower", False) for i in range(8)
    )
    rows = tuple(
        RowView(f"seed_{i}", f"../runs/seed_{i}/", 1, tuple(_long_cell(i, c) for c in range(8)))
        for i in range(N_LONG)
    )
    table = TableView("Runs", "Run", columns, rows, False, "", "", length=length_of(len(rows)))
    template = environment().from_string(
        '{% import "macros.html" as m %}{{ m.results(t, "wb-runs") }}'
    )
    return template.render(t=table)


def _long_cell(row: int, column: int) -> CellView:
    if column == 7 and row % 10 == 0:
        return CellView(None, "", "", "", "not measured", "")
    value = float(row * 7919 % N_LONG)
    return CellView(value, f"{value:g}", "", "", "measured", "")


def _titles(page: Any) -> list[str]:
    titles: list[str] = page.locator("[data-sortable] tbody th").all_inner_texts()
    return titles


def _column(page: Any, at: int) -> list[str]:
    """What the cells of a column show, without what is only said."""
    return [
        text.split("\n")[0]
        for text in page.locator(f"[data-sortable] tbody td:nth-child({at})").all_inner_texts()
    ]


def _head(page: Any, name: str) -> Any:
    return page.locator(f'[data-sortable] thead th[data-name="{name}"]')


def _filter(page: Any) -> Any:
    return page.get_by_role("searchbox", name="Filter rows")


def _facet(page: Any, label: str) -> Any:
    return page.locator("[data-facets]").get_by_label(label, exact=True)


def _query(page: Any) -> str:
    """The address's query, once what was chosen has been written there."""
    page.wait_for_timeout(300)
    return str(page.evaluate("location.search"))


@pytest.mark.parametrize("from_disk", [False, True])
def test_a_column_sorts_and_the_ranks_go_with_it(
    open_page: OpenPage, board: Site, from_disk: bool
) -> None:
    """By number from the better end, then from the other, then as it was; Rank says what it is for."""
    page = open_page(board, "", from_disk=from_disk)
    head, rank = _head(page, "facility_energy_kwh"), page.locator('th[data-name="rank"]')
    assert _titles(page) == ["Alpha", "Gamma", "Beta"]
    assert "by score" in rank.inner_text().lower()
    head.get_by_role("button").press("Enter")
    assert _titles(page) == ["Beta", "Alpha", "Gamma"]
    assert head.get_attribute("aria-sort") == "ascending"
    assert "by energy, with pue" in rank.inner_text().lower()
    assert not page.get_by_text("Ordered by score").is_visible()
    assert _column(page, 2)[2] == "—"
    head.get_by_role("button").press("Space")
    assert _titles(page) == ["Gamma", "Alpha", "Beta"]
    head.get_by_role("button").click()
    assert _titles(page) == ["Alpha", "Gamma", "Beta"]
    assert head.get_attribute("aria-sort") is None
    assert page.get_by_text("Ordered by score").is_visible()
    assert "by score" in rank.inner_text().lower()


def test_a_filter_narrows_and_says_how_many(open_page: OpenPage, board: Site) -> None:
    """Every word must be in the row, whatever its case; the count of rows is a status, said aloud."""
    page = open_page(board, "runs/")
    box = _filter(page)
    box.press_sequentially("BETA seed_2")
    assert _titles(page) == ["beta/seed_2"]
    assert page.get_by_role("status").inner_text() == "1 of 8 rows"
    box.fill("nothing of the kind")
    assert _titles(page) == []
    box.fill("")
    assert len(_titles(page)) == 8
    assert page.get_by_role("status").inner_text() == "8 rows"


def test_a_copied_address_shows_the_same(open_page: OpenPage, board: Site) -> None:
    """Order, filter, columns and what others keep in the address come back in another reader's browser."""
    page = open_page(board, "runs/?theirs=kept#wb-all")
    _head(page, "facility_energy_kwh").get_by_role("button").click()
    _filter(page).fill("a")
    page.locator("summary").get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="Region").uncheck()
    _facet(page, "Hardware").select_option("Processor A")
    query = _query(page)
    assert "theirs=kept" in query
    assert page.evaluate("location.hash") == "#wb-all"
    other = open_page(board, f"runs/{query}")
    assert _titles(other) == _titles(page)
    assert len(_titles(other)) == 7
    assert not _head(other, "region").is_visible()
    assert _filter(other).input_value() == "a"
    assert _facet(other, "Hardware").input_value() == "Processor A"
    assert _head(other, "facility_energy_kwh").get_attribute("aria-sort") == "ascending"


def test_nonsense_in_an_address_does_no_harm(open_page: OpenPage, board: Site) -> None:
    """Names of no column and pages of no table leave the table as it is."""
    page = open_page(board, "?summary.sort=nothing.asc&summary.hide=nothing&summary.page=-7")
    assert _titles(page) == ["Alpha", "Gamma", "Beta"]
    assert page.locator("[data-sortable] thead th:visible").count() == 6


def test_columns_are_chosen_by_keyboard(open_page: OpenPage, board: Site) -> None:
    """The menu opens, its boxes take columns away and bring them back, Escape closes it and keeps the place."""
    page = open_page(board)
    menu = page.locator("summary").get_by_text("Columns", exact=True)
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not page.locator('th[data-name="rank"]').is_visible()
    assert page.locator("[data-sortable] tbody tr").first.locator("td:visible").count() == 4
    page.keyboard.press("Space")
    assert page.locator('th[data-name="rank"]').is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("checkbox", name="Rank").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Columns"


def test_the_csv_has_what_is_shown_in_full(
    open_page: OpenPage, board: Site, tmp_path: Path
) -> None:
    """Shown rows in their order, shown columns, numbers as the site's JSON has them, spread and unit beside them."""
    page = open_page(
        board, "?summary.sort=facility_energy_kwh.asc&summary.text=a&summary.hide=score"
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    file = tmp_path / "table.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["Experiment"] for row in rows] == _titles(page) == ["Beta", "Alpha", "Gamma"]
    assert not any(head.startswith("Score") for head in rows[0])
    known = {row["experiment"]: row for row in board.json("leaderboard.json")["rows"]}
    for row in rows:
        energy = known[row["Experiment"]]["values"]["facility_energy_kwh"]
        factor = {"kWh": 1, "Wh": 1e3, "mWh": 1e6}[row["Energy, with PUE: unit"]]
        assert float(row["Energy, with PUE"]) == pytest.approx(energy["mean"] * factor, rel=1e-12)
        spread = row["Energy, with PUE: ±"]
        assert (
            spread == ""
            if energy["stderr"] is None
            else float(spread) == pytest.approx(energy["stderr"] * factor)
        )


def test_a_table_is_copied_for_a_spreadsheet(open_page: OpenPage, board: Site) -> None:
    """The clipboard holds tab-separated lines, a title without its link, and the button's press is answered."""
    page = open_page(board, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("status").get_by_text("Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert len(lines) == 4
    assert lines[0].split("\t")[:4] == ["Experiment", "Rank", "Runs", "Score"]
    assert lines[1].split("\t")[:4] == ["Alpha", "1–2", "4", "9.05"]


def test_thousands_of_rows_are_shown_a_page_at_a_time(open_page: OpenPage, board: Site) -> None:
    """Few rows are in the page, order and filter are those of all, absent ones come last both ways; all can be had."""
    page = open_page(board, "long/")
    rows = page.locator("[data-sortable] tbody tr")
    assert rows.count() == PAGE_ROWS
    head = _head(page, "figure_7")
    head.get_by_role("button").click()
    assert [float(text) for text in _column(page, 9)[:3]] == [1, 2, 3]
    head.get_by_role("button").click()
    assert float(_column(page, 9)[0]) == N_LONG - 1
    pages = page.get_by_role("navigation", name="Pages of the table")
    pages.get_by_role("button", name="Next").press("Enter")
    assert "Rows 101 to 200 of 5,000" in pages.inner_text()
    _filter(page).fill("seed_4999")
    assert _titles(page) == ["seed_4999"]
    assert not pages.is_visible()
    _filter(page).fill("")
    last = N_LONG // PAGE_ROWS
    other = open_page(board, f"long/?runs.sort=figure_7.desc&runs.page={last}")
    assert set(_column(other, 9)) == {"—"}
    pages.get_by_role("button", name="Show all").click()
    assert rows.count() == N_LONG


def test_a_long_table_keeps_its_heads(open_page: OpenPage, board: Site) -> None:
    """However far its box is scrolled, both ways, the heads and the titles stay in it."""
    page = open_page(board, "long/", viewport={"width": 700, "height": 800})
    box = page.locator(".wb-tall")
    box.evaluate("box => box.scrollTo(200, 1500)")
    around = box.bounding_box()
    assert page.locator("[data-sortable] thead th").nth(3).bounding_box()["y"] == pytest.approx(
        around["y"], abs=3
    )
    title = page.locator("[data-sortable] tbody th").nth(50).bounding_box()
    assert title["x"] == pytest.approx(around["x"], abs=3)


@pytest.mark.parametrize("path", ["", "long/", "runs/"])
def test_a_table_is_whole_without_scripts(open_page: OpenPage, board: Site, path: str) -> None:
    """Without JavaScript every row is there, in the spec's order, and no control that does nothing."""
    page = open_page(board, path, java_script_enabled=False)
    rows = page.locator("[data-sortable] tbody tr")
    assert rows.count() == {"": 3, "long/": N_LONG, "runs/": 8}[path]
    assert rows.last.is_visible()
    for control in ("button", "select", "input"):
        assert page.locator(f".wb {control}:visible").count() == 0
    if path == "":
        assert _titles(page) == ["Alpha", "Gamma", "Beta"]


def test_facets_narrow_together_and_count(open_page: OpenPage, board: Site) -> None:
    """Each facet shows how many runs a choice would leave under the others; they are undone together."""
    page = open_page(board, "runs/")
    hardware, region, where = (_facet(page, name) for name in ("Hardware", "Region", "Part of"))
    assert hardware.locator("option").all_inner_texts() == [
        "Any",
        "GPU X (7)",
        "Processor A (7)",
        "Processor B (1)",
    ]
    region.select_option("France")
    assert hardware.locator("option").all_inner_texts() == [
        "Any",
        "GPU X (2)",
        "Processor A (3)",
        "Processor B (0)",
    ]
    hardware.select_option("GPU X")
    assert _titles(page) == ["beta/seed_0", "beta/seed_2"]
    page.get_by_role("button", name="Clear").click()
    assert len(_titles(page)) == 8
    where.select_option("Gamma")
    assert _titles(page) == ["gamma/seed_0"]
    assert _query(page) == "?group=Gamma"
    _facet(page, "Date").select_option("2023-11")
    assert _titles(page) == []


@pytest.mark.parametrize("from_disk", [False, True])
def test_others_link_to_a_package_or_a_processor(
    open_page: OpenPage, board: Site, from_disk: bool
) -> None:
    """`runs/?package=` and `?hardware=` show the runs that had it; a package's versions can be told apart."""
    page = open_page(board, "runs/?package=torch", from_disk=from_disk)
    page.get_by_role("status").get_by_text("4 of 8 rows").wait_for()
    box = _facet(page, "Package")
    box.fill("numpy==2.1.0")
    box.press("Enter")
    page.get_by_role("status").get_by_text("3 of 8 rows").wait_for()
    other = open_page(board, "runs/?hardware=Processor+B", from_disk=from_disk)
    assert _titles(other) == ["gamma/seed_0"]
    unknown = open_page(board, "runs/?region=Atlantis", from_disk=from_disk)
    assert _titles(unknown) == []
    assert _facet(unknown, "Region").input_value() == "Atlantis"


def test_packages_are_loaded_only_when_asked_for(open_page: OpenPage, board: Site) -> None:
    """The index of packages is no part of the page's own load."""
    page = open_page(board, "runs/")
    assert page.locator("datalist option").count() == 0
    asked: list[str] = []
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    _facet(page, "Package").focus()
    page.locator("datalist option").first.wait_for(state="attached")
    assert [url.rpartition("/")[2] for url in asked] == ["packages.js"]


@pytest.mark.parametrize("path", ["", "alpha/", "runs/", "long/"])
def test_tools_fit_a_phone_and_move_nothing(open_page: OpenPage, board: Site, path: str) -> None:
    """At phone width the page does not scroll sideways, and nothing jumps when the scripts add their tools."""
    page = open_page(board, path, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shift = page.evaluate(
        """() => new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            const own = (source) => source.node?.parentElement?.closest(".wb");
            for (const entry of list.getEntries()) if (entry.sources.some(own)) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 500);
        })"""
    )
    assert shift < 0.01
