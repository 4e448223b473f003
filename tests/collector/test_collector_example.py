"""The example experiment that users copy from."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "my_experiment.py"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log folder with one run of the example, which ended as it should."""
    folder = tmp_path_factory.mktemp("logs")
    command = [sys.executable, str(EXAMPLE), "--log-dir", str(folder / "seed_7")]
    # Threads of numpy's that wait for each other take many times as long on a busy machine.
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [*command, "--steps", "300", "--seed", "7"], env=os.environ | single, check=True, timeout=60
    )
    return folder


def test_the_example_writes_a_log_that_the_generator_reads(logs: Path) -> None:
    """The run that the example has logged has a duration, and the CPU time that it used."""
    pytest.importorskip("pandas", reason="the generator is not installed")
    from wattboard.sitegen import load_runs

    runs = load_runs([logs])
    assert list(runs.index) == [f"{logs.name}/seed_7"]
    run = runs.iloc[0]
    assert 0 < run["duration_hours"] < 1 / 60
    assert run["cpu_hours"] > 0


def test_the_example_writes_its_results_beside_the_log(logs: Path) -> None:
    """Each step has a row with its loss, and the network has learned something."""
    with (logs / "seed_7" / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 301))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert (logs / "seed_7" / "impacttracker" / "info.json").is_file()
