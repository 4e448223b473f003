"""The page of a run: made from that run and the site's settings, and from no other run."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
from big_logs import many_runs, many_runs_spec
from paper_runs import result
from wattboard.sitegen.build import BuildOptions, build
from wattboard.sitegen.catalog import KNOWN_NAMES
from wattboard.sitegen.model import Group, Leaderboard
from wattboard.sitegen.pages.links import Links
from wattboard.sitegen.pages.render import PageContent, PageRenderer
from wattboard.sitegen.pages.site import Site
from wattboard.sitegen.plots.siblings import siblings_data
from wattboard.sitegen.progress import Silence
from wattboard.sitegen.spec import load_spec

ZIP_BYTES = 1000


def _board(folder: Path) -> Leaderboard:
    options = BuildOptions((folder / "logs",), folder / "spec.json", None, jobs=1)
    return build(options, Silence())


def _renderer(board: Leaderboard) -> PageRenderer:
    return PageRenderer(board, Site("Lab", address="https://example.org/"), Links(), Path())


def _pages(board: Leaderboard) -> dict[str, PageContent]:
    renderer = _renderer(board)
    return {run.location.path: renderer.run_page(run, run.charts, ZIP_BYTES) for run in board.runs}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty runs that one leaf lists."""
    many_runs(tmp_path / "logs", 20)
    many_runs_spec(tmp_path / "spec.json")
    return tmp_path


def test_a_page_is_the_same_whatever_other_runs_there_are(folder: Path) -> None:
    """Taking away a run that gives the others neither name nor address changes no other run's page."""
    before = _pages(_board(folder))
    gone = "logs/sac/lr_0.001/seed_0000"
    shutil.rmtree(folder / gone)
    after = _pages(_board(folder))
    assert before.pop(gone)
    assert after == before


def test_a_head_is_that_of_the_page(folder: Path) -> None:
    """What search, sitemap and index are told before a page is made is what the page then says."""
    board = _board(folder)
    renderer = _renderer(board)
    for run in board.runs:
        page = renderer.run_page(run, (), ZIP_BYTES)
        head = asdict(renderer.run_head(run))
        about = head.pop("about")
        assert head == {name: getattr(page, name) for name in head}
        assert page.summary == f"{run.location.path}, {about}"


def test_the_charts_are_those_that_are_handed_over(folder: Path) -> None:
    """A page without charts has neither their heading nor their data."""
    board = _board(folder)
    (run, *_) = board.runs
    page = _renderer(board).run_page(run, (), ZIP_BYTES)
    assert 'id="wb-charts"' not in page.html
    assert '"charts":{}' in page.files["data.js"]
    assert 'id="wb-charts"' in _renderer(board).run_page(run, run.charts, ZIP_BYTES).html


def _leaf(folder: Path, n_runs: int) -> Group:
    spec = load_spec(folder / "spec.json", KNOWN_NAMES)
    runs = (
        result(f"logs/run_{i}", cpu_kwh=1.0 + i / 7, gpu_kwh=float(i), hours=2.0 + i % 3)
        for i in range(n_runs)
    )
    return Group(spec.roots[0], "many-runs/", tuple(runs), ())


def test_what_a_leaf_says_of_many_runs_stays_small(folder: Path) -> None:
    """Beyond 200 runs a figure has 200 values, the lowest and the highest among them; quartiles are those of all."""
    leaf = _leaf(folder, 1000)
    data = siblings_data(leaf)
    assert len(json.dumps(data)) < 20_000
    assert len(data["figures"]) == 6
    for figure in data["figures"]:
        found = (leaf.figure(run, figure["key"]).value for run in leaf.runs)
        values = sorted(value * figure["factor"] for value in found if value is not None)
        assert (figure["n"], len(figure["values"])) == (1000, 200)
        assert figure["values"][0] == float(f"{values[0]:.4g}")
        assert figure["values"][-1] == float(f"{values[-1]:.4g}")
        assert figure["quartiles"][2] == pytest.approx((values[499] + values[500]) / 2)


def test_a_run_alone_has_no_siblings(folder: Path) -> None:
    """A leaf of one run has the file, and says nothing in it."""
    assert siblings_data(_leaf(folder, 1)) == {"kind": "siblings", "figures": []}
