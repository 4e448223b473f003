"""A run that goes on in a further piece: nothing written over, nothing lost, nothing counted twice."""

from __future__ import annotations

import json
import shutil
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from trainings import INTERVAL_S, read_info, read_samples, training, wait_until
from wattboard.collector import ImpactTracker, LogExistsError
from wattboard.sitegen import load_runs


def work(seconds: float) -> None:
    """Keep a CPU busy."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def measured(logdir: Path, seconds: float) -> None:
    with ImpactTracker(logdir, interval=INTERVAL_S, resume=True):
        work(seconds)


def test_a_run_in_pieces_is_the_sum_of_them(tmp_path: Path) -> None:
    """The energy of a run that was cut is what its pieces have by themselves, and time between is none."""
    run = tmp_path / "whole" / "run"
    for seconds in (0.3, 0.2, 0.4):
        measured(run, seconds)
    names = ["", "resume-2", "resume-3"]
    assert [read_info(run, name)["part"] for name in names[1:]] == [
        {"name": name, "rank": 0, "of": None} for name in names[1:]
    ]
    for name in names:
        piece = tmp_path / "pieces" / f"piece-{name}" / "impacttracker"
        piece.mkdir(parents=True)
        for file in ("info.json", "data.json"):
            shutil.copy(run / "impacttracker" / (f"part-{name}" if name else "") / file, piece)
    (whole,) = load_runs([tmp_path / "whole"]).itertuples()
    pieces = load_runs([tmp_path / "pieces"])
    assert len(pieces) == 3
    for figure in (
        "energy_kwh",
        "facility_energy_kwh",
        "cpu_energy_kwh",
        "cpu_hours",
        "duration_hours",
    ):
        assert getattr(whole, figure) == pytest.approx(pieces[figure].sum(), rel=1e-9), figure
    assert whole.cpu_hours * 3600 == pytest.approx(0.9, abs=0.15)
    assert whole.measured_share == 1


def test_without_resume_a_log_is_refused(tmp_path: Path) -> None:
    """Pieces are added only when asked for, and each piece is a log of its own."""
    measured(tmp_path, 0)
    with pytest.raises(LogExistsError, match="resume"):
        ImpactTracker(tmp_path).launch_impact_monitor()
    assert sorted(path.name for path in (tmp_path / "impacttracker").iterdir()) == [
        "data.json",
        "impact_tracker_log.log",
        "info.json",
    ]


@pytest.mark.parametrize("piece", ["", "resume-2"])
def test_a_log_that_is_being_written_is_not_resumed(tmp_path: Path, piece: str) -> None:
    """Two trackers would measure the same processes: the second one is refused, until the first ends."""
    if piece:
        measured(tmp_path, 0)
    with ImpactTracker(tmp_path, interval=INTERVAL_S, resume=True):
        with pytest.raises(LogExistsError, match="another tracker is writing"):
            ImpactTracker(tmp_path, resume=True).launch_impact_monitor()
        assert len(list(tmp_path.rglob("data.json"))) == (2 if piece else 1)
    measured(tmp_path, 0)
    assert len(list(tmp_path.rglob("data.json"))) == (3 if piece else 2)


def test_a_killed_run_is_resumed(tmp_path: Path) -> None:
    """After kill -9, as of a preempted job, the run goes on in a new piece, and both count."""
    with training(tmp_path / "run", "with tracker(): burn(0.3); ready(); time.sleep(60)") as run:
        wait_until(lambda: read_samples(tmp_path / "run")[-1]["attributable_cpu_seconds"] >= 0.25)
        run.process.kill()
        run.wait()
        wait_until(lambda: not run.others())
    with (tmp_path / "run" / "impacttracker" / "data.json").open("a") as file:
        file.write('{"timestamp": 17')
    measured(tmp_path / "run", 0.3)
    assert read_info(tmp_path / "run")["experiment_end"] is None
    assert read_info(tmp_path / "run", "resume-2")["experiment_end"] is not None
    (row,) = load_runs([tmp_path]).itertuples()
    assert row.cpu_hours * 3600 == pytest.approx(0.6, abs=0.15)


def test_a_rank_is_resumed_in_its_own_part(tmp_path: Path) -> None:
    """Rank 1 goes on beside its first part; rank 0's log has nothing to do with it."""
    for _ in range(2):
        with ImpactTracker(tmp_path, interval=INTERVAL_S, resume=True, rank=1):
            pass
    assert read_info(tmp_path, "rank-1-resume-2")["part"]["name"] == "rank-1-resume-2"
    assert len(list(tmp_path.rglob("data.json"))) == 2


def test_of_many_that_resume_at_once_each_has_a_log_of_its_own(tmp_path: Path) -> None:
    """Whoever comes when, no log is written by two."""
    measured(tmp_path, 0)
    trackers = [ImpactTracker(tmp_path, interval=60, resume=True) for _ in range(4)]
    refused = []

    def launch(tracker: ImpactTracker) -> None:
        try:
            tracker.launch_impact_monitor()
        except LogExistsError as error:
            refused.append(error)

    threads = [threading.Thread(target=launch, args=(tracker,)) for tracker in trackers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tracker in trackers:
        tracker.stop()
    logs = list(tmp_path.rglob("data.json"))
    assert len(logs) == 1 + len(trackers) - len(refused)
    for log in logs:
        times = [json.loads(line)["timestamp"] for line in log.read_text().splitlines()]
        assert all(before < after for before, after in pairwise(times))
