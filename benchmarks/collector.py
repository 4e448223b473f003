"""What the collector costs a training, beside CodeCarbon's newest release in the same run.

    python benchmarks/collector.py [--quick] [--codecarbon PYTHON | --without-codecarbon]
        [--codecarbon-speed] [--import-detail] [--output results.md] [--json results.json]

Takes some six minutes on a quiet machine. Needs Linux and numpy. Both measure a process with three children,
among some 70 processes, and take turns. A region is stated to both, so that neither looks for one.
Only figures of one run of this program are worth comparing: machines differ, and so does one machine
from hour to hour.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collector_measures import QUICK, Plan, entry, import_s, running, speed
from collector_processes import Company, OtherWork, Tracker
from collector_report import Results, report

_PROCESSES = 70
_TREE = 5
"""The training, its three children, and the monitor."""

_VERSION = "from importlib.metadata import version; print(version('codecarbon'))"


def main() -> None:
    """Measure and print tables, then the same as JSON."""
    arguments = _arguments()
    plan = QUICK if arguments.quick else Plan()
    ours = Tracker("wattboard", f"Wattboard {version('wattboard')}", sys.executable)
    if arguments.import_detail:
        _print_import_detail(ours)
        return
    with _codecarbon(arguments) as codecarbon, Company(_PROCESSES, _TREE) as company:
        trackers = [ours, *codecarbon]
        timed = trackers if arguments.codecarbon_speed else [ours]
        others = OtherWork()
        results = _measured(trackers, timed, plan)
        machine = _machine(company.processes) | {"others_cpu": others.cpus()}
    text = report(machine, plan, results)
    as_json = json.dumps(_as_dict(machine, plan, results), indent=1) + "\n"
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(as_json, encoding="utf-8")
    sys.stdout.write(f"{text}\n```json\n{as_json}```\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a minute, to see that it works")
    parser.add_argument("--codecarbon", metavar="PYTHON", help="a Python that has it, and numpy")
    parser.add_argument("--without-codecarbon", action="store_true")
    parser.add_argument("--codecarbon-speed", action="store_true", help="its slowing of work too")
    parser.add_argument("--import-detail", action="store_true", help="only what the import loads")
    parser.add_argument("--output", type=Path, help="a file for the tables")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser.parse_args()


@contextmanager
def _codecarbon(arguments: argparse.Namespace) -> Iterator[list[Tracker]]:
    """CodeCarbon in both its modes; installed for the occasion where no Python with it is given."""
    if arguments.without_codecarbon:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="codecarbon-") as folder:
        python = arguments.codecarbon
        if python is None:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            python = f"{folder}/bin/python"
            install = [python, "-m", "pip", "install", "-qq", "codecarbon", "numpy"]
            subprocess.run(install, check=True, stdout=sys.stderr)
        run = subprocess.run(
            [python, "-c", _VERSION], check=True, stdout=subprocess.PIPE, text=True
        )
        yield [
            Tracker(f"codecarbon-{mode}", f"CodeCarbon {run.stdout.strip()}, {mode}", python)
            for mode in ("machine", "process")
        ]


def _measured(trackers: list[Tracker], timed: list[Tracker], plan: Plan) -> list[Results]:
    """All measurements, with the trackers taking turns."""
    results = {tracker.key: Results(tracker) for tracker in trackers}
    for tracker in trackers:
        entry(tracker, plan, 0.5)  # so that its files are in the page cache
        import_s(tracker)
    for _ in range(plan.imports):
        for tracker in _once_a_python(trackers):
            results[tracker.key].imports_s.append(import_s(tracker))
    for _ in range(plan.rounds):
        for tracker in trackers:
            results[tracker.key].runs.append(running(tracker, plan))
    for _ in range(plan.entries):
        for tracker in _once_a_python(trackers):
            for run_s in (plan.short_run_s, 0.0):
                results[tracker.key].entries.append(entry(tracker, plan, run_s))
    for tracker in timed:
        for interval_s in plan.work_intervals_s:
            results[tracker.key].turns.append(speed(tracker, plan, interval_s))
    return list(results.values())


def _once_a_python(trackers: list[Tracker]) -> list[Tracker]:
    """Import and entry are the same in all modes."""
    return list({tracker.python: tracker for tracker in reversed(trackers)}.values())[::-1]


def _machine(processes: int) -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "processes": processes,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _as_dict(machine: dict[str, Any], plan: Plan, results: list[Results]) -> dict[str, Any]:
    trackers = [
        {
            "tracker": result.tracker.label,
            "imports_s": result.imports_s,
            "runs": [asdict(run) for run in result.runs],
            "entries": [asdict(item) for item in result.entries],
            "turns": [asdict(turns) for turns in result.turns],
        }
        for result in results
    ]
    return {"machine": machine, "plan": asdict(plan), "trackers": trackers}


def _print_import_detail(ours: Tracker) -> None:
    """Modules with the time that each takes with all that it imports (ms), the slowest first."""
    command = [ours.python, "-P", "-X", "importtime", "-c", "import wattboard.collector"]
    run = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)
    rows = [line.removeprefix("import time:").split("|") for line in run.stderr.splitlines()[1:]]
    for _, cumulative_us, module in sorted(rows, key=lambda row: -int(row[1]))[:25]:
        sys.stdout.write(f"{int(cumulative_us) / 1e3:8.1f}  {module.strip()}\n")


if __name__ == "__main__":
    main()
