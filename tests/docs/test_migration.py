"""The page for users of experiment-impact-tracker, run as it stands there: script, spec and commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from page_blocks import run_page

PAGE = Path(__file__).resolve().parents[2] / "docs/migrate-experiment-impact-tracker.md"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder in which all blocks of the page were saved or run, in their order, and what the commands printed."""
    folder = tmp_path_factory.mktemp("project")
    return folder, run_page(PAGE, folder)


def test_the_script_changes_in_its_import_alone() -> None:
    """Every line that names the old package is an import, and has the old one beside it."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    pairs = [
        (line.removeprefix("# was: "), lines[n + 1])
        for n, line in enumerate(lines)
        if line.startswith("# was: ")
    ]
    assert len(pairs) == 2
    for old, new in pairs:
        assert new.split(" import ")[1] == old.split(" import ")[1]


def test_the_site_has_the_runs(project: tuple[Path, list[str]]) -> None:
    """Both networks, with their runs and the columns of the spec."""
    folder, _ = project
    data = json.loads((folder / "site/leaderboard.json").read_text(encoding="utf-8"))
    assert [(row["experiment"], row["n"]) for row in data["rows"]] == [
        ("Transformer Network", 2),
        ("Conv Network", 1),
    ]
    assert "total_power" in data["rows"][0]["values"]


def test_statement_and_sums(project: tuple[Path, list[str]]) -> None:
    """Another PUE gives another statement; the sums of two runs are those of each."""
    _, printed = project
    statements, sums = printed[2], printed[3]
    assert "1.58" in statements
    assert "1.1" in statements
    one, other, both, _, pue = sums.split()
    assert float(one) + float(other) == pytest.approx(float(both))
    assert float(pue) == 1.58
