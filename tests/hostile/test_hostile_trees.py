"""Trees that lead astray: links, loops, things that are no files, and folders without a run."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from commands import (
    HEALTHY,
    Figures,
    build,
    contents,
    measured,
    only,
    published,
    state,
    wattboard,
    write_spec,
)
from golden import check_golden
from logs import as_lines, our_info, power_samples, seed_info, write_run

GOLDEN = Path(__file__).parent / "golden" / "trees"


def bad_run(tmp_path: Path) -> Path:
    """A run's log folder with an info and no samples yet."""
    folder = write_run(tmp_path / "logs" / "ppo" / "bad", power_samples(), None) / "impacttracker"
    (folder / "data.json").unlink()
    return folder


def check_skipped(case: str, tmp_path: Path, healthy: Figures) -> None:
    """The bad run is named and left out, the site is there, and nothing was written to the logs."""
    before = state(tmp_path / "logs")
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert published(tmp_path / "site") == healthy
    said = outcome.complaints(tmp_path).splitlines()
    check_golden(GOLDEN / f"{case}.txt", "\n".join(said) + "\n")
    assert state(tmp_path / "logs") == before
    assert wattboard("check", tmp_path / "logs").code == 1


@pytest.mark.parametrize("case", ["folder", "pipe", "socket", "device", "link_outside", "link_up"])
def test_samples_that_are_no_file_of_the_tree(
    case: str, tmp_path: Path, healthy: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A data.json that is a folder, pipe, socket or device, or leads out of the tree, is never opened."""
    log = bad_run(tmp_path)
    file = log / "data.json"
    outside = tmp_path / "outside.json"
    outside.write_bytes(as_lines(power_samples(cpu_w=999.0)))
    if case == "folder":
        file.mkdir()
    elif case == "pipe":
        os.mkfifo(file)
    elif case == "socket":
        monkeypatch.chdir(log)  # the name of a socket is limited to 107 bytes
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(file.name)
    elif case == "device":
        file.symlink_to("/dev/zero")
    elif case == "link_outside":
        file.symlink_to(outside)
    else:
        file.symlink_to(Path("..") / ".." / ".." / ".." / "outside.json")
    check_skipped(case, tmp_path, healthy)


@pytest.mark.parametrize("case", ["link_to_nothing", "link_to_itself"])
def test_samples_that_are_a_link_to_nothing(case: str, tmp_path: Path, healthy: Figures) -> None:
    """A data.json that links to nothing or to itself is told, and costs only its run."""
    (bad_run(tmp_path) / "data.json").symlink_to(
        "nowhere.json" if case == "link_to_nothing" else "data.json"
    )
    check_skipped(case, tmp_path, healthy)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("case", ["unreadable_samples", "unreadable_folder"])
def test_what_may_not_be_read(case: str, tmp_path: Path, healthy: Figures) -> None:
    """A log or folder without permission to read is told with the system's reason."""
    log = bad_run(tmp_path)
    (log / "data.json").write_bytes(as_lines(power_samples()))
    closed = log / "data.json" if case == "unreadable_samples" else log
    mode = closed.stat().st_mode
    closed.chmod(0)
    try:
        outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    finally:
        closed.chmod(mode)
    assert outcome.code == 0
    assert {r["run"]: r["metrics"] for r in json.loads(outcome.out)} == healthy
    assert "logs/ppo/bad/impacttracker" in outcome.err
    assert "Permission denied" in outcome.err


def test_an_error_while_reading_costs_its_run(
    tmp_path: Path, healthy: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails in the middle of a log skips that run by name, for root too."""
    from wattboard.sitegen.readers import samples

    (bad_run(tmp_path) / "data.json").write_bytes(as_lines(power_samples(3)))
    real = samples.read_blocks

    def failing(file: BinaryIO) -> Iterator[Any]:
        for block in real(file):
            yield block
            if "bad" in file.name:
                raise OSError(5, "Input/output error")

    monkeypatch.setattr(samples, "read_blocks", failing)
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert published(tmp_path / "site") == healthy
    assert (
        "logs/ppo/bad/impacttracker/data.json: expected a file that can be read, found: Input/output error"
        in outcome.err
    )


@pytest.mark.parametrize("name", ["info.json", "info.pkl"])
@pytest.mark.parametrize("case", ["link_outside", "pipe", "folder", "loop"])
def test_an_info_that_is_no_file_of_the_tree(
    case: str, name: str, tmp_path: Path, healthy: Figures
) -> None:
    """Such an info is not read: the run is shown without it."""
    samples = power_samples()
    file = write_run(tmp_path / "logs" / "ppo" / "bad", samples, None) / "impacttracker" / name
    outside = tmp_path / name
    secret = our_info(samples, pue=9.0)
    outside.write_bytes(
        seed_info(samples, experiment_impact_tracker_version="secret")
        if name == "info.pkl"
        else json.dumps(secret).encode()
    )
    match case:
        case "link_outside":
            file.symlink_to(outside)
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "loop":
            file.symlink_to(name)
    outcome = wattboard("measure", tmp_path / "logs", "--format", "json")
    assert outcome.code == 0
    figures = {record["run"]: record["metrics"] for record in json.loads(outcome.out)}
    assert only(figures, HEALTHY) == healthy
    bad = figures["logs/ppo/bad"]
    assert bad["facility_energy_kwh"] == pytest.approx(1.58 * 50 * 100 / 3.6e6)
    assert f"logs/ppo/bad/impacttracker/{name}: expected a file that can be read" in outcome.err


def test_folders_that_are_links(tmp_path: Path, healthy: Figures) -> None:
    """Links to folders are not entered: inside they would count runs twice, outside they are not the tree's."""
    logs = tmp_path / "logs"
    write_run(tmp_path / "elsewhere" / "secret", power_samples(cpu_w=999.0))
    (logs / "ppo" / "out").symlink_to(tmp_path / "elsewhere")
    (logs / "ppo" / "up").symlink_to(logs)
    (logs / "ppo" / "self").symlink_to(".")
    (logs / "ppo" / "sibling").symlink_to(logs / "dqn")
    (logs / "ppo" / "root").symlink_to("/")
    (logs / "a").symlink_to("b")
    (logs / "b").symlink_to("a")
    run = logs / "ppo" / "linked_log"
    run.mkdir()
    (run / "impacttracker").symlink_to(tmp_path / "elsewhere" / "secret" / "impacttracker")
    before = state(logs)
    outcome = build(tmp_path)
    assert outcome.code == 0
    assert published(tmp_path / "site") == healthy
    for name in ("out", "root", "linked_log/impacttracker"):
        assert f"logs/ppo/{name}: a symbolic link that leads out of the log folder" in outcome.err
    assert "elsewhere" not in outcome.messages(tmp_path)
    assert state(logs) == before


def test_links_within_the_tree_are_read(tmp_path: Path, healthy: Figures) -> None:
    """A log that is a link to a file of the same tree, as some storage tools make them, counts."""
    logs = tmp_path / "logs"
    store = logs / "store"
    store.mkdir()
    samples = power_samples(cpu_w=36.0)
    (store / "1").write_bytes(as_lines(samples))
    (store / "2").write_text(json.dumps(our_info(samples)))
    folder = logs / "ppo" / "annexed" / "impacttracker"
    folder.mkdir(parents=True)
    (folder / "data.json").symlink_to(Path("../../../store/1"))
    (folder / "info.json").symlink_to(store / "2")
    figures = measured(logs)
    assert only(figures, HEALTHY) == healthy
    assert figures["logs/ppo/annexed"]["energy_kwh"] == pytest.approx(0.001)


def test_a_log_folder_that_is_a_link(tmp_path: Path, healthy: Figures) -> None:
    """A log folder given by a link is read under the link's name."""
    (tmp_path / "by_link").symlink_to("logs")
    figures = measured(tmp_path / "by_link")
    assert figures == {path.replace("logs/", "by_link/", 1): healthy[path] for path in healthy}


def test_the_word_impacttracker_elsewhere_means_nothing(tmp_path: Path, healthy: Figures) -> None:
    """Only `impacttracker/data.json` makes a folder a run."""
    logs = tmp_path / "logs"
    write_run(logs / "impacttracker" / "run", power_samples(cpu_w=36.0))
    write_run(logs / "my_impacttracker_runs" / "run", power_samples(cpu_w=72.0))
    write_run(logs / "nested", power_samples(cpu_w=108.0))
    write_run(logs / "nested" / "inner", power_samples(cpu_w=144.0))
    write_run(logs / ".git" / "run", power_samples())
    for path in ("impacttracker", "data.json", "impacttracker.json", "Impacttracker/data.json"):
        file = logs / "ppo" / "no_run" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_lines(power_samples()))
    (logs / "ppo" / "no_samples" / "impacttracker").mkdir(parents=True)
    figures = measured(logs)
    assert only(figures, HEALTHY) == healthy
    energies = {run: f["energy_kwh"] for run, f in figures.items() if run not in HEALTHY}
    assert energies == {
        "logs/impacttracker/run": pytest.approx(0.001),
        "logs/my_impacttracker_runs/run": pytest.approx(0.002),
        "logs/nested": pytest.approx(0.003),
        "logs/nested/inner": pytest.approx(0.004),
    }


def test_log_folders_that_overlap_count_each_run_once(tmp_path: Path, healthy: Figures) -> None:
    """A folder given twice, or below another, adds nothing."""
    logs = tmp_path / "logs"
    assert measured(logs, logs) == healthy
    assert measured(logs, logs / "ppo", tmp_path / "logs" / ".." / "logs") == healthy


@pytest.mark.parametrize("command", ["build", "measure", "check"])
def test_log_folders_that_cannot_be_used(
    command: str, tmp_path: Path, healthy: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No folder, a file, one without runs, and two runs of one name: exit code 1, each named, nothing written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    shutil.copytree(tmp_path / "logs", tmp_path / "other" / "logs")
    spec = write_spec(tmp_path, {"Board": {}})
    cases = {
        "missing": ["nowhere"],
        "file": ["file"],
        "both_named": ["nowhere", "file", "logs"],
        "no_runs": ["empty"],
        "same_names": ["logs", "other/logs"],
    }
    said = ""
    for case, folders in cases.items():
        more = ["--site-spec", spec, "--output-dir", "site"] if command == "build" else []
        outcome = wattboard(command, *folders, *more)
        assert outcome.code == 1, case
        text = outcome.out if command == "check" else outcome.err
        said += f"{case}\n" + text.replace(f"{tmp_path}/", "")
        assert not (tmp_path / "site").exists()
    check_golden(GOLDEN / f"log_folders_{command}.txt", said)


def test_all_runs_bad_is_no_site(tmp_path: Path) -> None:
    """Where not one run can be used there is nothing to build: exit code 1, each run named."""
    write_run(tmp_path / "logs" / "a", b"")
    write_run(tmp_path / "logs" / "b", b"junk\n")
    outcome = build(tmp_path, spec={"Board": {}})
    assert outcome.code == 1
    assert not (tmp_path / "site").exists()
    check_golden(GOLDEN / "all_runs_bad.txt", outcome.messages(tmp_path))


def test_a_site_holds_no_path_of_the_machine(tmp_path: Path, healthy: Figures) -> None:
    """No page, data file or manifest says where the logs lay."""
    assert build(tmp_path).code == 0
    here = str(tmp_path).encode()
    for name, content in contents(tmp_path / "site").items():
        assert here not in content, name
