"""`wattboard convert`: what it writes where, says, and leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Outcome, wattboard
from logs import power_samples, seed_info, write_run

ZEUS = "start_time,window_name,elapsed_time,gpu0_energy\n1700000000,train,10,{joules}\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "zeus.csv").write_text(ZEUS.format(joules=500))
    return folder


def convert(*arguments: object) -> Outcome:
    return wattboard("convert", *arguments)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_paths_of_what_was_written_are_printed(logs: Path, tmp_path: Path) -> None:
    """Runs keep their names; each has a line on stderr, and its folder on stdout."""
    outcome = convert(logs, "--output-dir", tmp_path / "out")
    assert outcome.out == f"{tmp_path}/out/logs/zeus.csv/train\n"
    assert outcome.err == "converted: logs/zeus.csv/train: Zeus, 2 samples\n"
    assert set(contents(tmp_path / "out")) == {
        f"logs/zeus.csv/train/impacttracker/{name}" for name in ("data.json", "info.json")
    }


def test_a_file_by_itself(logs: Path, tmp_path: Path) -> None:
    """A file is converted to the same place as the folder that it lies in, and its neighbours are left."""
    (logs / "zeus2.csv").write_text(ZEUS.format(joules=7))
    outcome = convert(logs / "zeus.csv", logs / "zeus.csv", "--output-dir", tmp_path / "out")
    assert outcome.out == f"{tmp_path}/out/logs/zeus.csv/train\n"


def test_origin_without_folders(logs: Path, tmp_path: Path) -> None:
    """The log tells tool and file name, and nothing of where that lay."""
    convert(logs, "--output-dir", tmp_path / "out")
    text = (tmp_path / "out/logs/zeus.csv/train/impacttracker/info.json").read_text()
    assert json.loads(text)["origin"]["tool"] == "Zeus"
    assert json.loads(text)["origin"]["file"] == "zeus.csv"
    assert str(tmp_path) not in text


def test_the_same_again_changes_nothing(logs: Path, tmp_path: Path) -> None:
    """An identical log that is there already is fine, and named as unchanged."""
    convert(logs, "--output-dir", tmp_path / "out")
    before = contents(tmp_path / "out")
    outcome = convert(logs, "--output-dir", tmp_path / "out")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("unchanged: ")
    assert contents(tmp_path / "out") == before


def test_another_log_is_not_written_over(logs: Path, tmp_path: Path) -> None:
    """Unless --force is given; what else lies in the run's folder stays either way."""
    convert(logs, "--output-dir", tmp_path / "out")
    run = tmp_path / "out/logs/zeus.csv/train"
    (run / "progress.csv").write_text("mine")
    before = contents(tmp_path / "out")
    (logs / "zeus.csv").write_text(ZEUS.format(joules=900))
    outcome = convert(logs, "--output-dir", tmp_path / "out")
    assert (outcome.code, outcome.out) == (1, "")
    assert "expected no log, or one that is the same, found another" in outcome.err
    assert contents(tmp_path / "out") == before
    outcome = convert(logs, "--output-dir", tmp_path / "out", "--force")
    assert outcome.code == 0
    assert (run / "progress.csv").read_text() == "mine"
    assert '"gpu:all":900' in (run / "impacttracker/data.json").read_text()
    assert not list((tmp_path / "out").glob(".converting-*"))


def test_the_output_may_not_lie_in_the_logs(logs: Path) -> None:
    """What was made would be found as runs."""
    outcome = convert(logs, "--output-dir", logs / "out")
    assert outcome.code == 1
    assert "outside of what is converted" in outcome.err
    assert not (logs / "out").exists()


def test_nothing_that_can_be_converted(tmp_path: Path) -> None:
    """Totals are refused by the tool's name, once a file; a log of ours is none of another tool's. Exit code 1."""
    write_run(tmp_path / "logs" / "ours")
    (tmp_path / "logs/README.md").write_text("---\nco2_eq_emissions: 12\n---\n")
    outcome = convert(tmp_path / "logs", "--output-dir", tmp_path / "out")
    assert outcome.code == 1
    assert "logs/README.md: expected a time series, found totals alone" in outcome.err
    assert (
        "logs/ours: expected a log of another tool, found one that is in our format" in outcome.err
    )
    assert not (tmp_path / "out").exists()


def test_no_runs_at_all(tmp_path: Path) -> None:
    """An empty folder is an error that says where to look."""
    (tmp_path / "logs").mkdir()
    outcome = convert(tmp_path / "logs", "--output-dir", tmp_path / "out")
    assert outcome.code == 1
    assert "expected runs of other tools, found none" in outcome.err


def test_tables_of_a_spec_hold_totals(tmp_path: Path) -> None:
    """A table that a spec describes is found, and refused as one without a series."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/jobs.csv").write_text("id,J,s\n1,100,10\n2,200,10\n")
    spec = tmp_path / "spec.json"
    figures = {"energy_kwh": "J [J]", "duration_hours": "s [s]"}
    reader = {"files": "jobs*.csv", "tool": "Slurm", "key": "id", "figures": figures}
    spec.write_text(json.dumps({"Board": {"readers": [reader], "filter": ".*"}}))
    outcome = convert(tmp_path / "logs", "--output-dir", tmp_path / "out", "--site-spec", spec)
    assert outcome.code == 1
    assert "logs/jobs.csv: 2 runs: expected a time series" in outcome.err
    assert "Slurm" in outcome.err


def test_a_hostile_pickle_is_not_run(tmp_path: Path) -> None:
    """A seed log whose pickle would run code is refused, and the code is not run."""
    samples = power_samples()
    hostile = b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    write_run(tmp_path / "logs" / "bad", samples, hostile)
    write_run(tmp_path / "logs" / "good", samples, seed_info(samples))
    outcome = convert(tmp_path / "logs", "--output-dir", tmp_path / "out")
    assert outcome.code == 0
    assert not (tmp_path / "ran").exists()
    assert outcome.out == f"{tmp_path}/out/logs/good\n"
