"""Ticking runs and groups, and the page that compares them, over HTTP and from disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kinds import DESK, PHONE
from logs import our_info, power_samples, write_run
from playwright.sync_api import expect
from scipy.special import stdtrit
from scipy.stats import ttest_ind
from serving import OpenPage
from sites import Site, build
from wattboard.sitegen.text import number

pytestmark = pytest.mark.browser

FOREST, NEIGHBOURS, WINE = (
    "digits/random-forest",
    "digits/k-nearest-neighbours",
    "wine/random-forest",
)
RUNS = tuple(f"runs/runs/digits/random_forest/seed_{i}" for i in range(3))
FACTORS = {"mWh": 1e6, "kWh": 1.0, "s": 3600.0, "h": 1.0, "mg CO₂eq": 1e6, "%": 100.0}
"""By the unit that a page shows, what a figure's own is multiplied by."""


def _compare(*addresses: str, **state: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in state.items())
    return f"compare/?of={','.join(addresses)}{more}"


def _section(page: Any, heading: str) -> Any:
    """The table under a heading, once it is there."""
    table = page.locator(f"table[aria-labelledby={heading}]")
    table.wait_for()
    return table


def _heads(page: Any) -> list[str]:
    titles: list[str] = _section(page, "wb-compare-figures").locator("thead a").all_text_contents()
    return titles


def _row(table: Any, label: str) -> Any:
    return table.locator("tbody tr").filter(has=table.page.get_by_text(label, exact=True))


def _factor(row: Any) -> float:
    unit = row.locator("th .wb-unit").inner_text().split(" · ")[0]
    return FACTORS.get(unit, 1.0)


def _values(row: Any) -> list[float]:
    return [float(cell.get_attribute("data-value")) for cell in row.locator("td").all()]


def _numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("−", "-"))]


def _of_runs(site: Site, folder: str, name: str) -> list[float]:
    """A figure of all runs below a folder, from the site's own JSON."""
    records = site.json("runs.json")
    return [r["metrics"][name] for r in records if r["address"].startswith(folder)]


@pytest.mark.parametrize("from_disk", [False, True])
def test_ticked_groups_and_runs_stand_side_by_side(
    open_page: OpenPage, sample_site: Site, *, from_disk: bool
) -> None:
    """Two groups and three runs, ticked on two pages, have the figures that the site's JSON has."""
    page = open_page(sample_site, "digits/", from_disk=from_disk, viewport=DESK)
    page.get_by_role("checkbox", name="Compare Random forest").check()
    page.get_by_role("checkbox", name="Compare k-nearest neighbours").check()
    page.get_by_role("link", name="Random forest", exact=True).first.click()
    page.get_by_role("heading", name="Random forest", level=1).wait_for()
    for i in range(3):
        page.get_by_role("checkbox", name=f"Compare Random forest: seed_{i}").check()
    bar = page.get_by_role("region", name="Comparison")
    assert bar.get_by_role("status").inner_text() == "5 chosen"
    bar.get_by_role("link", name="Compare").click()
    titles = [
        "Random forest",
        "k-nearest neighbours",
        *(f"Random forest: seed_{i}" for i in range(3)),
    ]
    table = _section(page, "wb-compare-figures")
    assert _heads(page) == titles
    board = {
        row["experiment"]: row["values"]
        for row in sample_site.json("digits/leaderboard.json")["rows"]
    }
    for name, label in (
        ("facility_energy_kwh", "Energy, with PUE"),
        ("test_accuracy", "Test accuracy"),
    ):
        row = _row(table, label)
        expected = [board[title][name]["mean"] for title in titles[:2]]
        expected += _of_runs(sample_site, "runs/runs/digits/random_forest/", name)
        assert _values(row) == pytest.approx([v * _factor(row) for v in expected])
    spread = _row(table, "Energy, with PUE").locator(".wb-compare-spread").first.inner_text()
    stderr = board["Random forest"]["facility_energy_kwh"]["stderr"]
    assert _numbers(spread) == pytest.approx([stderr * 1e6], rel=0.05)


@pytest.mark.parametrize("other", [NEIGHBOURS, WINE])
def test_a_difference_has_welch_s_interval(
    open_page: OpenPage, sample_site: Site, other: str
) -> None:
    """Difference, per cent and interval are scipy's, whether or not the two groups lie in one."""
    page = open_page(sample_site, _compare(FOREST, other), viewport=DESK)
    row = _row(_section(page, "wb-compare-differences"), "Energy, with PUE")
    reference = _of_runs(sample_site, "runs/runs/digits/random_forest/", "facility_energy_kwh")
    folder = f"runs/runs/{other.replace('-', '_')}/"
    values = _of_runs(sample_site, folder, "facility_energy_kwh")
    expected = ttest_ind(values, reference, equal_var=False).confidence_interval(0.95)
    difference = sum(values) / 3 - sum(reference) / 3
    assert _values(row) == pytest.approx([difference * _factor(row)], rel=1e-6)
    assert _numbers(row.locator(".wb-percent").inner_text()) == pytest.approx(
        [100 * difference / (sum(reference) / 3)], rel=0.01
    )
    shown = _numbers(row.locator(".wb-interval").inner_text())
    width = (expected.high - expected.low) * _factor(row)
    assert shown == pytest.approx([end * _factor(row) for end in expected], abs=width / 20)


def test_quantiles_between_those_that_the_page_has(open_page: OpenPage, sample_site: Site) -> None:
    """Welch's degrees of freedom are no whole numbers; the quantile between two of the page's is right to 0.01 %."""
    page = open_page(sample_site, _compare(FOREST, NEIGHBOURS))
    _section(page, "wb-compare-figures")
    degrees = [1.0, 1.02, 1.5, 2.0, 2.7, 3.99, 10.3, 99.0, 250.0, 1e6]
    found = page.evaluate(
        """async (degrees) => {
          const { quantiles } = await wattboard.data("data.js");
          return degrees.map((df) => wattboard.compare.quantile(df, quantiles));
        }""",
        degrees,
    )
    assert found == pytest.approx([float(stdtrit(df, 0.975)) for df in degrees], rel=1e-4)


def test_the_tests_of_two_groups_of_one_group(open_page: OpenPage, sample_site: Site) -> None:
    """The fold has the seven tests with p-values and what they assume; Welch's p and interval are scipy's."""
    page = open_page(sample_site, _compare(NEIGHBOURS, "digits/logistic-regression"), viewport=DESK)
    page.get_by_text("Tests of a difference").click()
    page.get_by_label("Of", exact=True).select_option("duration_hours")
    table = _section(page, "wb-compare-tests")
    assert table.locator("tbody tr").count() == 8  # and the corrected one
    values = [
        _of_runs(sample_site, f"runs/runs/digits/{name}/", "duration_hours")
        for name in ("logistic_regression", "k_nearest_neighbours")
    ]
    expected = ttest_ind(*values, equal_var=False)
    welch = table.locator("tbody tr").filter(has_text="Welch's t-test")
    assert _numbers(welch.locator(".wb-difference").inner_text()) == pytest.approx(
        [expected.pvalue], rel=0.05
    )
    interval = expected.confidence_interval(0.95)
    ends = [interval.low * 3600, interval.high * 3600]
    shown = _numbers(welch.locator(".wb-interval").inner_text())
    assert shown == pytest.approx(ends, abs=(ends[1] - ends[0]) / 20)
    assert "independent runs" in welch.inner_text()


def test_groups_of_different_groups_are_told_the_command(
    open_page: OpenPage, sample_site: Site
) -> None:
    """Where no tests were made when the site was built, the page says how to make them."""
    page = open_page(sample_site, _compare(FOREST, WINE, test="cpu_hours"), viewport=DESK)
    command = page.locator("details code").inner_text()
    root = "Energy of small classifiers"
    assert command.startswith(
        f"wattboard compare '{root} > Wine > Random forest' '{root} > Digits > Random forest' --variable 'cpu_hours'"
    )


def test_a_run_has_no_interval(open_page: OpenPage, sample_site: Site) -> None:
    """Between single runs there is a difference and no interval, and the page says why."""
    page = open_page(sample_site, _compare(*RUNS[:2]))
    table = _section(page, "wb-compare-differences")
    assert table.locator(".wb-difference").count() > 5
    assert table.locator(".wb-interval").count() == 0
    assert page.get_by_text("One run has no interval").is_visible()


def _packages_board(folder: Path) -> None:
    """Two runs that differ in one package of three, and in their processor."""
    for name, version, brand in (("a", "1.0", "CPU One"), ("b", "2.0", "CPU Two " + "W" * 120)):
        samples = power_samples(20, cpu_w=50.0)
        packages = [
            {"name": "same", "version": "3"},
            {"name": "other", "version": version},
            *([{"name": "only", "version": "9"}] if name == "a" else []),
        ]
        info = our_info(samples, python_packages=packages, cpu_info={"brand": brand})
        write_run(folder / "logs" / name, samples, info)
    spec = folder / "site.json"
    spec.write_text(json.dumps({"Two": {}}), encoding="utf-8")
    build([folder / "logs"], spec, folder / "site")


def test_only_what_differs_is_listed(
    open_page: OpenPage, sample_site: Site, built: Callable[..., Path]
) -> None:
    """Of packages and hardware the rows that differ, all of them by the switch, and "nothing differs" said."""
    site = Site(built("packages", _packages_board), "http://no-server.invalid/")
    page = open_page(site, _compare("runs/logs/a", "runs/logs/b"), from_disk=True, viewport=PHONE)
    packages = _section(page, "wb-compare-packages")
    rows = [row.split() for row in packages.locator("tbody tr").all_inner_texts()]
    assert rows == [["only", "9", "—", "not", "installed"], ["other", "1.0", "2.0"]]
    assert "CPU One" in _section(page, "wb-compare-hardware").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("Show also what does not differ").check()
    assert packages.locator("tbody tr").count() == 3
    assert page.url.endswith("&all")
    page = open_page(sample_site, _compare(*RUNS[:2]))
    page.get_by_text(re.compile(r"Nothing differs: all \d+ packages are the same")).wait_for()


@pytest.mark.parametrize("from_disk", [False, True])
def test_time_series_are_drawn_over_each_other(
    open_page: OpenPage, sample_site: Site, *, from_disk: bool
) -> None:
    """A chart a kind with a line a run, whose time may be a share of each run's duration."""
    page = open_page(sample_site, _compare(*RUNS[:2]), from_disk=from_disk, viewport=DESK)
    chart = page.locator(".wb-overlay").first
    chart.scroll_into_view_if_needed()
    chart.locator(".scatterlayer .trace").nth(1).wait_for()
    assert chart.locator(".wb-key li").count() == 2
    assert "Random forest: seed_0 from" in chart.locator(".wb-plot").get_attribute("aria-label")
    page.get_by_label("Time as a share of each run’s duration").check()
    chart.locator(".xtitle", has_text="Share of the run’s duration (%)").wait_for()
    assert page.url.endswith("&share")


@pytest.mark.parametrize("from_disk", [False, True])
def test_the_menu_leads_to_what_was_ticked(
    open_page: OpenPage, sample_site: Site, *, from_disk: bool
) -> None:
    """The site's own link to the page, which holds no choice, shows what was ticked; coming back, it still is."""
    page = open_page(sample_site, "digits/", from_disk=from_disk, viewport=DESK)
    boxes = [
        page.get_by_role("checkbox", name=f"Compare {title}")
        for title in ("Random forest", "k-nearest neighbours")
    ]
    for box in boxes:
        box.check()
    page.locator("#site-nav").get_by_role("link", name="Compare", exact=True).click()
    assert _heads(page) == ["Random forest", "k-nearest neighbours"]
    assert page.url.endswith(f"?of={FOREST},{NEIGHBOURS}")
    page.go_back()
    bar = page.get_by_role("region", name="Comparison")
    assert bar.get_by_role("status").inner_text() == "2 chosen"
    assert all(box.is_checked() for box in boxes)


def test_only_a_reader_takes_items_away(
    open_page: OpenPage, sample_site: Site, complaints: list[str]
) -> None:
    """An address that leads nowhere leaves the choice alone; removing an item takes its tick away."""
    page = open_page(sample_site, _compare(FOREST), viewport=DESK)
    _section(page, "wb-compare-figures")
    page.goto(sample_site.url(_compare("runs/no-such-run"), from_disk=False))
    page.get_by_text("cannot be loaded").wait_for()
    complaints.clear()
    page.goto(sample_site.url("compare/", from_disk=False))
    assert _heads(page) == ["Random forest"]
    page.get_by_role("button", name="Remove Random forest").click()
    page.locator("table").first.wait_for(state="detached")
    page.goto(sample_site.url("digits/", from_disk=False))
    assert not page.get_by_role("checkbox", name="Compare Random forest").is_checked()


def _lengths_board(folder: Path) -> None:
    for name, seconds in (("short", 60), ("long", 600)):
        samples = power_samples(n=seconds // 10, cpu_w=329.65)
        write_run(folder / "logs" / name, samples)
    spec = folder / "site.json"
    spec.write_text(json.dumps({"Two": {}}), encoding="utf-8")
    build([folder / "logs"], spec, folder / "site")


def test_runs_of_very_different_length_are_shown_by_shares(
    open_page: OpenPage, built: Callable[..., Path]
) -> None:
    """More than fivefold: shares, unless the address says otherwise."""
    site = Site(built("lengths", _lengths_board), "http://no-server.invalid/")
    page = open_page(site, _compare("runs/logs/short", "runs/logs/long"), from_disk=True)
    box = page.get_by_label("Time as a share of each run’s duration")
    box.wait_for()
    assert box.is_checked()
    box.uncheck()
    assert page.url.endswith("&share=no")
    page.reload()
    box.wait_for()
    assert not box.is_checked()


def test_lines_of_one_run_are_told_apart(open_page: OpenPage, sample_site: Site) -> None:
    """In drawing and legend each line is of another kind, and its name says run and device."""
    page = open_page(sample_site, _compare(*RUNS[:2]), viewport=DESK)
    chart = page.locator("#compare-chart-load")
    chart.scroll_into_view_if_needed()
    chart.locator(".scatterlayer .trace").nth(5).wait_for()
    names = chart.locator(".wb-key li").all_inner_texts()
    assert len(set(names)) == 6
    assert names[0] == "Random forest: seed_0: 1 minute"
    for lines in (chart.locator(".scatterlayer path.js-line"), chart.locator(".wb-key path")):
        kinds = lines.evaluate_all(
            """lines => lines.map((line) => {
              const { stroke, strokeDasharray } = getComputedStyle(line);
              return stroke + strokeDasharray;
            })"""
        )
        assert len(set(kinds)) == 6


def test_numbers_are_rounded_as_elsewhere(open_page: OpenPage, sample_site: Site) -> None:
    """As Python rounds: the number itself, and from the very middle to the even digit."""
    page = open_page(sample_site, _compare(FOREST))
    _section(page, "wb-compare-figures")
    values = [329.65, -329.65, 1234.5, 1235.5, 0.05, 2.675, 0.125, 9.9996, 99995.0, 1e-4, 0.3]
    found = page.evaluate(
        "values => values.map((value) => wattboard.compare.number(value))", values
    )
    assert found == [number(value) for value in values]


def test_names_break_where_their_words_end(open_page: OpenPage, sample_site: Site) -> None:
    """Heads of columns hold names with places to break at, and read as they are."""
    page = open_page(sample_site, _compare(*RUNS[:2]))
    head = _section(page, "wb-compare-figures").locator("thead a").first
    assert head.text_content() == "Random forest: seed_0"
    assert head.locator("wbr").count() == 1


@pytest.mark.parametrize("from_disk", [False, True])
def test_an_address_is_the_comparison(
    open_page: OpenPage, sample_site: Site, *, from_disk: bool
) -> None:
    """Every change is in the address, which opens the same comparison elsewhere."""
    page = open_page(sample_site, _compare(FOREST, NEIGHBOURS, RUNS[0]), from_disk=from_disk)
    _section(page, "wb-compare-figures")
    page.get_by_label("Compared with").select_option("k-nearest neighbours")
    page.get_by_role("button", name="Remove Random forest", exact=True).click()
    page.get_by_role("searchbox", name="Add a group or a run").fill("wine forest")
    page.locator(".wb-choice").first.click()
    page.get_by_role("link", name="Wine").nth(0).wait_for()
    expect(page.locator("#wb-reference option")).to_have_count(3)
    assert page.url.endswith(f"?of={NEIGHBOURS},{RUNS[0]},{WINE}")
    other = open_page(sample_site, "compare/?" + page.url.partition("?")[2], from_disk=from_disk)
    assert _heads(other) == ["k-nearest neighbours", "Random forest: seed_0", "Random forest"]


def test_addresses_from_elsewhere_are_refused(
    open_page: OpenPage, sample_site: Site, complaints: list[str]
) -> None:
    """Nothing is asked of an address outside the leaderboard; what is gone is named; the rest is shown."""
    hostile = [
        "../../x",
        "https://evil.example",
        "javascript:alert(1)",
        "//evil.example",
        "%2e%2e/x",
    ]
    asked: list[str] = []
    page = open_page(sample_site)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(sample_site.url(_compare(*hostile, "<img src=x>", "digits/gone", FOREST, NEIGHBOURS)))
    assert _heads(page) == ["Random forest", "k-nearest neighbours"]
    notes = page.locator("[data-result] .wb-notes").inner_text()
    for text in ("../../x", "https://evil.example", "javascript:alert(1)", "<img src=x>"):
        assert f"“{text}” is no address of this leaderboard" in notes
    assert "“digits/gone/” cannot be loaded" in notes
    assert all(url.startswith(sample_site.address) for url in asked)
    assert [c for c in complaints if "404" not in c] == []
    complaints.clear()
    page.locator(".wb-notes").get_by_role("button", name="Remove").click()
    assert page.url.endswith(f"?of={FOREST},{NEIGHBOURS}")


def test_hostile_names_are_text(open_page: OpenPage, hostile_site: Site) -> None:
    """Titles, packages and facts that are markup are shown as they are written."""
    runs = [record["address"].strip("/") for record in hostile_site.json("runs.json")][:4]
    page = open_page(hostile_site, _compare(*runs), viewport=PHONE)
    assert "<script>" in _section(page, "wb-compare-hardware").inner_text()
    assert page.evaluate("globalThis.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("searchbox", name="Add a group or a run").fill("script")
    page.locator(".wb-choice").first.wait_for()
    assert page.evaluate("globalThis.hacked") is None


def test_by_keyboard_alone(open_page: OpenPage, sample_site: Site) -> None:
    """Ticking, the bar, the search and the fold need no mouse, and removing leaves the reader on the page."""
    page = open_page(sample_site, "digits/", viewport=DESK)
    page.get_by_role("checkbox", name="Compare Random forest").focus()
    page.keyboard.press("Space")
    page.get_by_role("link", name="Compare", exact=True).last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/**")
    page.get_by_role("searchbox", name="Add a group or a run").focus()
    page.keyboard.type("digits perceptron seed_1")
    page.get_by_text("1 found").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#wb-reference option")).to_have_count(2)
    assert _heads(page) == ["Random forest", "Multilayer perceptron: seed_1"]


def test_the_choice_outlives_a_page_and_can_be_cleared(
    open_page: OpenPage, sample_site: Site
) -> None:
    """The button of a page, the boxes of tables and the bar tell of one choice; at most eight are taken."""
    page = open_page(sample_site, "digits/random-forest/", viewport=DESK)
    button = page.get_by_role("button", name="Add to comparison")
    button.click()
    assert page.locator(".wb-choose").get_attribute("aria-pressed") == "true"
    page.goto(sample_site.url("digits/"))
    assert page.get_by_role("checkbox", name="Compare Random forest").is_checked()
    page.goto(sample_site.url("wine/"))
    for box in page.get_by_role("checkbox", name="Compare").all():
        box.check()
    page.goto(sample_site.url("digits/"))
    for box in page.get_by_role("checkbox", name="Compare").all():
        box.click()
    status = page.get_by_role("region", name="Comparison").get_by_role("status")
    page.goto(sample_site.url("digits/support-vector-machine/"))
    for i in range(3):
        page.get_by_role("checkbox", name=f"seed_{i}").click()
    assert "At most 8" in status.inner_text()
    page.get_by_role("button", name="Clear").click()
    assert not page.get_by_role("region", name="Comparison").is_visible()
    assert page.locator(".wb-pick input:checked").count() == 0


def test_a_choice_moves_nothing(open_page: OpenPage, sample_site: Site) -> None:
    """Boxes, button and bar have room of their own: the table stays where it is without them."""
    page = open_page(sample_site, "digits/", viewport=DESK)
    link = page.locator(".wb-table th a").first
    place = link.bounding_box()
    page.locator(".wb-pick").first.evaluate("(box) => box.remove()")
    page.locator(".wb-choose").evaluate("(button) => button.remove()")
    assert link.bounding_box() == place
    page.get_by_role("checkbox", name="Compare Random forest").check()
    assert link.bounding_box() == place


def test_on_paper_there_is_nothing_to_press(open_page: OpenPage, sample_site: Site) -> None:
    """Printed, a comparison has its tables and none of its buttons."""
    page = open_page(sample_site, _compare(FOREST, NEIGHBOURS), viewport=DESK)
    _section(page, "wb-compare-figures")
    page.emulate_media(media="print")
    assert page.locator("[data-compare] button:visible").count() == 0
    assert page.locator("table[aria-labelledby=wb-compare-figures]").is_visible()


@pytest.mark.parametrize("path", [_compare(FOREST, NEIGHBOURS, *RUNS, test="cpu_hours"), "digits/"])
def test_on_a_phone_only_boxes_scroll(open_page: OpenPage, sample_site: Site, path: str) -> None:
    """At 390 pixels the page is as wide as its window, with charts drawn and the bar open."""
    page = open_page(sample_site, path, viewport=PHONE)
    if path == "digits/":
        page.get_by_role("checkbox", name="Compare Random forest").check()
    else:
        _section(page, "wb-compare-tests")
        page.locator(".wb-overlay").first.scroll_into_view_if_needed()
        page.locator(".wb-overlay .main-svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_javascript_the_page_says_what_else_there_is(
    open_page: OpenPage, sample_site: Site
) -> None:
    """The command and the links are there, and nothing that would do nothing."""
    page = open_page(sample_site, "compare/", java_script_enabled=False)
    assert "wattboard compare A B" in page.locator(".wb-notes").inner_text()
    assert page.locator(".wb-notes a").count() == 2
    page = open_page(sample_site, "digits/", java_script_enabled=False)
    assert page.locator(".wb-pick, .wb-choose, .wb-basket").count() == 0


def test_groups_that_share_runs_have_no_interval(open_page: OpenPage, sample_site: Site) -> None:
    """A group and one within it are no independent samples: the difference stands alone, and the page says why."""
    page = open_page(sample_site, _compare("digits", FOREST, NEIGHBOURS))
    section = _section(page, "wb-compare-differences")
    page.get_by_text("Runs are on both sides of the difference of Digits").wait_for()
    assert section.locator(".wb-interval").count() == 0
    page.get_by_label("Compared with").select_option("Random forest")
    section = _section(page, "wb-compare-differences")
    assert section.locator(".wb-interval").count() > 0
