"""Pages of 1,500 runs: the first rows come with the page, the others when a reader wants them."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from big_logs import many_runs, many_runs_spec
from playwright.sync_api import expect
from serving import OpenPage, served
from sites import Site, build

N_RUNS = 1500
FIRST_ROWS = 100
CELLS = """() => [...document.querySelectorAll('table[data-rows] tbody tr')].map((row) => [...row.cells].map((cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll('.wb-pick').forEach((box) => box.remove());
    const number = Number(copy.dataset.v ?? NaN).toPrecision(12);
    const links = [...copy.querySelectorAll('a')].map((a) => a.href);
    return [copy.textContent.trim(), copy.className, number, ...links, copy.querySelector('[title]')?.title ?? ''];
}))"""
RUNS = {"leaf": "", "all runs": "runs/"}


@pytest.fixture(scope="session")
def big_site(built: Callable[..., Path]) -> Iterator[Site]:
    """One leaf with all of 1,500 runs."""

    def make(folder: Path) -> None:
        logs = many_runs(folder / "runs", N_RUNS)
        build([logs], many_runs_spec(folder / "spec.json"), folder / "site")

    yield from served(built("big", make))


def _table(page: Any) -> Any:
    return page.locator("table[data-rows]")


def _see_names(page: Any, expected: list[str]) -> None:
    """Rows come from files: wait until those are there that are expected."""
    deadline = time.monotonic() + 20
    while _names(page) != expected and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert _names(page) == expected


def _names(page: Any) -> list[str]:
    titles: list[str] = (
        _table(page).locator("tbody th > :is(a, span:not(.wb-row-note))").all_inner_texts()
    )
    return titles


def _shown(page: Any) -> Any:
    """The line that says how many rows are shown."""
    return page.locator("[data-tools]:has(+ .wb-box table[data-rows]) .wb-shown")


def _wait_for(page: Any, text: str | re.Pattern[str]) -> None:
    expect(_shown(page)).to_have_text(text)


def _sort(page: Any, label: str) -> None:
    head = _table(page).get_by_role("columnheader", name=label)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    _wait_for(page, "1,500 rows")


@pytest.mark.parametrize("kind", RUNS)
def test_a_page_holds_the_first_rows_and_says_how_many_there_are(big_site: Site, kind: str) -> None:
    """Whatever reads the page without scripts learns that there are more."""
    html = big_site.read(f"{RUNS[kind]}index.html")
    table = re.search(r"<table[^>]* data-rows=.*?</table>", html, re.DOTALL)
    assert table is not None
    assert table[0].count('<th scope="row">') == FIRST_ROWS
    assert f'data-n="{N_RUNS}"' in html
    assert "These are the first rows." in html


@pytest.mark.parametrize("from_disk", [False, True])
def test_sorting_a_leaf_sorts_all_runs(
    open_page: OpenPage, big_site: Site, *, from_disk: bool
) -> None:
    """By a figure, over all runs, in the order that the file of the table gives."""
    page = open_page(big_site, from_disk=from_disk)
    _wait_for(page, "1,500 rows")
    _sort(page, "Duration")
    rows = big_site.json("leaderboard.json")["rows"]
    by_duration = sorted(rows, key=lambda row: row["values"]["duration_hours"]["mean"])
    _see_names(page, [row["experiment"] for row in by_duration[:FIRST_ROWS]])


def test_pages_go_on_in_the_leaf_s_order(open_page: OpenPage, big_site: Site) -> None:
    """Sorted by energy in the spec, whatever the order in the shards; the figures read as those of the page."""
    page = open_page(big_site)
    first = _table(page).locator("tbody tr").first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".wb-pager")).to_contain_text("101 to 200")
    _wait_for(page, "1,500 rows")
    names = [row["experiment"] for row in big_site.json("leaderboard.json")["rows"]]
    _see_names(page, names[FIRST_ROWS : 2 * FIRST_ROWS])
    page.get_by_role("button", name="Previous").click()
    assert _table(page).locator("tbody tr").first.inner_text() == first


@pytest.mark.parametrize("kind", RUNS)
def test_rows_from_shards_look_as_those_of_the_page(
    open_page: OpenPage, big_site: Site, kind: str
) -> None:
    """Cell by cell: the first rows are in both. Links lead to the same pages, which exist."""
    page = open_page(big_site, RUNS[kind])
    before = page.evaluate(CELLS)
    page.get_by_role("searchbox", name="Filter rows").fill("o")
    _wait_for(page, re.compile("rows$"))
    page.get_by_role("searchbox", name="Filter rows").fill("")
    _wait_for(page, "1,500 rows")
    after = page.evaluate(CELLS)
    for had, has in zip(before, after, strict=True):
        assert has == had
    for row in after[:3]:
        place = row[0][3].removeprefix(big_site.address)
        assert (big_site.folder / place / "index.html").is_file()


def test_filtering_searches_all_runs(open_page: OpenPage, big_site: Site) -> None:
    """Also those that came later; what is typed while rows are loaded counts."""
    page = open_page(big_site)
    page.get_by_role("searchbox", name="Filter rows").fill("dqn lr_0.003")
    _wait_for(page, re.compile(" of 1,500 rows$"))
    _wait_for(page, re.compile(r"9\d of 1,500 rows"))
    assert all(name.startswith("dqn/lr_0.003/") for name in _names(page))


def test_a_filter_in_the_address_is_followed(open_page: OpenPage, big_site: Site) -> None:
    """A copied address shows the same rows."""
    page = open_page(big_site, "?runs.text=seed_0001&runs.sort=duration_hours.desc")
    _wait_for(page, re.compile(" of 1,500 rows$"))
    _wait_for(page, "16 of 1,500 rows")


def test_a_table_is_taken_along_whole(open_page: OpenPage, big_site: Site, tmp_path: Path) -> None:
    """CSV has all runs, with numbers in full."""
    page = open_page(big_site)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").first.click()
    file = tmp_path / "table.csv"
    download.value.save_as(file)
    rows = list(csv.reader(file.open(encoding="utf-8")))
    assert len(rows) == N_RUNS + 1
    listed = big_site.json("leaderboard.json")["rows"]
    assert [row[0] for row in rows[1:]] == [row["experiment"] for row in listed]


def test_runs_that_came_later_can_be_compared(open_page: OpenPage, big_site: Site) -> None:
    """Their rows have a box, too."""
    page = open_page(big_site, "?runs.page=3")
    expect(page.locator(".wb-pager")).to_contain_text("201 to 300")
    _table(page).locator("tbody tr .wb-pick input").nth(5).check()
    assert "1 chosen" in page.get_by_role("region", name="Comparison").inner_text()


def test_all_runs_are_narrowed(open_page: OpenPage, big_site: Site) -> None:
    """Choices and their counts are there before any row is loaded; then all runs are narrowed and counted anew."""
    page = open_page(big_site, "runs/")
    energy = page.get_by_label("How measured")
    expect(page.locator(".wb-facets select")).to_have_count(5)
    offered = energy.locator("option").all_inner_texts()
    counted = {text.rpartition(" (")[0]: int(text[:-1].rpartition("(")[2]) for text in offered[1:]}
    assert sum(counted.values()) == N_RUNS
    kind, n = next(iter(counted.items()))
    energy.select_option(kind)
    _wait_for(page, re.compile("rows$"))
    _wait_for(page, f"{n:,} of 1,500 rows" if n < N_RUNS else "1,500 rows")
    after = energy.locator("option").all_inner_texts()
    assert after == offered


def test_all_runs_are_sorted_by_date(open_page: OpenPage, big_site: Site) -> None:
    """Over all of them."""
    page = open_page(big_site, "runs/")
    _sort(page, "Date")
    runs = sorted(big_site.json("runs.json"), key=lambda run: run["experiment_start"])
    links = _table(page).locator("tbody th a").evaluate_all("links => links.map((a) => a.href)")
    assert [link.removeprefix(big_site.address) for link in links] == [
        run["address"] for run in runs[:FIRST_ROWS]
    ]


def test_any_run_can_be_chosen_to_compare(open_page: OpenPage, big_site: Site) -> None:
    """The search of the comparison knows the runs of all shards."""
    page = open_page(big_site, "compare/")
    page.get_by_label("Add a group or a run").fill("sac seed_0093")
    expect(page.locator(".wb-choices li")).to_have_count(3)
    page.locator(".wb-choices li button").first.click()
    expect(page.get_by_role("heading", name="Figures")).to_be_visible()


def test_rows_that_cannot_be_loaded_are_missed(
    open_page: OpenPage, big_site: Site, complaints: list[str]
) -> None:
    """The page says so, and shows what it has."""
    page = open_page(big_site)
    page.route("**/rows-*.js", lambda route: route.abort())
    _table(page).get_by_role("columnheader", name="Duration").get_by_role("button").click()
    _wait_for(page, "The rows cannot be loaded")
    assert len(_names(page)) == FIRST_ROWS
    complaints.clear()
