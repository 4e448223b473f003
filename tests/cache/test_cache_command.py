"""`wattboard cache`, and what else people see of the cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import wattboard
from edited_board import Board


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """Two runs, built."""
    made = Board(tmp_path)
    made.run("a/seed_0", 50.0)
    made.run("b/seed_0", 51.0)
    made.build()
    return made


def test_info_and_clear(board: Board) -> None:
    """What it holds, where it is; then it is gone, and nothing beside it."""
    spec = board.folder / "site.json"
    said = wattboard("cache", "info", "--site-spec", spec)
    assert said.code == 0
    assert str(board.cache) in said.out
    assert "2 runs as they were read" in said.out
    assert wattboard("cache", "clear", "--site-spec", spec).code == 0
    assert not board.cache.exists()
    assert board.site.exists()
    assert "there is no cache" in wattboard("cache", "info", "--site-spec", spec).out


def test_clear_deletes_no_other_folder(board: Board, tmp_path: Path) -> None:
    """Not one of someone else's that is named by mistake."""
    outcome = wattboard("cache", "clear", "--cache-dir", board.site)
    assert outcome.code == 1
    assert "expected a cache of wattboard's" in outcome.err
    assert (board.site / "index.html").exists()


def test_both_options_are_one_too_many(board: Board) -> None:
    outcome = wattboard("measure", board.logs, "--no-cache", "--cache-dir", board.cache)
    assert outcome.code == 2
    assert "found both" in outcome.err


def test_a_cache_elsewhere(board: Board, tmp_path: Path) -> None:
    """`--cache-dir` is used by other commands, too; no log is needed for what it knows."""
    elsewhere = tmp_path / "elsewhere"
    first = wattboard("measure", board.logs, "--format", "json", "--cache-dir", elsewhere)
    assert first.code == 0
    assert (elsewhere / "runs.sqlite").exists()
    assert "runs.sqlite" not in (elsewhere / ".gitignore").read_text()
    assert (elsewhere / ".gitignore").read_text() == "*\n"
    again = wattboard("measure", board.logs, "--format", "json", "--cache-dir", elsewhere)
    assert again == first
