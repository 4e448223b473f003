"""What a full cold build costs: CPU time and memory, of all processes, beyond a build of next to nothing.

    python benchmarks/cold_build.py LOGDIR… --site-spec FILE [--repeat 5] [--jobs 2] [--output results.md]

Two builds take turns: the given logs, and one run with two samples under a spec of one line. Both make a site with the
same theme and assets, so that the difference is what the logs cost. Only ratios and differences within one run of this
program are worth comparing: machines differ, and so does one machine from hour to hour.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLING_S = 0.02


@dataclass(frozen=True)
class Cost:
    cpu_s: float
    wall_s: float
    memory_mb: float
    """Highest sum over all processes of the memory that is theirs (PSS), in 10^6 bytes."""


def main() -> None:
    """Measure and print a table."""
    arguments = _arguments()
    # Orphans come to us, so that the CPU time of worker processes is counted too.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tiny_logs, tiny_spec = _tiny(work)
        full_command = _command(arguments.log_folders, arguments.site_spec, arguments.jobs)
        tiny_command = _command([tiny_logs], tiny_spec, arguments.jobs)
        _cost(full_command, work)  # so that the logs are in the page cache for all that follow
        full, tiny = [], []
        for _ in range(arguments.repeat):
            full.append(_cost(full_command, work))
            tiny.append(_cost(tiny_command, work))
    text = _report(arguments, full, tiny)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log_folders", nargs="+", type=Path)
    parser.add_argument("--site-spec", required=True, type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path)
    return parser.parse_args()


def _tiny(work: Path) -> tuple[Path, Path]:
    logs = work / "tiny"
    (logs / "run" / "impacttracker").mkdir(parents=True)
    samples = (
        {"timestamp": 1.7e9 + t, "rapl_estimated_attributable_power_draw": 10.0} for t in (1, 2)
    )
    text = "".join(json.dumps(sample) + "\n" for sample in samples)
    (logs / "run" / "impacttracker" / "data.json").write_text(text)
    spec = work / "tiny.yml"
    spec.write_text("Tiny: {}\n")
    return logs, spec


def _command(log_folders: list[Path], spec: Path, jobs: int) -> list[str]:
    program = Path(sys.executable).parent / "wattboard"
    folders = [str(folder) for folder in log_folders]
    return [str(program), "build", *folders, "--site-spec", str(spec), "--jobs", str(jobs)]


def _cost(command: list[str], work: Path) -> Cost:
    output = work / "site"
    shutil.rmtree(output, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen([*command, "--output-dir", str(output)], stderr=subprocess.DEVNULL)
    peak = _PeakMemory(process.pid)
    peak.start()
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed with exit code {process.returncode}")
    wall_s = time.monotonic() - start
    peak.join()
    _reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, wall_s, peak.bytes / 1e6)


def _reap() -> None:
    """Wait for the processes that outlived their parent."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class _PeakMemory(threading.Thread):
    """Looks at the memory of a process and all below it until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.bytes = 0

    def run(self) -> None:
        try:
            root = psutil.Process(self._pid)
            while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
                family = [root, *root.children(recursive=True)]
                self.bytes = max(self.bytes, sum(map(_own_memory, family)))
                time.sleep(_SAMPLING_S)
        except psutil.NoSuchProcess:
            pass


def _own_memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def _report(arguments: argparse.Namespace, full: list[Cost], tiny: list[Cost]) -> str:
    size = sum(
        file.stat().st_size
        for folder in arguments.log_folders
        for file in folder.rglob("data.json")
    )
    processor = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    rows = [
        f"| {name} | {_median(full, name):.2f} | {_median(tiny, name):.2f} | "
        f"{_median(full, name) - _median(tiny, name):.2f} | {_median(full, name) / _median(tiny, name):.2f} |"
        for name in ("cpu_s", "wall_s", "memory_mb")
    ]
    return "\n".join(
        [
            f"{size / 1e6:.0f} MB of logs, --jobs {arguments.jobs}, medians of {arguments.repeat} builds each in turn; "
            f"{os.cpu_count()} × {processor}, Python {platform.python_version()}",
            "",
            "| | these logs | next to nothing | difference | ratio |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _median(costs: list[Cost], name: str) -> float:
    return statistics.median(getattr(cost, name) for cost in costs)


if __name__ == "__main__":
    main()
