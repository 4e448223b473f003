"""The sample leaderboard from end to end, as the README builds it; on CI from an installed wheel."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from run_tables import json_records, read_records

PROGRAM = Path(sys.executable).parent / "wattboard"
KNN = "digits/k-nearest-neighbours"
RUN = "runs/runs/digits/k_nearest_neighbours/seed_1"


@pytest.fixture(scope="module")
def site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's site."""
    output = tmp_path_factory.mktemp("sample") / "site"
    subprocess.run(
        [
            *(PROGRAM, "build", sample / "runs", "--site-spec", sample / "site.yml"),
            *("--strict", "--output-dir", output),
        ],
        check=True,
    )
    return output


def test_the_installed_package_is_what_is_tested() -> None:
    """Where CI says that the wheel is under test, nothing comes from the sources."""
    spec = importlib.util.find_spec("wattboard.sitegen")
    assert spec is not None
    from_wheel = "site-packages" in str(spec.origin)
    assert from_wheel == bool(os.environ.get("WATTBOARD_FROM_WHEEL"))


def test_the_site_has_every_page_and_file(site: Path) -> None:
    """Two levels of groups, a page and a zip for each of the runs, and the data of every table."""
    runs = json.loads((site / "runs.json").read_text())
    assert len(runs) >= 20
    for run in runs:
        assert (site / run["address"] / "index.html").is_file()
        assert (site / run["address"] / "log.zip").is_file()
    for folder in ("", "digits", "wine", KNN):
        for name in ("index.html", "leaderboard.json", "leaderboard.csv"):
            assert (site / folder / name).is_file()
    assert (site / "assets/wattboard/plotly.min.js").stat().st_size > 1e6


def test_measure_and_site_agree(site: Path, sample: Path) -> None:
    """`wattboard measure` prints the figures that the site shows, and the CSV has them too."""
    output = subprocess.run(
        [PROGRAM, "measure", sample / "runs", "--format", "json"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    measured = {record["run"]: record for record in json.loads(output)}
    rows = {row["run"]: row for row in csv.DictReader((site / "runs.csv").open())}
    for record in json.loads((site / "runs.json").read_text()):
        for name, value in measured[record["run"]]["metrics"].items():
            assert record["metrics"][name] == value
            text = rows[record["run"]][name]
            assert text == "" if value is None else float(text) == value
        assert record["provenance"]["facility_energy_kwh"] == "estimated"
        assert record["metrics"]["gpu_energy_kwh"] is None


def test_the_table_of_all_runs_holds_what_the_json_holds(site: Path) -> None:
    """`runs.parquet` equals `runs.json`, figure by figure."""
    assert read_records(site / "runs.parquet") == json_records(site / "runs.json")


def test_a_notebook_gets_the_same_figures(site: Path, sample: Path) -> None:
    """`load_runs` gives a row a run with the site's figures, NaN where one is absent."""
    from wattboard.sitegen import load_runs

    frame = load_runs([sample / "runs"])
    for record in json.loads((site / "runs.json").read_text()):
        row = frame.loc[record["run"]]
        assert row["facility_energy_kwh"] == record["metrics"]["facility_energy_kwh"]
        assert row["facility_energy_kwh_provenance"] == "estimated"
        assert row.isna()["gpu_energy_kwh"]


def test_a_notebook_gets_the_same_table(site: Path, sample: Path) -> None:
    """`load_runs` has the columns and types of the site's table, but for what only a site knows."""
    import pandas as pd
    from wattboard.sitegen import load_runs

    frame, read = load_runs([sample / "runs"]), pd.read_parquet(site / "runs.parquet")
    ours = read[frame.columns]
    assert set(read.columns) - set(ours.columns) == {
        f"{name}{end}"
        for name in ("accuracy_per_wh", "energy_per_model_j", "models_trained", "test_accuracy")
        for end in ("", "_provenance")
    }
    of_a_site = ["address", "leaves"]
    pd.testing.assert_frame_equal(frame.drop(columns=of_a_site), ours.drop(columns=of_a_site))
    assert frame.dtypes.equals(ours.dtypes)
    assert frame[of_a_site].isna().all(axis=None)
    assert frame.attrs["units"]["facility_energy_kwh"] == "kWh"
    assert frame.attrs["units"].items() <= read.attrs["units"].items()


def test_a_group_s_means_are_those_of_its_runs(site: Path) -> None:
    """The row of a method holds n, mean, standard error and sum of its runs, also of the processor's figures."""
    board = json.loads((site / "digits" / "leaderboard.json").read_text())
    row = next(row for row in board["rows"] if row["experiment"] == "k-nearest neighbours")
    leaf = json.loads((site / KNN / "leaderboard.json").read_text())
    assert row["n"] == len(leaf["rows"]) == 3
    assert row["path"] == KNN + "/"
    for name, stat in row["values"].items():
        values = [run["values"][name]["mean"] for run in leaf["rows"]]
        mean = sum(values) / 3
        assert stat["mean"] == pytest.approx(mean)
        assert stat["stderr"] == pytest.approx((sum((v - mean) ** 2 for v in values) / 6) ** 0.5)
    assert row["values"]["facility_energy_kwh"]["sum"] is not None
    assert row["values"]["test_accuracy"]["sum"] is None
    assert {stat["stderr"] for run in leaf["rows"] for stat in run["values"].values()} == {None}


def test_rows_are_in_the_spec_s_order(site: Path) -> None:
    """Rows are ordered by the ordering variable, highest first."""
    board = json.loads((site / "digits" / "leaderboard.json").read_text())
    means = [row["values"]["accuracy_per_wh"]["mean"] for row in board["rows"]]
    assert means == sorted(means, reverse=True)


def test_a_download_holds_the_samples_and_no_path(site: Path, sample: Path) -> None:
    """The zip has every sample of the log and our form of the info, without paths or process names."""
    with zipfile.ZipFile(site / RUN / "log.zip") as archive:
        assert archive.testzip() is None
        samples = archive.read("data.json").decode().splitlines()
        info = json.loads(archive.read("info.json"))
    logged = (sample / RUN.removeprefix("runs/") / "impacttracker" / "data.json").read_text()
    assert [json.loads(line) for line in samples] == [
        json.loads(line) for line in logged.splitlines()
    ]
    assert info["experiment_start"] < info["experiment_end"]
    assert not re.search(r'"[^"]*/(home|root|work|usr|tmp)/', json.dumps(info))


def test_pages_ask_no_other_host(site: Path) -> None:
    """No page loads anything from elsewhere: links are all that leads out."""
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', re.sub(r"<a\b[^>]*>", "", html))
        assert not [address for address in loaded if address.startswith(("http:", "https:", "//"))]
        assert "Content-Security-Policy" in html
        assert not re.search(r"<script(?![^>]*(?:src=|application/(?:ld\+)?json))", html)


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page of the site from disk; a complaint in the console fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(path: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"file://{site}/{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["index.html", f"{KNN}/index.html", f"{RUN}/index.html"])
def test_no_page_scrolls_sideways_on_a_phone(open_page: Callable[..., Any], path: str) -> None:
    """At 390 pixels every kind of page fits, before and after its charts are drawn."""
    page = open_page(path, viewport={"width": 390, "height": 844})
    for chart in page.locator(".wb-chart").all()[:2]:
        chart.scroll_into_view_if_needed()
        chart.locator(".wb-canvas .main-svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_a_click_on_a_point_opens_its_run(open_page: Callable[..., Any]) -> None:
    """Plotly replaces the drawing when the chart comes into view, and a point leads to the run's page."""
    page = open_page("digits/index.html", viewport={"width": 1200, "height": 900})
    chart = page.locator(".wb-chart").first
    assert chart.locator("svg.wb-svg").count() == 1
    chart.scroll_into_view_if_needed()
    chart.locator(".wb-canvas .main-svg").first.wait_for()
    # Runs first, then the means of their groups, which lead nowhere.
    point = chart.locator(".scatterlayer .point").first.bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    chart.locator(".hoverlayer .hovertext").first.wait_for()
    assert "seed_" in chart.locator(".hoverlayer").text_content()
    with page.expect_navigation():
        page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    assert "/runs/runs/digits/" in page.url
    assert page.locator("h1").inner_text().endswith(("seed_0", "seed_1", "seed_2"))


@pytest.mark.browser
def test_a_page_reads_without_javascript(open_page: Callable[..., Any]) -> None:
    """Without scripts the run page has its figures, an SVG for every chart, and its tables."""
    page = open_page(f"{RUN}/index.html", java_script_enabled=False)
    assert page.locator("svg.wb-svg .wb-line").count() >= 6
    assert page.locator(".wb-chart svg.wb-svg").count() == page.locator(".wb-chart").count()
    assert "Energy, with PUE" in page.locator(".wb-tiles").first.inner_text()
    assert page.locator("details").count() >= 2
