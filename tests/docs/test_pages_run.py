"""What the documentation tells people to type works, page by page, in the order in which it stands there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from page_blocks import blocks, hosted, run_page

REPOSITORY = Path(__file__).resolve().parents[2]
ELSEWHERE = {
    "migrate-codecarbon": "test_migration_codecarbon.py runs it",
    "migrate-experiment-impact-tracker": "test_migration.py runs it",
    "tutorial": "test_tutorial.py runs it",
    "paper": "tests/paper/test_paper_walkthrough.py runs it",
    "performance": "benchmarks, of minutes each",
}
PAGES = [
    page
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    if page.stem not in ELSEWHERE and any(block.runs for block in blocks(page))
]

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None and not os.environ.get("CI"), reason="git is missing"
)


def prepare(folder: Path, *, begun: bool) -> None:
    """What a reader has at hand: the sample leaderboard, logs and a training of their own, in a git repository.

    Args:
        begun: Whether a spec is there, too.
    """
    sample = REPOSITORY / "sample_leaderboard"
    shutil.copytree(sample, folder / "sample_leaderboard", ignore=shutil.ignore_patterns(".*"))
    for method in ("logistic_regression", "random_forest"):
        shutil.copytree(sample / "runs/digits" / method, folder / "results" / method)
    if begun:
        children = "{Logistic regression: {filter: logistic}, Random forest: {filter: forest}}"
        spec = f"Board:\n  child_experiments: {children}\n"
        (folder / "site.yml").write_text(spec, encoding="utf-8")
    (folder / "train.py").write_text("", encoding="utf-8")
    hosted(folder, "ada/board.git")
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "train.py"],
        ["commit", "--quiet", "--message=Begin"],
        ["remote", "add", "origin", "git@github.com:ada/board.git"],
    ):
        subprocess.run([*git, *arguments], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_works(page: Path, tmp_path: Path) -> None:
    """Every block of shell without a mark ends well."""
    folder = tmp_path / "place"
    folder.mkdir()
    begins = any(block.runs and "wattboard init" in block.text for block in blocks(page))
    prepare(folder, begun=not begins)
    run_page(page, folder)


def test_blocks_are_found() -> None:
    """Lest the test above runs none; and what cannot run here stays the smaller part."""
    found = [block for page in PAGES for block in blocks(page) if block.language == "sh"]
    assert sum(block.runs for block in found) > 10
    assert sum(block.mark == "not run" for block in found) < len(found) / 2
