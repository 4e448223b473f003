"""kill -9 at random moments: never an unreadable log, at most the sample in flight is lost.

`make soak` kills more often than CI does.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from trainings import read_info, read_samples, training, wait_until
from wattboard.sitegen import load_runs

N_KILLS = int(os.environ.get("WATTBOARD_KILLS", "10"))
VICTIMS = ("training", "monitor", "both")

GONE_S = 2.0
"""Within this time after the training's end nothing of the collector is left."""

AT_WORK = """
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with tracker():
    ready()
    burn(60)
"""


@pytest.mark.parametrize("seed", range(N_KILLS))
def test_a_kill_at_a_random_moment(tmp_path: Path, seed: int) -> None:
    """Training, monitor or both are killed, from the launch on: what is in the log can be read."""
    moment = random.Random(seed)
    victim = VICTIMS[seed % len(VICTIMS)]
    logdir = tmp_path / "run"
    with training(logdir, AT_WORK, until_ready=False) as run:
        wait_until(lambda: (logdir / "impacttracker").is_dir())
        time.sleep(moment.uniform(0, 0.8))
        n_written = n_lines(logdir)
        monitors = [] if victim == "training" else run.others("collector.monitor")
        if victim != "monitor":
            run.process.kill()
        for monitor in monitors:
            with suppress(psutil.NoSuchProcess):
                monitor.kill()
        if victim == "monitor":
            # What the training does not ask it is not told, and it goes on.
            assert run.process.poll() is None
            run.process.kill()
        run.wait()
        wait_until(lambda: not run.others("collector"), GONE_S + 1)
    assert n_lines(logdir) >= n_written
    check(logdir)


def n_lines(logdir: Path) -> int:
    """How many samples are written whole."""
    data = logdir / "impacttracker" / "data.json"
    return len(read_samples(logdir)) if data.exists() else 0


def check(logdir: Path) -> None:
    """The log is whole but for its last line, and the generator takes it as it is."""
    if not n_lines(logdir):
        return
    times = [sample["timestamp"] for sample in read_samples(logdir)]
    assert all(before < after for before, after in pairwise(times))
    assert read_info(logdir)["experiment_end"] is None
    row = load_runs([logdir.parent]).iloc[0]
    # Of one sample alone no duration is known.
    took_s = times[-1] - times[0] if len(times) > 1 else float("nan")
    assert row["duration_hours"] * 3600 == pytest.approx(took_s, abs=0.01, nan_ok=True)


def test_a_kill_in_the_midst_of_a_line(tmp_path: Path) -> None:
    """A line that was cut short is left out by the generator; all others count."""
    logdir = tmp_path / "run"
    with training(logdir, "with tracker(): ready(); burn(60)") as run:
        wait_until(lambda: len(read_samples(logdir)) >= 3)
        run.process.kill()
        run.wait()
        wait_until(lambda: not run.others())
    before = load_runs([tmp_path]).iloc[0]
    n_before = len(read_samples(logdir))
    data = logdir / "impacttracker" / "data.json"
    last = data.read_bytes().splitlines(keepends=True)[-1]
    with data.open("ab") as file:
        file.write(last[: len(last) // 2])
    assert len(read_samples(logdir)) == n_before
    after = load_runs([tmp_path]).iloc[0]
    assert after["energy_kwh"] == before["energy_kwh"]


@pytest.mark.parametrize("victim", VICTIMS)
def test_nothing_is_left_while_facts_are_gathered(tmp_path: Path, victim: str) -> None:
    """The process that gathers facts, slow as a network can be, goes with the one that wanted them."""
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with training(
        tmp_path / "run", "with tracker(): ready(); time.sleep(60)", environment=environment
    ) as run:
        wait_until(lambda: run.others("sleep 60"))
        monitor = run.monitor()
        if victim != "monitor":
            run.process.kill()
        if victim != "training":
            monitor.kill()
        wait_until(lambda: not [p for p in run.others() if p.is_running()], GONE_S + 1)
