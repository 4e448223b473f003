"""Several processes that work on one run: parts without a clash, and no energy twice."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from trainings import Job, clean_environment, read_info, read_samples, run_training, training
from wattboard.collector import CollectorError, ImpactTracker, LogExistsError
from wattboard.collector.ranks import rank_from
from wattboard.sitegen import load_runs

TORCHRUN = ("RANK", "WORLD_SIZE")
SRUN = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS")

RANK = """
with tracker():
    ready()
    sys.stdin.readline()
    before = time.process_time()
    burn(float(sys.argv[2]))
    ready(time.process_time() - before)
    sys.stdin.readline()
"""


def cpu_seconds(logdir: Path, part: str = "") -> float:
    return float(read_samples(logdir, part)[-1]["attributable_cpu_seconds"])


def go_on(run: Job) -> None:
    assert run.process.stdin is not None
    run.process.stdin.write("\n")
    run.process.stdin.flush()


def part_name(rank: int) -> str:
    return f"rank-{rank}" if rank else ""


@pytest.mark.parametrize("launcher", [TORCHRUN, SRUN])
def test_ranks_write_parts_of_one_run(tmp_path: Path, launcher: tuple[str, str]) -> None:
    """Each has its own folder and counts its own work alone, whatever starts and ends when."""
    logdir = tmp_path / "run"
    took = {}
    with ExitStack() as stack:
        ranks = {}
        for rank in (2, 0, 1):
            environment = clean_environment(**{launcher[0]: str(rank), launcher[1]: "3"})
            ranks[rank] = stack.enter_context(
                training(
                    logdir,
                    RANK,
                    f"{0.2 + 0.2 * rank}",
                    environment=environment,
                    stdin=subprocess.PIPE,
                )
            )
        for run in ranks.values():
            go_on(run)
        for rank, run in ranks.items():
            took[rank] = float(run.line().removeprefix("ready "))
        for run in ranks.values():
            go_on(run)
        assert [run.wait() for run in ranks.values()] == [0, 0, 0]
    for rank in ranks:
        assert cpu_seconds(logdir, part_name(rank)) == pytest.approx(took[rank], abs=0.1)
        info = read_info(logdir, part_name(rank))
        assert info["part"] == {"name": part_name(rank), "rank": rank, "of": 3}
        assert info["node"] == read_info(logdir)["node"]
    (row,) = load_runs([tmp_path]).itertuples()
    assert row.cpu_hours * 3600 == pytest.approx(sum(took.values()), abs=0.3)


RANK_0 = """
rank_1 = None
with tracker():
    if os.environ["RANK"] == "0":
        rank_1 = subprocess.Popen(
            [sys.executable, *sys.argv], env={**os.environ, "RANK": "1"}, stdout=subprocess.PIPE
        )
        worker = subprocess.Popen([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"])
        worker.wait()
    burn(0.7 if rank_1 else 1)
    if rank_1: output, _ = rank_1.communicate()
if rank_1:
    sys.stdout.buffer.write(output)
ready(time.process_time())
"""


def test_a_rank_that_rank_0_started_is_not_counted_twice(tmp_path: Path) -> None:
    """As Lightning does: what rank 1 uses is in its own part, and the sum over the parts is right."""
    logdir = tmp_path / "run"
    environment = clean_environment(RANK="0", WORLD_SIZE="2")
    status, output = run_training(logdir, RANK_0, environment=environment)
    assert status == 0
    rank_1, rank_0 = (float(line.removeprefix("ready ")) for line in output.splitlines())
    assert cpu_seconds(logdir, "rank-1") == pytest.approx(1.0, abs=0.25)
    total = cpu_seconds(logdir) + cpu_seconds(logdir, "rank-1")
    assert total == pytest.approx(rank_0 + 0.5 + rank_1, abs=0.5)
    workers = [sample["process_ids"] for sample in read_samples(logdir, "rank-1")]
    assert max(len(pids) for pids in workers) == 1


def test_the_same_rank_twice_is_refused(tmp_path: Path) -> None:
    """The second one is told at once, and the first one's part stays as it is."""
    with ImpactTracker(tmp_path, rank=1, interval=0.1):
        second = ImpactTracker(tmp_path, rank=1)
        with pytest.raises(LogExistsError, match=r"part-rank-1: expected a folder without a log"):
            second.launch_impact_monitor()
    assert read_info(tmp_path, "rank-1")["experiment_end"] is not None
    assert [path.name for path in (tmp_path / "impacttracker").iterdir()] == ["part-rank-1"]


@pytest.mark.parametrize("rank", [-1, 1.5, "1", None])
def test_a_rank_is_a_whole_number(tmp_path: Path, rank: int | None) -> None:
    """Another one is refused; None is what the launcher says."""
    if rank is None:
        ImpactTracker(tmp_path, rank=rank)
    else:
        with pytest.raises(CollectorError, match="rank: expected a whole number"):
            ImpactTracker(tmp_path, rank=rank)


@pytest.mark.parametrize(
    ("environ", "rank"),
    [
        ({}, (0, None)),
        ({"RANK": "3", "WORLD_SIZE": "8"}, (3, 8)),
        ({"RANK": "0", "WORLD_SIZE": "8"}, (0, 8)),
        ({"RANK": "0", "WORLD_SIZE": "1"}, (0, None)),
        ({"RANK": "3"}, (0, None)),
        ({"RANK": "8", "WORLD_SIZE": "8"}, (0, None)),
        ({"RANK": "-1", "WORLD_SIZE": "8"}, (0, None)),
        ({"RANK": "gold", "WORLD_SIZE": "silver"}, (0, None)),
        ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"}, (1, 2)),
        ({"PMI_RANK": "1", "PMI_SIZE": "2"}, (1, 2)),
        ({"SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "6"}, (5, 6)),
        # A batch script: the job has tasks, this process is not one of them.
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "6"}, (0, None)),
        # srun that starts a torchrun on each node.
        (
            {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "RANK": "9", "WORLD_SIZE": "16"},
            (9, 16),
        ),
    ],
)
def test_what_launchers_say(environ: Mapping[str, str], rank: tuple[int, int | None]) -> None:
    """A number is believed together with how many there are, or not at all."""
    assert rank_from(environ) == rank
