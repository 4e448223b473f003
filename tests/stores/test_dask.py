"""The work on runs done by a cluster: real worker processes, one of which dies in the middle."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import steps
from commands import contents, wattboard, write_healthy, write_spec
from logs import power_samples, write_run
from shelf import Shelf, s3_environment
from wattboard.sitegen import execute_dask
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.execute_dask import outcomes_on_cluster
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.scan import scan

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def dask(s3_server: str) -> Iterator[Any]:
    """A cluster of three worker processes, which know the credentials of the store."""
    import dask as settings
    from distributed import LocalCluster

    with pytest.MonkeyPatch.context() as environment:
        for name, value in s3_environment(s3_server).items():
            environment.setenv(name, value)
        # The scheduler is in this process, where what it tells would stand among our messages.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with (
            settings.config.set({"distributed.scheduler.allowed-failures": 1}),
            LocalCluster(
                n_workers=3,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=":0",
            ) as cluster,
        ):
            yield cluster


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some forty runs, one of them with parts and one bad."""
    folder = tmp_path_factory.mktemp("cluster")
    write_healthy(folder)
    for i in range(35):
        write_run(folder / "logs" / "many" / f"seed_{i}", power_samples(cpu_w=10.0 + i))
    write_run(folder / "logs" / "many" / "seed_0", power_samples(cpu_w=70.0), part="rank-1")
    write_run(folder / "logs" / "bad", b"junk\n")
    return folder / "logs"


def done(runs: Sequence[RunLocation], step: Any, cluster: Any) -> Mapping[str, Any]:
    """What came of each run, each of which must come once."""
    outcomes = list(outcomes_on_cluster(runs, step, cluster.scheduler_address, lambda run: run))
    assert sorted(run.path for run, _ in outcomes) == sorted(run.path for run in runs)
    return {run.path: repr(outcome) for run, outcome in outcomes}


def here(runs: Sequence[RunLocation]) -> Mapping[str, Any]:
    return {run.path: repr(steps.measured(run)) for run in runs}


def test_a_cluster_gives_what_this_machine_gives(dask: Any, logs: Path) -> None:
    """Every run comes once, as it would have come here, skipped ones among them."""
    runs = scan([logs]).runs
    assert done(runs, steps.measured, dask) == here(runs)


def test_a_worker_that_is_killed(dask: Any, logs: Path, tmp_path: Path) -> None:
    """A worker that dies in the middle costs no more than its tasks: all results come, as if nothing had been."""
    runs = scan([logs]).runs
    killed: list[int] = []

    def kill() -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        killed.append(int((tmp_path / "pid").read_text()))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    step = partial(steps.waits_to_be_killed, name="logs/many/seed_7", notes=tmp_path)
    assert done(runs, step, dask) == here(runs)
    killer.join(10)
    assert killed
    assert killed[0] != os.getpid()


def test_a_run_that_kills_its_workers(dask: Any, logs: Path) -> None:
    """A run that every worker dies of is skipped by name, and those that were handed over with it are not."""
    runs = scan([logs]).runs
    bad = "logs/many/seed_3"
    found = done(runs, partial(steps.deadly, name=bad), dask)
    expected = here(runs)
    assert {path: found[path] for path in found if path != bad} == {
        path: expected[path] for path in expected if path != bad
    }
    assert found[bad].startswith("SkippedRun(")
    assert "the workers that read this run were ended from outside" in found[bad]


def test_a_step_that_fails(dask: Any, logs: Path) -> None:
    """What is no fault of a run ends the work, with the reason."""
    with pytest.raises(WattboardError, match="No space left on device"):
        done(scan([logs]).runs, steps.failing, dask)


def test_workers_with_another_version(
    dask: Any, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers whose wattboard or libraries differ are refused, with what both have."""
    monkeypatch.setattr(execute_dask, "installed", lambda: "Python 3.99, wattboard 99")
    with pytest.raises(
        WattboardError, match=r"expected workers with Python 3\.99, wattboard 99, found Python 3"
    ):
        done(scan([logs]).runs, steps.measured, dask)


def test_stopping_early_cancels_the_rest(dask: Any, logs: Path, tmp_path: Path) -> None:
    """After Ctrl-C nothing of what was handed over is begun any more."""
    runs = scan([logs]).runs * 10
    step = partial(steps.slow, notes=tmp_path)
    outcomes = outcomes_on_cluster(runs, step, dask.scheduler_address, lambda run: run)
    next(outcomes)
    assert dask.scheduler.tasks
    outcomes.close()
    assert not dask.scheduler.tasks
    assert len([*tmp_path.iterdir()]) < len(runs)


def test_a_site_from_a_cluster_and_a_store(
    dask: Any, s3_server: str, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site of a cluster that reads from a store is the one of this machine, byte for byte."""
    for name, value in s3_environment(s3_server).items():
        monkeypatch.setenv(name, value)
    shelf = Shelf("s3://cluster")
    shelf.files.mkdir("cluster")
    address = shelf.put(logs)
    spec = write_spec(tmp_path, {"Board": {}})
    more = ["--scheduler", dask.scheduler_address]
    local = wattboard(
        "build", "--no-cache", logs, "--site-spec", spec, "--output-dir", tmp_path / "here"
    )
    site = ["--site-spec", spec, "--output-dir"]
    for place, name in ((logs, "cluster"), (address, "both")):
        made = wattboard("build", "--no-cache", place, *site, tmp_path / name, *more)
        assert made.code == 0, made.err
        assert made.complaints(tmp_path) == local.complaints(tmp_path)
        assert contents(tmp_path / name) == contents(tmp_path / "here")
    for command in ("measure", "check"):
        there = wattboard(command, logs, *more)
        assert there == wattboard(command, logs)


def test_a_scheduler_that_goes(logs: Path) -> None:
    """Losing the scheduler in the middle ends the work with its address."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=":0"
    ) as cluster:
        runs = scan([logs]).runs * 5
        outcomes = outcomes_on_cluster(
            runs, steps.measured, cluster.scheduler_address, lambda run: run
        )
        next(outcomes)
        address = cluster.scheduler_address
    with pytest.raises(WattboardError, match=f"{address}: expected a scheduler that goes on"):
        list(outcomes)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "http://127.0.0.1:80"])
def test_a_scheduler_that_is_not_there(
    address: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address where no scheduler answers is an error that names it, after a time that is bounded."""
    monkeypatch.setattr(execute_dask, "_CONNECT_S", 1)
    outcome = wattboard("measure", "--no-cache", logs, "--scheduler", address)
    assert outcome.code == 1
    assert f"{address}: expected a Dask scheduler that answers within 1 s, found: " in outcome.err


def test_what_is_no_address_is_told_without_work(logs: Path, tmp_path: Path) -> None:
    """Also where nothing is left to read."""
    cache = ("--cache-dir", tmp_path / "cache")
    assert wattboard("measure", logs, *cache).code == 0
    outcome = wattboard("measure", logs, *cache, "--scheduler", "nonsense")
    assert outcome.code == 1
    assert "nonsense: expected the address of a Dask scheduler, such as tcp://" in outcome.err


def test_dask_that_is_missing(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the message says which extra has it."""
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = wattboard("measure", "--no-cache", logs, "--scheduler", "tcp://127.0.0.1:1")
    assert outcome.code == 1
    assert "hint: pip install 'wattboard[distributed]'" in outcome.err


def test_long_logs_are_handed_over_first() -> None:
    """Tasks hold about a second of work: long logs by themselves and first, short ones together."""

    class Run:
        def __init__(self, log_bytes: int) -> None:
            self.log_bytes = log_bytes

    runs: list[Any] = [Run(1_000)] * 1_000 + [Run(500_000_000)]
    batches = list(execute_dask._batches(runs, lambda run: run, 2))
    assert [len(batch) for batch in batches[:2]] == [1, 200]
    assert sum(map(len, batches)) == len(runs)
    few = list(execute_dask._batches(runs[:12], lambda run: run, 4))
    assert len(few) == 12
