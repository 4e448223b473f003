"""Runs of other tools in the cache: what a second build does, and what a change in their file changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import build, contents, published
from edited_board import counted, states
from emissions_rows import run_id, table
from mixed_tree import ROWS, SPEC, SWEEP, row, write_mixed


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files made just now are trusted as if they had been there for a while."""
    monkeypatch.setattr("wattboard.sitegen.step.FRESH_S", 0.0)
    monkeypatch.setattr("wattboard.sitegen.cache.extras.FRESH_S", 0.0)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return write_mixed(tmp_path)


def made(folder: Path, *more: object, output: str = "site") -> Path:
    """Build the site."""
    outcome = build(folder, "--jobs", 1, *more, spec=SPEC, output=output)
    assert outcome.code == 0, outcome.err
    return folder / output


def test_nothing_is_done_twice(tmp_path: Path, logs: Path) -> None:
    """A second build opens no log, makes no page, and writes no file; clean and kept builds are the same."""
    site = made(tmp_path)
    before = states(site)
    with counted() as work:
        made(tmp_path)
    assert dict(work) == {}
    assert states(site) == before
    assert contents(made(tmp_path, "--no-cache", output="clean")) == contents(site)


def test_a_row_appended_changes_its_own_pages(tmp_path: Path, logs: Path) -> None:
    """Of the runs, only the new one's page is made, and the others' stay as they are on disk."""
    site = made(tmp_path)
    before = states(site)
    (tmp_path / SWEEP).write_bytes(table(*(row(n) for n in (1, 2, 3, 4))))
    with counted() as work:
        made(tmp_path)
    assert (work["run pages"], work["logs read"]) == (1, 0)
    after = states(site)
    changed = {name for name in after if before.get(name) != after[name]}
    new = f"{SWEEP}/mnist-{run_id(4)[:8]}"
    assert {name for name in changed if name.startswith("runs/logs/")} == {
        f"runs/{new}/{name}" for name in ("index.html", "data.js", "badge.svg", "log.zip")
    }
    assert not {name for name in changed if name.startswith(("tracker/", "logs/"))}
    assert before.keys() <= after.keys()
    assert contents(made(tmp_path, "--no-cache", output="clean")) == contents(site)


def test_a_row_appended_leaves_the_runs_of_backups(tmp_path: Path, logs: Path) -> None:
    """Runs in a backup are as they were, unless the new row is one of them."""
    (logs / "sweep" / "emissions.csv.bak").write_bytes(table(row(7), row(8)))
    site = made(tmp_path)
    (tmp_path / SWEEP).write_bytes(table(*(row(n) for n in (1, 2, 3, 4))))
    with counted() as work:
        made(tmp_path)
    assert (work["run pages"], work["logs read"]) == (1, 0)
    (tmp_path / SWEEP).write_bytes(table(*(row(n) for n in (1, 2, 3, 4, 8))))
    made(tmp_path)
    kept = {run for run in published(site) if ".bak/" in run}
    assert kept == {f"{SWEEP}.bak/mnist-{run_id(7)[:8]}"}


def test_a_row_changed_changes_its_own_figures(tmp_path: Path, logs: Path) -> None:
    """A run that went on is measured anew; a run that is gone has no page."""
    site = made(tmp_path)
    (tmp_path / SWEEP).write_bytes(table(row(1), row(2, duration="9000", emissions="3")))
    with counted() as work:
        made(tmp_path)
    assert work["logs read"] == 0
    figures = published(site)
    assert figures[ROWS[1]]["emissions_kg"] == pytest.approx(3)
    assert figures[ROWS[1]]["duration_hours"] == pytest.approx(2.5)
    assert ROWS[2] not in figures
    assert not (site / "runs" / ROWS[2]).exists()
    assert contents(made(tmp_path, "--no-cache", output="clean")) == contents(site)
