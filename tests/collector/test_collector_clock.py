"""Time: by a clock that nobody sets, at a steady interval, and never made up for."""

from __future__ import annotations

import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from trainings import INTERVAL_S, clean_environment, read_info, read_samples, training, wait_until
from wattboard.collector.sampler import Clock

SET_BACK = """
import time

real, begun_s = time.time, time.monotonic()
time.time = lambda: real() - (86400.0 if time.monotonic() - begun_s > 0.6 else 0.0)
"""
"""For every Python that is started: the system's clock goes back by a day, soon after."""


def times(logdir: Path) -> list[float]:
    return [float(sample["timestamp"]) for sample in read_samples(logdir)]


def test_a_clock_that_is_set_changes_no_time_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of a run rise with the monotonic clock, from the time of day at its beginning."""
    clock = Clock()
    now_s, monotonic_s = time.time(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert clock.at(monotonic_s) == pytest.approx(now_s, abs=0.1)
    assert clock.at(monotonic_s + 5) - clock.at(monotonic_s) == pytest.approx(5)


def test_a_clock_set_back_while_a_run_is_measured(tmp_path: Path) -> None:
    """Samples stay in order, in steady steps, and the run's end comes after its beginning."""
    (tmp_path / "sitecustomize.py").write_text(SET_BACK)
    environment = clean_environment(PYTHONPATH=str(tmp_path))
    begun_s = time.time()
    code = "with tracker():\n    while time.time() > float(sys.argv[2]): burn(0.1)\n    burn(0.5)"
    with training(
        tmp_path / "run", code, str(begun_s - 3600), until_ready=False, environment=environment
    ) as run:
        assert run.wait() == 0
    stamps = times(tmp_path / "run")
    steps = [after - before for before, after in pairwise(stamps)]
    assert min(steps) > 0
    assert median(steps) == pytest.approx(INTERVAL_S, rel=0.2)
    assert begun_s <= stamps[0] <= stamps[-1] <= time.time()
    info = read_info(tmp_path / "run")
    start, end = (datetime.fromisoformat(info[f"experiment_{name}"]) for name in ("start", "end"))
    assert (end - start).total_seconds() == pytest.approx(stamps[-1] - stamps[0], abs=0.01)


def test_the_interval_is_steady(tmp_path: Path) -> None:
    """The time that a sample takes, or is late, does not add up: n intervals take n times as long."""
    with training(tmp_path, "with tracker(): ready(); burn(60)") as run:
        wait_until(lambda: len(times(tmp_path)) > 12)
        run.process.kill()
    stamps = times(tmp_path)
    phases = [(stamp - stamps[0]) / INTERVAL_S for stamp in stamps]
    late = [phase - round(phase) for phase in phases]
    assert median(late) == pytest.approx(0, abs=0.2)
    assert len(set(map(round, phases))) > 8


def test_overdue_samples_are_left_out(tmp_path: Path) -> None:
    """After a time in which the monitor could not run there is a gap, not a burst of samples."""
    with training(tmp_path, "with tracker(): ready(); time.sleep(60)") as run:
        wait_until(lambda: len(times(tmp_path)) > 3)
        run.monitor().suspend()
        time.sleep(0.7)
        run.monitor().resume()
        wait_until(lambda: max(b - a for a, b in pairwise(times(tmp_path))) > 0.6)
        n_before = len(times(tmp_path))
        wait_until(lambda: len(times(tmp_path)) > n_before + 4)
        run.process.kill()
    stamps = times(tmp_path)
    assert (stamps[-1] - stamps[0]) / INTERVAL_S > len(stamps) + 3
