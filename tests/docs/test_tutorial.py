"""The tutorial, from the script to the published page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from page_blocks import hosted, run_page

PAGE = Path(__file__).resolve().parents[2] / "docs/tutorial.md"

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None and not os.environ.get("CI"), reason="git is missing"
)


def test_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    """Its commands succeed one after the other, and lead to what it says."""
    folder = tmp_path / "two-ways"
    folder.mkdir()
    host = hosted(folder, "ada/two-ways-to-train.git")
    run_page(PAGE, folder)

    published = subprocess.run(
        ["git", "-C", str(host), "show", "gh-pages:leaderboard.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = json.loads(published.stdout)["rows"]
    assert {row["experiment"]: row["n"] for row in rows} == {"Full batch": 3, "Mini batch": 3}
    assert all(row["values"]["accuracy_per_wh"]["mean"] > 0 for row in rows)
    after = json.loads((folder / "site/leaderboard.json").read_text(encoding="utf-8"))
    assert {row["experiment"]: row["n"] for row in after["rows"]} == {
        "Full batch": 4,
        "Mini batch": 3,
    }
    assert "kWh" in (folder / "statement.tex").read_text(encoding="utf-8")
    assert (folder / "appendix.tex").stat().st_size > 1000
