"""Charts in a real Chromium, on the sample leaderboard as the program builds it, opened from disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from logs import power_samples, write_run
from sites import Site

pytestmark = pytest.mark.browser

PROGRAM = Path(sys.executable).parent / "wattboard"
GROUP = "digits/index.html"
LEAF = "digits/k-nearest-neighbours/index.html"
RUN = "runs/runs/digits/k_nearest_neighbours/seed_1/index.html"
WIDE = {"width": 1200, "height": 900}


def _build(output: Path, *arguments: str | Path) -> Path:
    subprocess.run([PROGRAM, "build", *arguments, "--output-dir", output], check=True)
    return output


@pytest.fixture(scope="module")
def site(sample_site: Site) -> Path:
    """The sample's site."""
    return sample_site.folder


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page of a site from disk; a complaint in the console or a foreign request fails the test."""
    complaints: list[str] = []
    contexts = []

    def note_request(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            complaints.append(f"request to {request.url}")

    def open_(path: str, folder: Path = site, **options: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note_request)
        page.goto(f"file://{folder}/{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _drawn(page: Any, chart_id: str) -> Any:
    """The chart, once Plotly has drawn it."""
    chart = page.locator(f"#{chart_id}")
    chart.scroll_into_view_if_needed()
    chart.locator(".wb-plot.wb-live .main-svg").first.wait_for()
    return chart


def _axis(chart: Any, name: str) -> Any:
    """What Plotly makes of an axis."""
    return chart.locator(".wb-canvas").evaluate(
        f"plot => ({{type: plot._fullLayout.{name}.type, range: plot._fullLayout.{name}.range}})"
    )


def _until(chart: Any, holds: Callable[[], bool]) -> None:
    """Wait for what a chart shows: the page's policy lets no test's text be run inside it."""
    for _ in range(100):
        if holds():
            return
        chart.page.wait_for_timeout(50)
    pytest.fail("the chart did not come to show what it should")


def _saved(page: Any, chart: Any, what: str) -> tuple[str, bytes]:
    """Name and content of a file that a chart's button gives."""
    with page.expect_download() as waiting:
        chart.get_by_role("button", name=what, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        (GROUP, ["plot-1", "plot-2", "strip", "energy-split"]),
        (LEAF, ["energy-split"]),
        (RUN, ["chart-power-estimated", "chart-cpu-use", "chart-memory"]),
    ],
)
def test_charts_take_the_place_of_drawings(
    open_page: Callable[..., Any], path: str, charts: list[str]
) -> None:
    """Each kind of chart is drawn by Plotly when it comes into view, and nothing moves."""
    page = open_page(path)
    heights = [page.locator(f"#{chart}").bounding_box()["height"] for chart in charts]
    for chart, height in zip(charts, heights, strict=True):
        assert _drawn(page, chart).bounding_box()["height"] == pytest.approx(height, abs=0.5)


def test_plotly_waits_for_a_chart_in_view(open_page: Callable[..., Any]) -> None:
    """A page whose charts lie below the fold loads no Plotly until one is scrolled to."""
    page = open_page(GROUP, viewport={"width": 1200, "height": 300})
    page.wait_for_timeout(500)
    assert page.evaluate("typeof Plotly") == "undefined"
    _drawn(page, "plot-1")
    assert page.evaluate("typeof Plotly") == "object"


def test_a_switch_makes_an_axis_logarithmic(open_page: Callable[..., Any]) -> None:
    """Pressing the switch by keyboard makes the axis logarithmic, pressing it again linear."""
    chart = _drawn(open_page(GROUP), "plot-1")
    switch = chart.get_by_role("button", name="Log x", exact=True)
    assert _axis(chart, "xaxis")["type"] == "linear"
    for pressed, expected in (("true", "log"), ("false", "linear")):
        switch.press("Enter")
        assert switch.get_attribute("aria-pressed") == pressed
        _until(chart, lambda kind=expected: _axis(chart, "xaxis")["type"] == kind)
    assert _axis(chart, "yaxis")["type"] == "linear"


@pytest.mark.parametrize("spread", [1.3, 8, 300, 1e6])
def test_logarithmic_axes_have_plain_labels(
    open_page: Callable[..., Any], tmp_path: Path, spread: float
) -> None:
    """Two labels at least, all plain decimals of one size, also where a reader zooms in."""
    for key, cpu_w in (("a", 50.0), ("b", 50.0 / spread)):
        write_run(tmp_path / "logs" / key, power_samples(cpu_w=cpu_w))
    children = {key: {"filter": f"/{key}"} for key in "ab"}
    plots = [{"x": "total_power", "y": "duration_hours"}]
    spec = {"Lab": {"executive_summary_plots": plots, "child_experiments": children}}
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    folder = _build(tmp_path / "site", tmp_path / "logs", "--site-spec", tmp_path / "spec.json")
    page = open_page("index.html", folder)
    chart = _drawn(page, "plot-1")
    chart.get_by_role("button", name="Log x", exact=True).press("Enter")
    _until(chart, lambda: _axis(chart, "xaxis")["type"] == "log")
    for zoom in (1.0, 0.3, 0.02):
        chart.locator(".wb-canvas").evaluate(
            """(plot, zoom) => {
              const [low, high] = plot._fullLayout.xaxis.range;
              const [middle, half] = [(low + high) / 2, (high - low) / 2 * zoom];
              return Plotly.relayout(plot, { "xaxis.range": [middle - half, middle + half] });
            }""",
            zoom,
        )
        page.wait_for_timeout(200)
        labels = chart.locator(".xtick text").all_text_contents()
        assert 2 <= len(labels) <= 12
        sizes = chart.locator(".xtick text").evaluate_all(
            "texts => [...new Set(texts.map((text) => getComputedStyle(text).fontSize))]"
        )
        assert len(sizes) == 1


def test_labels_over_a_chart_are_short(open_page: Callable[..., Any], tmp_path: Path) -> None:
    """A long name is shortened in its middle; the strip's label names figure and unit."""
    for seed in range(2):
        folder = tmp_path / "logs" / "experiment_with_a_very_long_name_indeed" / f"s_{seed}"
        write_run(folder / "and-another-long-folder-below-it", power_samples(cpu_w=50.0 + seed))
    spec = {
        "Lab": {
            "executive_summary_variables": ["exp_len_hours", "total_power"],
            "child_experiments": {"a_name_of_many_words_" * 9: {"filter": "experiment"}},
        }
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    folder = _build(tmp_path / "site", tmp_path / "logs", "--site-spec", tmp_path / "spec.json")
    page = open_page("index.html", folder, viewport={"width": 390, "height": 800})
    chart = _drawn(page, "strip")
    label = chart.locator(".hovertext")

    def is_hovered() -> bool:
        # What Plotly draws anew after its first drawing takes the label away.
        chart.locator(".wb-canvas").evaluate(
            "plot => Plotly.Fx.hover(plot, [{ curveNumber: plot.data.length - 1, pointNumber: 0 }])"
        )
        return label.count() == 1

    _until(chart, is_hovered)
    words = label.text_content()
    assert "Duration: " in words
    assert "a_name_of_many_…" in words
    assert label.bounding_box()["width"] < chart.bounding_box()["width"]


def test_titles_of_axes_fit_on_a_phone(open_page: Callable[..., Any], tmp_path: Path) -> None:
    """They are folded where they are longer than the drawing, and never cut off."""
    write_run(tmp_path / "logs" / "a", power_samples())
    label = "Energy of all the many runs, of the whole data centre, with cooling"
    spec = {
        "A": {
            "executive_summary_plots": [{"x": "facility_energy_kwh", "y": "energy_kwh"}],
            "variables": {name: {"label": label} for name in ("facility_energy_kwh", "energy_kwh")},
        }
    }
    (tmp_path / "site.json").write_text(json.dumps(spec))
    folder = _build(tmp_path / "site", tmp_path / "logs", "--site-spec", tmp_path / "site.json")
    page = open_page("index.html", folder, viewport={"width": 390, "height": 800})
    chart = _drawn(page, "plot-1")
    around = chart.locator(".wb-plot").bounding_box()
    for name in (".xtitle", ".ytitle"):
        title = chart.locator(name)
        assert title.locator("tspan").count() >= 2
        box = title.bounding_box()
        for start, length in (("x", "width"), ("y", "height")):
            assert box[start] >= around[start]
            assert box[start] + box[length] <= around[start] + around[length]


def test_time_charts_share_their_zoom(open_page: Callable[..., Any]) -> None:
    """Dragging over one chart zooms all, charts drawn later too, and the button takes all back."""
    page = open_page(RUN, viewport={"width": 1200, "height": 500})
    first = _drawn(page, "chart-power-estimated")
    before = _axis(first, "xaxis")["range"]
    box = first.locator(".nsewdrag").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.25, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=8)
    page.mouse.up()
    page.locator("#chart-power-estimated .wb-reset.wb-zoomed").wait_for()
    zoomed = _axis(first, "xaxis")["range"]
    assert before[0] < zoomed[0] < zoomed[1] < before[1]
    other = _drawn(page, "chart-memory")
    assert _axis(other, "xaxis")["range"] == pytest.approx(zoomed)
    other.get_by_role("button", name="Reset zoom").press("Enter")
    _until(first, lambda: _axis(first, "xaxis")["range"] == before)
    assert _axis(other, "xaxis")["range"] == pytest.approx(before)
    assert page.locator(".wb-reset.wb-zoomed").count() == 0
    assert page.evaluate("document.activeElement.matches('#chart-memory summary')")


def test_a_chart_is_saved_as_csv(open_page: Callable[..., Any], site: Path) -> None:
    """The CSV has every run with units in its header, and is named for the page, the site and the chart."""
    page = open_page(GROUP)
    name, content = _saved(page, page.locator("#plot-1"), "CSV")
    head, *rows = content.decode().split("\r\n")[:-1]
    assert head == 'Experiment,Run,"Energy of one model, with PUE, estimated (J)",Test accuracy'
    board = json.loads((site / "digits" / "leaderboard.json").read_text())
    assert len(rows) == sum(row["n"] for row in board["rows"])
    assert name.startswith("digits-energy-of-small-classifiers")
    assert name.endswith("test-accuracy-against-energy-of-one-model-with-pue.csv")


@pytest.mark.parametrize("chart_id", ["plot-1", "strip", "energy-split"])
def test_a_chart_is_saved_as_a_picture(open_page: Callable[..., Any], chart_id: str) -> None:
    """SVG and PNG carry the title and stand on white, also from a dark page and before the chart was drawn."""
    page = open_page(GROUP, color_scheme="dark", viewport={"width": 1200, "height": 300})
    chart = page.locator(f"#{chart_id}")
    name, svg = _saved(page, chart, "SVG")
    assert name.endswith(".svg")
    title = chart.locator("figcaption").inner_text()
    assert title in svg.decode()
    assert "rgb(255, 255, 255)" in svg.decode()
    name, png = _saved(page, chart, "PNG")
    assert name.endswith(".png")
    assert png.startswith(b"\x89PNG")


def test_the_data_of_a_time_chart_is_a_table_on_request(open_page: Callable[..., Any]) -> None:
    """The page has a row a series; opening the table adds every point, a thousand rows at most."""
    page = open_page(RUN)
    table = page.locator("#chart-load .wb-data")
    table.locator("summary").press("Enter")
    table.locator(".wb-box").nth(1).wait_for()
    tables = table.locator("table")
    assert tables.nth(0).locator("tbody tr").count() == 3
    assert 3 < tables.nth(1).locator("tbody tr").count() <= 1000
    assert tables.nth(1).locator("thead th").all_inner_texts() == [
        "Series",
        "Time since start (s)",
        "Load (%)",
    ]
    table.locator("summary").press("Enter")
    table.locator("summary").press("Enter")
    page.wait_for_timeout(200)
    assert table.locator("table").count() == 2


@pytest.mark.parametrize("path", [GROUP, LEAF, RUN])
def test_without_javascript_all_drawings_and_tables_are_there(
    open_page: Callable[..., Any], path: str
) -> None:
    """Every chart has its drawing, its words and its table, and no button that would do nothing."""
    page = open_page(path, java_script_enabled=False)
    charts = page.locator(".wb-chart").all()
    assert charts
    for chart in charts:
        assert chart.locator("svg.wb-svg").count() == 1
        assert chart.locator(".wb-plot").get_attribute("aria-label")
        assert chart.locator(".wb-data tbody tr").count() >= 1
        assert not any(button.is_visible() for button in chart.locator("button").all())


def _siblings(page: Any) -> Any:
    section = page.locator("[data-siblings]")
    section.scroll_into_view_if_needed()
    section.locator(".wb-legend-text").wait_for()
    return section


def test_a_run_stands_among_its_siblings(open_page: Callable[..., Any]) -> None:
    """A run's page says in words where each key figure stands among the runs of its leaf."""
    section = _siblings(open_page(RUN))
    link = section.get_by_role("link", name="k-nearest neighbours", exact=True)
    assert link.get_attribute("href").endswith(f"/{LEAF}")
    assert "from the lowest to the highest" in section.locator("p").inner_text()
    figures = section.locator(".wb-siblings > div")
    assert figures.count() == 6
    for figure in figures.all():
        assert any(words in figure.inner_text() for words in ("of 3", "in all 3"))
        assert figure.locator("svg.wb-position").count() == 1


def test_places_among_siblings_are_those_of_the_leaf(
    open_page: Callable[..., Any], sample_site: Site
) -> None:
    """The words say the run's place in the leaf's own table, and its value as the page's tile has it."""
    rows = sample_site.json("digits/k-nearest-neighbours/leaderboard.json")["rows"]
    means = sorted(
        (row["values"]["facility_energy_kwh"]["mean"], row["experiment"]) for row in rows
    )
    place = [name for _, name in means].index("seed_1")
    page = open_page(RUN)
    figure = _siblings(page).locator("dl > div", has_text="Energy, with PUE").last
    assert figure.locator("b").inner_text() == f"{('lowest', '2nd', 'highest')[place]} of 3"
    tile = page.locator(".wb-tiles:not(.wb-siblings) > div", has_text="Energy, with PUE").last
    assert tile.locator("b").inner_text() in figure.locator("span").inner_text()


@pytest.mark.parametrize(
    ("values", "n", "value", "words"),
    [
        ([1, 2, 2, 3, 3, 3, 4], 7, 1, "lowest of 7"),
        ([1, 2, 2, 3, 3, 3, 4], 7, 2, "2nd lowest of 7, as 1 other"),
        ([1, 2, 2, 3, 3, 3, 4], 7, 3, "2nd highest of 7, as 2 others"),
        ([1, 2, 2, 3, 3, 3, 4], 7, 4, "highest of 7"),
        ([1, 2, 3], 3, 2.00004, "2nd of 3"),
        ([5, 5, 5], 3, 5, "the same in all 3"),
        (list(range(200)), 5000, 0, "lowest of 5000"),
        (list(range(200)), 5000, 13, "about 326th lowest of 5000"),
        (list(range(200)), 5000, 198, "about 26th highest of 5000"),
    ],
)
def test_places_in_words(
    open_page: Callable[..., Any], values: list[float], n: int, value: float, words: str
) -> None:
    """Places are counted from the nearer end, ties at four digits are named, and of very many runs they are rough."""
    place = "([values, n, value]) => wattboard.siblings.place({ values, n }, value)"
    assert open_page(RUN).evaluate(place, [values, n, value]) == words


def test_without_scripts_a_run_leads_to_its_siblings(open_page: Callable[..., Any]) -> None:
    """Where no script runs, the section is a link to the leaf."""
    page = open_page(RUN, java_script_enabled=False)
    link = page.get_by_role("link", name="Compare with the other runs of k-nearest neighbours")
    assert link.is_visible()
    assert link.get_attribute("href") == "../../../../../digits/k-nearest-neighbours/"


def test_a_run_alone_says_so(open_page: Callable[..., Any], tmp_path: Path) -> None:
    """A run that is the only one of its leaf is compared with none."""
    write_run(tmp_path / "logs" / "only", power_samples(cpu_w=50.0))
    (tmp_path / "spec.json").write_text('{"Lab": {}}', encoding="utf-8")
    folder = _build(tmp_path / "site", tmp_path / "logs", "--site-spec", tmp_path / "spec.json")
    section = _siblings(open_page("runs/logs/only/index.html", folder))
    assert section.inner_text() == "Lab has no other run to compare this one with."


HOSTILE = '<img src=x onerror="document.title=1">&amp;<b>'
LONG = "W" * 300


def test_hostile_names_are_text(open_page: Callable[..., Any], tmp_path: Path) -> None:
    """Names with markup, of great length or of another direction are text in drawings, charts, tables and pictures."""
    names = {"a": HOSTILE, "b": LONG, "c": "تجربة (واحد)"}
    for key in names:
        for seed in range(2):
            write_run(tmp_path / "logs" / key / f"seed_{seed}", power_samples(cpu_w=50.0 + seed))
    children = {name: {"filter": f"/{key}/"} for key, name in names.items()}
    plots = [{"x": "duration_hours", "y": "total_power"}]
    spec = {"Lab": {"executive_summary_plots": plots, "child_experiments": children}}
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    folder = _build(tmp_path / "site", tmp_path / "logs", "--site-spec", tmp_path / "spec.json")
    page = open_page("index.html", folder)
    title = page.title()
    for chart_id in ("plot-1", "strip", "energy-split"):
        chart = _drawn(page, chart_id)
        assert chart.locator("img").count() == 0
    strip = page.locator("#strip")
    assert HOSTILE in strip.locator(".wb-canvas").text_content()
    assert HOSTILE in strip.locator("svg.wb-svg").text_content()
    assert LONG in strip.locator("svg.wb-svg title").first.text_content()
    _, svg = _saved(page, strip, "SVG")
    assert b"<img" not in svg
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
    assert page.title() == title
