"""The page of a run: made from that run and the site's settings, and from no other run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from big_logs import many_runs, many_runs_spec
from measured import opened
from paper_runs import result
from wattboard.sitegen.catalog import known_names
from wattboard.sitegen.model import Group, Leaderboard
from wattboard.sitegen.pages.content import PageContent
from wattboard.sitegen.pages.kept import KeptPages
from wattboard.sitegen.pages.links import Links
from wattboard.sitegen.pages.render import PageRenderer
from wattboard.sitegen.pages.site import Site
from wattboard.sitegen.plots.siblings import siblings_data
from wattboard.sitegen.spec import load_spec


@contextmanager
def _rendering(folder: Path) -> Iterator[tuple[Leaderboard, PageRenderer]]:
    with opened(folder / "logs", folder / "spec.json") as (board, archive):
        site, kept = Site("Lab", address="https://example.org/"), KeptPages(archive.store, "lab")
        yield board, PageRenderer(board, site, Links(), kept)


def _pages(folder: Path) -> dict[str, PageContent]:
    with _rendering(folder) as (board, renderer):
        return {
            run.location.path: renderer.run_page(run, board.files.charts(run)) for run in board.runs
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty runs that one leaf lists."""
    many_runs(tmp_path / "logs", 20)
    many_runs_spec(tmp_path / "spec.json")
    return tmp_path


def test_a_page_is_the_same_whatever_other_runs_there_are(folder: Path) -> None:
    """Taking away a run that gives the others neither name nor address changes no other run's page."""
    before = _pages(folder)
    gone = "logs/sac/lr_0.001/seed_0000"
    shutil.rmtree(folder / gone)
    after = _pages(folder)
    assert before.pop(gone)
    assert after == before


def test_a_head_is_that_of_the_page(folder: Path) -> None:
    """What search, sitemap and index are told before a page is made is what the page then says."""
    with _rendering(folder) as (board, renderer):
        for run in board.runs:
            page = renderer.run_page(run, ())
            head = asdict(renderer.run_head(run))
            about = head.pop("about")
            assert head == {name: getattr(page, name) for name in head}
            assert page.summary == f"{run.location.path}, {about}"


def test_the_charts_are_those_that_are_handed_over(folder: Path) -> None:
    """A page without charts has neither their heading nor their data."""
    with _rendering(folder) as (board, renderer):
        run = board.runs[0]
        page = renderer.run_page(run, ())
        assert 'id="wb-charts"' not in page.html
        assert '"charts":{}' in page.files["data.js"]
        assert 'id="wb-charts"' in renderer.run_page(run, board.files.charts(run)).html


def _leaf(folder: Path, n_runs: int) -> Group:
    spec = load_spec(folder / "spec.json", known_names())
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
