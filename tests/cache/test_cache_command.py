"""`wattboard cache`, and what else people see of the cache."""

from __future__ import annotations

import json
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


def test_the_site_of_this_folder(
    board: Board, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where there is a mkdocs.yml, its site's cache is meant, as by a build; the user's own stays."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    assert wattboard("measure", board.logs).code == 0
    own = home / "wattboard"
    config = {
        "site_name": "Board",
        "docs_dir": str(home),
        "plugins": [{"wattboard": {"logdirs": ["runs"], "site_spec": "site.json"}}],
    }
    (board.folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.chdir(home)
    assert str(own) in wattboard("cache", "info").out
    named = wattboard("cache", "info", "--config", board.folder / "mkdocs.yml")
    monkeypatch.chdir(board.folder)
    said = wattboard("cache", "info")
    assert said == named
    assert str(board.cache) in said.out
    assert wattboard("cache", "clear").code == 0
    assert not board.cache.exists()
    assert own.exists()
    config["plugins"] = [{"wattboard": {"site_spec": "site.json", "cache_dir": str(own)}}]
    (board.folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    assert str(own) in wattboard("cache", "info").out


def test_a_site_that_is_not_there(board: Board) -> None:
    """A mistyped name must not delete the cache of the site beside it."""
    outcome = wattboard("cache", "clear", "--site-spec", board.folder / "stie.json")
    assert outcome.code == 2
    assert "does not exist" in outcome.err
    (board.folder / "mkdocs.yml").write_text("plugins: 7", encoding="utf-8")
    outcome = wattboard("cache", "clear", "--config", board.folder / "mkdocs.yml")
    assert outcome.code == 1
    assert "site_name" in outcome.err
    assert board.cache.exists()


def test_a_run_that_was_checked_counts_once(board: Board) -> None:
    """Though what `check` looks at is kept beside the figures."""
    spec = board.folder / "site.json"
    wattboard("check", board.logs, "--site-spec", spec)
    assert "2 runs as they were read" in wattboard("cache", "info", "--site-spec", spec).out


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
