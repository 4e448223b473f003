"""What a second build does, counted: no more than what changed asks for, and no more than that changes on disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from edited_board import Board, counted, states
from wattboard.sitegen import search_index, shards
from wattboard.sitegen.cache import archive as archive_module
from wattboard.sitegen.cache import versions
from wattboard.sitegen.pages import all_runs, package_files
from wattboard.sitegen.pages.kept import KeptPages
from wattboard.sitegen.progress import Silence, Step

_IN_PROCESSES = """
import sys
from pathlib import Path
from edited_board import Board, counted
from wattboard.sitegen.pages import render
setattr(render, sys.argv[2], 1)
with counted() as work:
    Board(Path(sys.argv[1]), columns=tuple(sys.argv[3:]), jobs=2).build()
print(work["groups"], "groups here")
"""


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """Six runs in two leaves, built once."""
    made = Board(tmp_path)
    for i in range(4):
        made.run(f"a/seed_{i}", 50.0 + i, score=i + 1)
    for i in range(2):
        made.run(f"b/seed_{i}", 80.0 + i, score=i + 1)
    made.settle()
    _build_settled(made)
    return made


def _build_settled(board: Board) -> None:
    """Build, with times that are trusted: files made just now may change again within the same tick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wattboard.sitegen.step.FRESH_S", 0.0)
        patch.setattr("wattboard.sitegen.cache.extras.FRESH_S", 0.0)
        board.build()


def _changed(before: dict[str, tuple[int, int]], board: Board) -> set[str]:
    after = states(board.site)
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


def test_nothing_changed(board: Board) -> None:
    """No log is opened, no page made, no file written."""
    before = states(board.site)
    with counted() as work:
        board.build()
    assert dict(work) == {}
    assert _changed(before, board) == set()


def test_files_beside_pages_stay(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of groups that did not change are not written again, not even to be compared."""
    written = []
    write_text = Path.write_text

    def write(self: Path, *arguments: Any, **options: Any) -> int:
        written.append(f"{self.parent.name}/{self.name}")
        return write_text(self, *arguments, **options)

    board.run("a/seed_9", 60.0)
    monkeypatch.setattr(Path, "write_text", write)
    _build_settled(board)
    assert "a/leaderboard.json" in written
    assert not {name for name in written if name.startswith("b/")}
    board.check()


def test_one_run_added(board: Board) -> None:
    """One log is read, one run's page made; the pages of other runs stay as they are on disk."""
    before = states(board.site)
    board.run("a/seed_9", 60.0)
    with counted() as work:
        _build_settled(board)
    assert work == {"logs read": 1, "run pages": 1, "groups": 2}
    changed = _changed(before, board)
    assert {name for name in changed if name.startswith("runs/runs/")} == {
        f"runs/runs/a/seed_9/{name}" for name in ("index.html", "data.js", "badge.svg", "log.zip")
    }
    assert not {name for name in changed if name.startswith("b/")}
    assert {"a/index.html", "index.html", "runs/index.html", "runs.json"} <= changed
    board.check()


def test_one_run_added_to_lists_in_shards(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the lists, tables and index of all runs only the shard with the new run is made, none for one that is gone."""
    monkeypatch.setattr(shards, "_hash", lambda _: 0)  # a cut behind every run
    for module in (all_runs, package_files):
        monkeypatch.setattr(module, "WHOLE_UP_TO", 2)
    monkeypatch.setattr(search_index, "RUNS_IN_SEARCH", 2)
    board.run("b/seed_2", 82.0)
    board.settle()
    _build_settled(board)
    made = []
    text_of = KeptPages.text

    def text(self: KeptPages, name: str, digest: str, make: Callable[[], str]) -> str:
        def counts() -> str:
            made.append(name)
            return make()

        return text_of(self, name, digest, counts)

    monkeypatch.setattr(KeptPages, "text", text)
    board.run("a/seed_9", 60.0)
    _build_settled(board)
    kinds = {"rows", "packages", "json", "csv\0score", "index"}
    assert sorted(made) == sorted(f"{kind} of runs/a/seed_9" for kind in kinds)
    board.check()
    made.clear()
    board.remove("b/seed_1")
    _build_settled(board)
    assert made == []
    board.check()
    board.factor = 2.0
    _build_settled(board)
    board.check()


def test_one_run_changed(board: Board) -> None:
    """Of the same size, within the same second: read again, and its pages made again."""
    before = states(board.site)
    board.run("a/seed_1", 99.0, score=1)
    with counted() as work:
        board.build()
    assert work == {"logs read": 1, "logs hashed": 1, "run pages": 1, "groups": 2}
    assert not {name for name in _changed(before, board) if name.startswith("runs/runs/b/")}
    board.check()


def test_one_run_removed(board: Board) -> None:
    """Nothing is read; its page goes, and what the cache had of it."""
    board.remove("a/seed_2")
    with counted() as work:
        board.build()
    assert work == {"groups": 2}
    assert not (board.site / "runs/runs/a/seed_2").exists()
    assert len(list((board.cache / "files").rglob("*.zip"))) == 5
    board.check()


def test_times_that_changed_and_nothing_else(board: Board) -> None:
    """As after a checkout: logs are hashed and not read, and no page is made."""
    for file in board.logs.rglob("*.json"):
        os.utime(file)
    with counted() as work:
        board.build()
    assert work == {"logs hashed": 6}
    shutil.move(board.logs, board.folder / "away")
    shutil.copytree(board.folder / "away", board.logs)
    with counted() as work:
        board.build()
    assert work == {"logs hashed": 6}


def test_a_spec_that_changed(board: Board) -> None:
    """Descriptions and columns: nothing is read."""
    board.description = "Another one"
    with counted() as work:
        board.build()
    assert work == {"groups": 1}
    board.columns = ("facility_energy_kwh", "emissions_kg")
    with counted() as work:
        board.build()
    assert work == {"groups": 3, "run pages": 6}
    board.check()


@pytest.mark.parametrize(
    "threshold",
    ["_WORTH_A_PROCESS", "_RUNS_OF_A_PAGE"],
    ids=["many pages", "few pages of many runs"],
)
def test_pages_of_groups_made_by_several_processes(board: Board, threshold: str) -> None:
    """They are made elsewhere, are the same, and are there for the next build."""
    board.columns = ("facility_energy_kwh", "duration_hours")
    # In a process of its own: one in which other tests left threads is not to be copied.
    finished = subprocess.run(
        [sys.executable, "-c", _IN_PROCESSES, board.folder, threshold, *board.columns],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert finished.stdout == "0 groups here\n"
    with counted() as work:
        board.build()
    assert dict(work) == {}
    board.check()


class _Noted:
    """A `Progress` that writes down what it is shown."""

    def __init__(self) -> None:
        self.steps: dict[str, list[int | None]] = {}
        """How many things were done in each, of how many."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        done = self.steps[title] = [0, total]

        class Noting(Silence):
            def advance(self) -> None:
                done[0] += 1

        yield Noting()


def test_progress_where_one_process_makes_all(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of groups are much work: what is left of them is shown, as with several processes."""
    noted = _Noted()
    monkeypatch.setattr("wattboard.sitegen.plugin.progress", lambda: noted)
    board.columns = ("facility_energy_kwh", "emissions_kg")
    board.build()
    assert noted.steps["Making pages of groups"] == [3, 3]
    noted.steps.clear()
    board.build()
    assert "Making pages of groups" not in noted.steps


def test_a_processor_that_changed(board: Board) -> None:
    """It is run again, on all runs, and no log is opened."""
    board.factor = 2.0
    with counted() as work:
        board.build()
    assert work == {"groups": 3, "run pages": 6}
    board.check()


def test_a_result_file_that_changed(board: Board) -> None:
    """The processor looks at that run again, and at no other."""
    calls = board.folder / "calls"
    code = (board.folder / "score.py").read_text()
    noting = f"    open({str(calls)!r}, 'a').write(folder + '\\n')\n    text ="
    (board.folder / "score.py").write_text(code.replace("    text =", noting))
    board.spec = lambda: board.folder / "site.json"  # type: ignore[method-assign]
    _build_settled(board)
    assert len(calls.read_text().splitlines()) == 6
    (board.logs / "b/seed_1/score.txt").write_text("7")
    with counted() as work:
        board.build()
    assert calls.read_text().splitlines()[6:] == [str(board.logs / "b/seed_1") + "/"]
    assert work == {"groups": 2, "run pages": 1}


def test_a_new_reader_or_metric_makes_results_void(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All logs are read again; what the old one measured is dropped."""
    monkeypatch.setattr(versions, "measuring", lambda: "another")
    with counted() as work:
        board.build()
    assert work["logs read"] == 6
    assert len(list((board.cache / "files").rglob("*.zip"))) == 6


def test_a_new_template_makes_pages_void(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are made again, nothing is read, and what comes out the same is not written."""
    monkeypatch.setattr(versions, "rendering", lambda: "another")
    before = states(board.site)
    with counted() as work:
        board.build()
    assert work == {"groups": 3, "run pages": 6}
    assert _changed(before, board) == set()


def test_pages_that_were_made_again_stay(board: Board) -> None:
    """Once all run pages were made anew beside downloads that did not change, the next build makes none of them."""
    board.columns = ("facility_energy_kwh", "duration_hours")
    with counted() as work:
        board.build()
    assert work["run pages"] == 6
    with counted() as work:
        board.build()
    assert dict(work) == {}


def test_two_folders_by_turns(board: Board, tmp_path: Path) -> None:
    """A build for another folder makes nothing of the first one void."""
    board.build(tmp_path / "other")
    for folder in (board.site, tmp_path / "other", board.site):
        with counted() as work:
            board.build(folder)
        assert dict(work) == {}


def test_a_new_folder_for_the_site(board: Board) -> None:
    """Nothing is read: chart data and downloads are in the cache."""
    with counted() as work:
        board.build(board.folder / "second")
    assert work == {"run pages": 6}


def test_another_pue_and_back(board: Board) -> None:
    """Each has its own results, so going back costs no reading."""
    board.pue = 1.1
    with counted() as work:
        _build_settled(board)
    assert work["logs read"] == 6
    board.check()
    board.pue = None
    with counted() as work:
        board.build()
    assert work["logs read"] == 0
    board.check()


def test_files_of_the_site_that_someone_changed(board: Board) -> None:
    """A page that was deleted or overwritten is made again."""
    (board.site / "runs/runs/a/seed_0/index.html").write_text("mine")
    (board.site / "runs/runs/a/seed_1/log.zip").unlink()
    (board.site / "runs.csv").write_text("mine")
    (board.site / "a/leaderboard.json").write_text("mine")
    (board.site / "b/data.js").unlink()
    with counted() as work:
        board.build()
    assert work == {"run pages": 2}
    board.check()


def test_without_a_cache(board: Board) -> None:
    """`--no-cache` reads everything and keeps nothing."""
    shutil.rmtree(board.folder / ".cache")
    with counted() as work:
        board.build(cache=archive_module.CacheOptions(is_off=True))
    assert work["logs read"] == 6
    assert not (board.folder / ".cache").exists()
