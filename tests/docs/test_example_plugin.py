"""The example package, installed as a user would, and used from its entry points alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from logs import power_samples, write_run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/wattboard-example-plugin"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that finds the package."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLE, folder / "source")  # building writes beside it
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ]
    finished = subprocess.run(
        [*command, "--target", str(folder / "installed"), str(folder / "source")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return os.environ | {"PYTHONPATH": str(folder / "installed"), "WATTBOARD_REGION_LOOKUP": "off"}


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("wattboard")
    finished = subprocess.run(
        [command, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished


def test_its_reader_reads(environment: dict[str, str], tmp_path: Path) -> None:
    """The runs stand among others'; a line that is none is told of with its number."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/a.meter").write_text("# example meter\nppo,1.5,2\nnonsense\n")
    finished = run(environment, "measure", tmp_path / "logs", "--format", "json")
    (found,) = json.loads(finished.stdout)
    assert found["run"] == "logs/a.meter/ppo"
    assert found["metrics"]["energy_kwh"] == 1.5
    assert found["metrics"]["mean_power_w"] == 750
    assert "a.meter:3: expected name,kWh,hours, found 'nonsense'" in finished.stderr


def test_its_metric_is_shown(environment: dict[str, str], tmp_path: Path) -> None:
    """Measured in the processes that read, named by a spec, and on the pages with its label and unit."""
    for i, watts in enumerate((100.0, 300.0)):
        write_run(tmp_path / f"logs/seed_{i}", power_samples(gpu_w=[watts, *[50.0] * 10]))
    spec = {"GPUs": {"filter": None, "executive_summary_variables": ["peak_gpu_power_w"]}}
    (tmp_path / "site.json").write_text(json.dumps(spec))
    run(
        environment,
        *("build", tmp_path / "logs", "--site-spec", tmp_path / "site.json", "--jobs", "2"),
        *("--output-dir", tmp_path / "site", "--strict"),
    )
    board = json.loads((tmp_path / "site/leaderboard.json").read_text(encoding="utf-8"))
    (column,) = board["columns"]
    assert column == {"name": "peak_gpu_power_w", "label": "Highest GPU power", "unit": "W"}
    rows = {row["experiment"]: row["values"]["peak_gpu_power_w"]["mean"] for row in board["rows"]}
    assert sorted(rows.values()) == [100.0, 300.0]
    text = next((tmp_path / "site/runs").rglob("seed_1/index.html")).read_text(encoding="utf-8")
    assert "Highest GPU power" in text


def test_its_source_measures_and_its_grid_tells(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The power is that of the meter's file, and the intensity that of the example's grid."""
    (tmp_path / "watts").write_text("40.0")
    run(
        environment | {"EXAMPLE_METER_FILE": str(tmp_path / "watts")},
        *("track", "--log-dir", tmp_path / "run", "--interval", "0.1", "--region", "DEU"),
        *(
            "--live-intensity",
            "example-grid",
            "--",
            sys.executable,
            "-c",
            "import time; time.sleep(1.5)",
        ),
    )
    folder = tmp_path / "run/impacttracker"
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    assert {"name": "example meter", "kind": "power", "component": "cpu"} in info["power_sources"]
    assert info["live_intensity"]["provider"] == "example-grid"
    samples = [json.loads(line) for line in (folder / "data.json").read_text().splitlines()]
    assert samples[-1]["cpu_power_draw_absolute"] == 40.0
    assert samples[-1]["realtime_carbon_intensity"] == 123.0


def test_without_what_it_needs_another_source_is_used(environment: dict[str, str]) -> None:
    """And `doctor` says why it is not."""
    finished = run(environment, "doctor", "--format", "json")
    sources = {source["name"]: source for source in json.loads(finished.stdout)["power_sources"]}
    assert "EXAMPLE_METER_FILE is not set" in json.dumps(sources["example meter"])
