"""The published figures and table, from the published logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from published import pong_folders, pong_spec
from run_tables import json_records, read_records
from wattboard.sitegen.catalog import figure_kinds

LEAF = "pongnoframeskip-v4-experiments"

pytestmark = pytest.mark.real_logs


def _wattboard(*arguments: str | Path, zone: str = "UTC") -> str:
    command = [sys.executable, "-c", "from wattboard.sitegen.cli import main; main()"]
    finished = subprocess.run(
        [*command, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TZ": zone},
    )
    return finished.stdout


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kathmandu"])
def test_every_run_has_its_published_figures(pong_logs: Path, shared_data: Path, zone: str) -> None:
    """All eight figures of all 20 runs equal the published ones, wherever the machine is."""
    expected = json.loads((shared_data / "expected_pong.json").read_text())["runs"]
    output = _wattboard("measure", *pong_folders(pong_logs), "--format", "json", zone=zone)
    records = {record["run"]: record["metrics"] for record in json.loads(output)}
    assert records.keys() == expected.keys()
    for run, metrics in records.items():
        ours = {kind.seed_name: metrics[kind.name] for kind in figure_kinds() if kind.seed_name}
        assert ours == pytest.approx(expected[run]["metrics"], rel=1e-9)


@pytest.fixture(scope="module")
def site(pong_logs: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published site, built from the published spec as it is."""
    folder = tmp_path_factory.mktemp("published")
    spec = pong_spec(folder, shared_data)
    _wattboard(
        "build", *pong_folders(pong_logs), "--site-spec", spec, "--output-dir", folder / "site"
    )
    return folder / "site"


def test_the_published_table_comes_out(site: Path, shared_data: Path) -> None:
    """The executive summary reads as published, digit for digit, rows in the same order."""
    published = json.loads((shared_data / "expected_pong.json").read_text())["executive_summary"]
    names = published["head"][0][2:]
    board = json.loads((site / LEAF / "leaderboard.json").read_text())
    assert [column["name"] for column in board["columns"]] == names
    rows = [
        [
            row["experiment"],
            *(
                f"{row['values'][n]['mean']:.3f} +/- {row['values'][n]['stderr']:.2f}"
                for n in names
            ),
        ]
        for row in board["rows"]
    ]
    assert rows == [row[1:] for row in published["body"]]


def test_the_processor_s_figures_are_the_published_ones(site: Path, shared_data: Path) -> None:
    """Each run's extra figures equal the published ones, and stand with the right run."""
    expected = json.loads((shared_data / "expected_pong.json").read_text())["runs"]
    for record in json.loads((site / "runs.json").read_text()):
        extra = expected[record["run"]]["extra"]
        assert {name: record["metrics"][name] for name in extra} == pytest.approx(extra, rel=1e-9)


def test_the_table_of_all_runs_holds_what_the_json_holds(site: Path) -> None:
    """`runs.parquet` equals `runs.json`, figure by figure, those of the processor included."""
    records = read_records(site / "runs.parquet")
    assert records == json_records(site / "runs.json")
    assert {"AverageReturn", "AverageReturnPerkWh"} <= records[0]["metrics"].keys()


def test_nothing_private_of_the_logs_is_published(site: Path) -> None:
    """The pickles' package paths, and with them a user's name, are nowhere in the site."""
    for file in site.rglob("*"):
        if file.is_file() and file.name != "plotly.min.js":
            content = file.read_bytes()
            assert b"/juice/" not in content, file
            assert b"phend" not in content, file
