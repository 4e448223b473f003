"""The cases of benchmarks/scale.py beside those of a tree's size: start-up, processes, and a cluster."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from scale_cases import PROGRAM, Place
from scale_cost import Cost, Measured, cost
from scale_report import HELP, IMPORTS, JINJA_IMPORTS, MEASURE

OTHER_CASES = ("imports", "startup", "jobs", "dask")
_WORKERS = (1, 2, 4)
_CLUSTER_STARTS_S = 60.0
_IMPORT_AS_BUILD_DOES = "from wattboard.sitegen.cli import root; root.get_command(None, 'build')"


def start_up(place: Place, cases: set[str], repeat: int) -> Iterator[Measured]:
    """What a command costs before it has done anything, by turns."""
    python, said = sys.executable, place.folder / "said.txt"
    fresh = ["--no-cache"] if place.can.cache else []
    of_imports: dict[str, Sequence[str | Path]] = {
        "python alone": [python, "-c", "pass"],
        IMPORTS: [python, "-c", _IMPORT_AS_BUILD_DOES],
        JINJA_IMPORTS: [python, "-c", "import jinja2"],
    }
    of_commands: dict[str, Sequence[str | Path]] = {
        HELP: [PROGRAM, "--help"],
        MEASURE: [PROGRAM, "measure", place.tree.run(), *fresh],
    }
    commands = {
        **(of_imports if "imports" in cases else {}),
        **(of_commands if "startup" in cases else {}),
    }
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            found[name].append(cost(command, said))
    for name, costs in found.items():
        yield Measured(name, 0, 0, tuple(costs))


def processes(place: Place, repeat: int) -> Iterator[Measured]:
    """Cold builds by one process and by two, in turn."""
    found: dict[int, list[Cost]] = {1: [], 2: []}
    for _ in range(repeat):
        for jobs, costs in found.items():
            costs.append(place.cold("--jobs", str(jobs)))
    plan = place.tree.plan
    for jobs, costs in found.items():
        yield Measured(f"cold, --jobs {jobs}", plan.runs, plan.samples, tuple(costs))


def cluster(place: Place, repeat: int) -> Iterator[Measured]:
    """Cold builds on Dask with one to four workers of a thread each; nothing where the program cannot."""
    plan = place.tree.plan
    for n in _WORKERS:
        case = f"cold, Dask with {n} workers"
        if not place.can.scheduler or not importlib.util.find_spec("distributed"):
            yield Measured(case, plan.runs, plan.samples, (), "not available")
            continue
        with _dask(n) as (address, workers):
            costs = tuple(_on_cluster(place, address, workers) for _ in range(repeat))
        yield Measured(case, plan.runs, plan.samples, costs)


def _on_cluster(place: Place, address: str, workers: Sequence[psutil.Process]) -> Cost:
    """With the CPU time that the cluster spent meanwhile."""
    before = _cpu_s(workers)
    own = place.cold("--scheduler", address)
    peak_mb = max(worker.memory_info().rss for worker in workers) / 1e6
    added_s = _cpu_s(workers) - before
    return replace(own, cpu_s=own.cpu_s + added_s, peak_mb=max(own.peak_mb, peak_mb))


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


@contextmanager
def _dask(n_workers: int) -> Iterator[tuple[str, list[psutil.Process]]]:
    """A scheduler and workers on this machine: its address, and all their processes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        common = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
        of_worker = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", folder]
        started = [_dask_program("scheduler", [*common, "--port", "0", "--no-dashboard"])]
        try:
            address = _address(file)
            started += [_dask_program("worker", [*common, *of_worker]) for _ in range(n_workers)]
            _wait_for_workers(address, n_workers)
            yield address, [psutil.Process(process.pid) for process in started]
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait()


def _dask_program(name: str, options: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{name}", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _address(file: Path) -> str:
    until = time.monotonic() + _CLUSTER_STARTS_S
    while time.monotonic() < until:
        if file.is_file() and (text := file.read_text(encoding="utf-8")):
            return str(json.loads(text)["address"])
        time.sleep(0.1)
    raise SystemExit("the Dask scheduler did not start")


def _wait_for_workers(address: str, n: int) -> None:
    from distributed import Client

    with Client(address) as client:
        client.wait_for_workers(n, timeout=_CLUSTER_STARTS_S)
