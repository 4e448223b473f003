"""Sites without the pages of some runs, or of any: those runs are named, and nothing leads to them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, small_lab
from links import dead_links
from page_data import page_data

LISTED = {"results/a/seed_0", "results/a/seed_1", "results/b/seed_0", "results/b/seed_1"}
UNLISTED = "results/c/seed_0"
PAGES = {"all": LISTED | {UNLISTED}, "listed": LISTED, "none": set()}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = small_lab(tmp_path / "lab")
    lab.run("c/seed_0")
    return lab


@pytest.mark.parametrize("which", PAGES)
def test_only_the_runs_asked_for_have_a_page(lab: Lab, which: str) -> None:
    """The others have no folder, no place in sitemap and search, no address in the files, and no link leads to one."""
    lab.settings({"run_pages": which}, site_url="https://lab.example.org/")
    site = lab.build()
    having = {
        file.parent.relative_to(site / "runs").as_posix()
        for file in (site / "runs").rglob("index.html")
    } - {"."}
    assert having == PAGES[which]
    assert dead_links(site) == []
    runs: list[dict[str, Any]] = json.loads(lab.read("runs.json"))
    assert {run["run"] for run in runs} == PAGES["all"]
    addresses = {run["run"]: run["address"] for run in runs if run["address"] is not None}
    assert addresses == {path: f"runs/{path}/" for path in PAGES[which]}
    rows = csv.DictReader((site / "runs.csv").open(encoding="utf-8"))
    assert {row["run"]: row["address"] for row in rows if row["address"]} == addresses
    for file in ("sitemap.xml", "search/search_index.json"):
        assert {path for path in PAGES["all"] if f"runs/{path}/" in lab.read(file)} == having


@pytest.mark.parametrize("which", PAGES)
def test_only_runs_with_a_page_can_be_compared(lab: Lab, which: str) -> None:
    """A comparison reads what lies beside a run's page."""
    lab.settings({"run_pages": which})
    site = lab.build()
    text = lab.read("compare/choices.js")
    choices = json.loads(text.removeprefix("wattboard.receive(").removesuffix(");\n"))
    assert {run[2] for run in choices["runs"]} == {f"runs/{path}/" for path in PAGES[which]}
    leaf = page_data(site / "method-a" / "index.html")
    assert len(leaf["runs"]) == (0 if which == "none" else 2)
    assert "seed_0" in lab.read("method-a/index.html")


def test_the_command_line_goes_before_the_settings(lab: Lab) -> None:
    """`--run-pages` as every option of `build`."""
    lab.settings({"run_pages": "all"})
    done = lab.wattboard(
        "build", "--config", "mkdocs.yml", "--output-dir", "site", "--run-pages", "none"
    )
    assert done.code == 0
    assert not list((lab.site / "runs").rglob("log.zip"))


def test_an_unknown_choice_is_refused(lab: Lab) -> None:
    """With those that there are."""
    lab.settings({"run_pages": "some"})
    done = lab.mkdocs()
    assert done.code != 0
    assert "'all', 'listed', 'none'" in done.err
