"""What once cost the whole site, or a figure its meaning."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import (
    SPEC,
    Figures,
    build,
    contents,
    published,
    state,
    wattboard,
    write_healthy,
)
from logs import CPU_POWER, our_info, power_samples, write_run
from run_tables import json_records, read_records


@pytest.mark.parametrize("title", ["🚀 Rocket", "a: b", "- x", "#", '"', "yes"])
def test_any_title_names_a_site(title: str, tmp_path: Path, healthy: Figures) -> None:
    """A root's title is the site's name, whatever YAML would make of it."""
    outcome = build(tmp_path, spec={title: SPEC["Board"]})
    assert outcome.code == 0, outcome.err
    assert published(tmp_path / "site") == healthy


def test_a_log_folder_may_bear_any_name(tmp_path: Path) -> None:
    """Characters beyond the basic plane, and bytes that are no text at all."""
    for name in ("🚀logs", os.fsdecode(b"lo\xffgs")):
        write_run(tmp_path / name / "run")
        (tmp_path / "spec.json").write_text('{"Board": {}}')
        site = tmp_path / f"site{len(name)}"
        arguments = ("--site-spec", tmp_path / "spec.json", "--output-dir", site)
        outcome = wattboard("build", tmp_path / name, *arguments)
        assert outcome.code == 0, outcome.err
        assert len(json.loads((site / "runs.json").read_text())) == 1


@pytest.mark.parametrize("info", [None, b'{"format'], ids=["missing", "broken"])
def test_an_estimate_stays_one_without_its_info(
    info: bytes | None, sample: Path, tmp_path: Path
) -> None:
    """A log that has lost its info is not thereby measured."""
    shutil.copytree(
        sample / "runs" / "wine" / "random_forest" / "seed_0", tmp_path / "logs" / "run"
    )
    file = tmp_path / "logs" / "run" / "impacttracker" / "info.json"
    file.unlink() if info is None else file.write_bytes(info)
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    (record,) = json.loads(outcome.out)
    assert record["provenance"]["facility_energy_kwh"] == "estimated"


def test_page_leaf_and_file_agree_on_a_processor_s_figure(tmp_path: Path) -> None:
    """Where two processors give one name, the leaf's own counts, everywhere."""
    write_run(tmp_path / "logs" / "run")
    (tmp_path / "p.py").write_text("one = lambda *_: {'s': 1}\ntwo = lambda *_: {'s': 2}\n")
    leaf = {"extra_files_processor": "p.two", "executive_summary_variables": ["s"]}
    spec = {"Top": {"extra_files_processor": "p.one", "child_experiments": {"Leaf": leaf}}}
    assert build(tmp_path, spec=spec).code == 0
    site = tmp_path / "site"
    board = json.loads((site / "leaf" / "leaderboard.json").read_text())
    assert board["rows"][0]["values"]["s"]["mean"] == 2
    assert json.loads((site / "runs.json").read_text())[0]["metrics"]["s"] == 2
    assert read_records(site / "runs.parquet") == json_records(site / "runs.json")
    page = (site / "runs" / "logs" / "run" / "index.html").read_text()
    assert "<b>2.000</b>" in page
    assert "<b>1.000</b>" not in page


def test_readings_next_to_nothing_are_drawn(tmp_path: Path, healthy: Figures) -> None:
    """Watts at the smallest end of floating point cost no run its page."""
    for i, watts in enumerate((5e-324, 1e-310, 1e-29)):
        samples = power_samples(5)
        samples[2][CPU_POWER] = watts
        write_run(tmp_path / "logs" / "ppo" / f"tiny_{i}", samples)
    assert build(tmp_path).code == 0
    assert healthy.items() <= published(tmp_path / "site").items()


def test_a_processor_s_tiny_figures_cost_no_plot(tmp_path: Path, healthy: Figures) -> None:
    """A figure that cannot be told from zero is refused by name, and the site is built."""
    (tmp_path / "p.py").write_text("tiny = lambda *_: {'s': 5e-324}\n")
    node = {**SPEC["Board"], "extra_files_processor": "p.tiny"}
    node["executive_summary_plots"] = [{"x": "s", "y": "duration_hours"}]
    outcome = build(tmp_path, spec={"Board": node})
    assert outcome.code == 0
    assert "5e-324" in outcome.err


def test_a_run_called_as_its_neighbour_s_download(tmp_path: Path, healthy: Figures) -> None:
    """A run in a folder log.zip inside a run has a page of its own."""
    write_run(tmp_path / "logs" / "ppo" / "seed_0" / "log.zip")
    assert build(tmp_path).code == 0
    runs = json.loads((tmp_path / "site" / "runs.json").read_text())
    for run in runs:
        assert (tmp_path / "site" / run["address"] / "log.zip").is_file()
    assert len(runs) == len(healthy) + 1


def test_the_config_s_log_folders_are_safe_too(tmp_path: Path, healthy: Figures) -> None:
    """Logs named in mkdocs.yml are no less out of bounds than those of the command line."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))
    settings = {
        "site_name": "X",
        "theme": {"name": "wattboard"},
        "plugins": [{"wattboard": {"logdirs": ["logs"], "site_spec": "spec.json"}}],
    }
    (tmp_path / "mkdocs.yml").write_text(json.dumps(settings))
    (tmp_path / "logs" / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "logs" / "empty")
    before = state(tmp_path / "logs")
    for output in (tmp_path / "logs" / "site", tmp_path / "link"):
        arguments = ("--config", tmp_path / "mkdocs.yml", "--output-dir", output, "--force")
        outcome = wattboard("build", *arguments)
        assert outcome.code == 1
        assert "outside the logs" in outcome.err
    assert state(tmp_path / "logs") == before


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no second file system here")
def test_an_output_on_another_file_system(tmp_path: Path, healthy: Figures) -> None:
    """A link to a folder elsewhere is written to, again and again."""
    elsewhere = Path("/dev/shm") / f"wattboard-{os.getpid()}"
    elsewhere.mkdir()
    try:
        (tmp_path / "site").symlink_to(elsewhere)
        for _ in range(2):
            assert build(tmp_path).code == 0
            assert published(tmp_path / "site") == healthy
        assert not [path for path in elsewhere.parent.iterdir() if path.name.startswith(".wattb")]
    finally:
        shutil.rmtree(elsewhere)


def test_an_empty_folder_is_no_obstacle(tmp_path: Path, healthy: Figures) -> None:
    """An empty folder where a file of the site belongs gives way."""
    assert build(tmp_path).code == 0
    before = contents(tmp_path / "site")
    (tmp_path / "site" / "runs.json").unlink()
    (tmp_path / "site" / "runs.json" / "inner").mkdir(parents=True)
    assert build(tmp_path).code == 0
    assert contents(tmp_path / "site") == before


def test_a_log_s_own_pue_has_bounds(tmp_path: Path) -> None:
    """A PUE or an interval that no place has is left out with a message."""
    samples = power_samples(5)
    write_run(tmp_path / "logs" / "run", samples, our_info(samples, pue=1e9, interval_s=1e12))
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    metrics = json.loads(outcome.out)[0]["metrics"]
    assert metrics["facility_energy_kwh"] == pytest.approx(1.58 * metrics["energy_kwh"])
    assert "pue" in outcome.err
    assert "interval_s" in outcome.err


def test_times_that_no_clock_shows_are_told(tmp_path: Path) -> None:
    """A start in the year 1 is refused by `check` and by `measure`, and costs the start alone."""
    samples = power_samples(5)
    info = our_info(samples, experiment_start="0001-01-01T00:00:00+14:00")
    write_run(tmp_path / "logs" / "run", samples, info)
    assert "experiment_start" in wattboard("check", tmp_path / "logs").out
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    assert json.loads(outcome.out)[0]["metrics"]["duration_hours"] == pytest.approx(40 / 3600)


def test_check_tells_of_spec_and_logs_at_once(tmp_path: Path) -> None:
    """A broken spec does not hide a broken log; files are named as they lie, for annotations."""
    write_healthy(tmp_path)
    write_run(tmp_path / "logs" / "ppo" / "bad", b"{}\n")
    (tmp_path / "spec.json").write_text('{"Board": {"filtre": ""}}')
    outcome = wattboard("check", tmp_path / "logs", "--site-spec", tmp_path / "spec.json")
    assert outcome.code == 1
    assert "filtre" in outcome.out
    assert f"{tmp_path}/logs/ppo/bad/impacttracker/data.json:1" in outcome.out
    assert wattboard("check", "--site-spec", tmp_path / "spec.json").code == 1
    assert wattboard("check").code == 2


def test_plots_and_orders_by_what_no_run_has_are_told(tmp_path: Path) -> None:
    """Ordering or plotting CPU-only runs by GPU figures is a warning, also for figures of our own."""
    write_run(tmp_path / "logs" / "run")
    node = {
        "executive_summary_ordering_variable": "gpu_hours",
        "executive_summary_plots": [{"x": "gpu_energy_kwh", "y": "duration_hours"}],
    }
    outcome = build(tmp_path, spec={"Board": node})
    assert outcome.code == 0
    assert 'some run with the figure "gpu_hours"' in outcome.err
    assert 'some run with the figure "gpu_energy_kwh"' in outcome.err


def test_nested_log_folders_name_runs_by_the_outermost(tmp_path: Path, healthy: Figures) -> None:
    """Whichever of two nested log folders comes first, the runs are called the same."""
    logs = tmp_path / "logs"
    one = wattboard("measure", logs / "ppo", logs, "--format", "json").out
    other = wattboard("measure", logs, logs / "ppo", "--format", "json").out
    assert one == other
    assert {record["run"] for record in json.loads(one)} == healthy.keys()


def test_sigterm_leaves_nothing_behind(sample: Path, tmp_path: Path) -> None:
    """A build that is told to end removes what it began, and exits as ended by that signal."""
    command = [sys.executable, "-c", "from wattboard.sitegen.cli import main; main()", "build"]
    (tmp_path / "p.py").write_text(
        "import pathlib, time\n\n\ndef slow(*_):\n"
        "    pathlib.Path(__file__).with_name('begun').touch()\n    time.sleep(60)\n"
    )
    spec = tmp_path / "spec.json"
    spec.write_text('{"Board": {"extra_files_processor": "p.slow"}}')
    arguments = [sample / "runs", "--site-spec", spec, "--output-dir", tmp_path / "site"]
    process = subprocess.Popen(
        [*command, *map(str, arguments)], env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    deadline = time.monotonic() + 60
    try:
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == [
        ".cache",
        "begun",
        "p.py",
        "spec.json",
    ]
