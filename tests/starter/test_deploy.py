"""`wattboard deploy` to a real repository on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import wattboard
from logs import power_samples, write_run

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None and not os.environ.get("CI"), reason="git is missing"
)

ENVIRONMENT = os.environ | {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def deploy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("wattboard"), "deploy", *arguments]
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A leaderboard's repository with a bare one as its origin."""
    folder = tmp_path / "board"
    write_run(folder / "runs/ppo/seed_0", power_samples())
    assert wattboard("init", folder, "--yes").code == 0
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return folder


def test_the_site_is_on_the_branch(board: Path) -> None:
    """All of it, with the file that keeps GitHub from running Jekyll over it."""
    finished = deploy(board, "--message", "Publish {sha}")
    assert finished.returncode == 0, finished.stderr
    origin = board.parent / "origin.git"
    names = set(git(origin, "ls-tree", "-r", "--name-only", "gh-pages").splitlines())
    assert {"index.html", "runs.json", ".nojekyll"} <= names
    sha = git(board, "rev-parse", "--short", "HEAD").strip()
    assert git(origin, "log", "-1", "--format=%s", "gh-pages").strip() == f"Publish {sha}"


def test_a_domain_of_ones_own_stays(board: Path) -> None:
    """Also where it is on the published branch alone, as the settings of GitHub Pages put it there."""
    assert deploy(board).returncode == 0
    clone = board.parent / "clone"
    git(board.parent, "clone", "--quiet", "--branch=gh-pages", "origin.git", "clone")
    (clone / "CNAME").write_text("energy.example.org\n")
    git(clone, "add", "CNAME")
    git(clone, "commit", "--quiet", "-m", "Set the domain")
    git(clone, "push", "--quiet", "origin", "gh-pages")
    write_run(board / "runs/ppo/seed_1", power_samples())
    finished = deploy(board)
    assert finished.returncode == 0, finished.stderr
    origin = board.parent / "origin.git"
    assert git(origin, "show", "gh-pages:CNAME") == "energy.example.org\n"
    assert "seed_1" in git(origin, "show", "gh-pages:runs.json")


def test_a_remote_that_takes_nothing_is_no_defect(board: Path) -> None:
    """None of that name, or one that is not there: git's reason, and what to look at."""
    git(board, "remote", "set-url", "origin", str(board.parent / "nowhere.git"))
    for arguments in ((), ("--remote", "upstream")):
        finished = deploy(board, *arguments)
        assert finished.returncode == 1
        assert "does not appear to be a git repository" in finished.stderr
        assert f"git remote get-url {arguments[-1] if arguments else 'origin'}" in finished.stderr
        assert "defect" not in finished.stderr
        assert "Traceback" not in finished.stderr


def test_without_a_repository_it_says_so(tmp_path: Path) -> None:
    """And leaves no traceback."""
    folder = tmp_path / "board"
    write_run(folder / "runs/ppo/seed_0", power_samples())
    assert deploy(tmp_path).returncode == 2
    assert wattboard("init", folder, "--yes").code == 0
    finished = deploy(folder)
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
