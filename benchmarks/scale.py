"""How builds grow with the number of runs: cold, warm, one run added; pages, memory, processes, a cluster.

    python benchmarks/scale.py [--sizes 100,1000,10000] [--cases cold,warm,…] [--repeat N] [--samples 20]
                               [--processor] [--work FOLDER] [--output FOLDER]

Makes trees of logs (`make_tree.py`), runs each command in a fresh process, and prints a table; the same and its numbers
go to benchmarks/results/. A case is measured several times, the fewer the larger the tree; only ratios and differences
within one run of this program are worth comparing. Linux only. `--sizes 100000` needs 30 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from make_tree import TreePlan
from scale_cases import TREE_CASES, make, options, tree_cases
from scale_cost import Measured, adopt_orphans
from scale_others import OTHER_CASES, cluster, processes, start_up
from scale_report import figures, report

_REPOSITORY = Path(__file__).resolve().parents[1]
_CASES = (*OTHER_CASES, *TREE_CASES)
_PACKAGES = ("wattboard", "mkdocs", "jinja2", "msgspec", "numpy", "pyarrow", "distributed")
_MOST_RUNS: Mapping[int, int] = {100: 5, 1_000: 3, 10_000: 2}
"""Trees of up to so many runs are measured so often; larger ones once."""
_LONG_SAMPLES = 500
"""Of each run where processes are compared: reading is then most of the work."""


def main() -> None:
    """Measure, print a table, and write it down with its numbers."""
    arguments = _arguments()
    adopt_orphans()
    machine = _machine()
    with _work_folder(arguments.work) as folder:
        measured = []
        for one in _measure(arguments, Path(folder)):
            measured.append(one)
            print(f"{one.case}, {one.runs:,} runs: {_said(one)}", file=sys.stderr, flush=True)
    machine["load_after"] = os.getloadavg()[0]
    text = report(machine, measured)
    sys.stdout.write(text)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "scale.md").write_text(text, encoding="utf-8")
    numbers = {
        "machine": machine,
        "costs": [asdict(one) for one in measured],
        "figures": [asdict(figure) for figure in figures(measured)],
    }
    (arguments.output / "scale.json").write_text(json.dumps(numbers, indent=1) + "\n")


def _measure(arguments: argparse.Namespace, work: Path) -> Iterator[Measured]:
    can = options()
    cases = arguments.cases

    def place(runs: int, samples: int) -> Any:
        return make(work, TreePlan(runs, samples, with_processor=arguments.processor), can)

    smallest = place(min(arguments.sizes), arguments.samples)
    if cases & {"imports", "startup"}:
        yield from start_up(smallest, cases, arguments.repeat or 7)
    if cases & {"jobs", "dask"}:
        long = place(arguments.long_runs, _LONG_SAMPLES)
        if "jobs" in cases:
            yield from processes(long, arguments.repeat or 3)
        if "dask" in cases:
            yield from cluster(long, arguments.repeat or 3)
    if cases & set(TREE_CASES):
        for runs in sorted(arguments.sizes):
            repeat = next((n for most, n in _MOST_RUNS.items() if runs <= most), 1)
            # Nothing is deleted before the end: see `Place.cold`.
            tree = smallest if runs == smallest.tree.plan.runs else place(runs, arguments.samples)
            yield from tree_cases(tree, cases, arguments.repeat or repeat)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--sizes", type=_sizes, default=[100, 1_000, 10_000], help="Numbers of runs.")
    add("--cases", type=_cases, default=set(_CASES), help=f"Of {', '.join(_CASES)}.")
    add("--repeat", type=int, help="How often each case is measured.")
    add("--samples", type=int, default=20, help="Of each run.")
    add(
        "--long-runs",
        type=int,
        default=600,
        help=f"Runs of {_LONG_SAMPLES} samples, for processes.",
    )
    add("--processor", action="store_true", help="With figures of the site's own.")
    add("--work", type=Path, help="An empty or new folder for trees and sites; on a fast disk.")
    add("--output", type=Path, default=_REPOSITORY / "benchmarks" / "results")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _cases(text: str) -> set[str]:
    wanted = set(text.split(","))
    if wanted - set(_CASES):
        raise argparse.ArgumentTypeError(f"no such case: {', '.join(sorted(wanted - set(_CASES)))}")
    return wanted


def _work_folder(folder: Path | None) -> tempfile.TemporaryDirectory[str]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=folder)


def _machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return {
        "cpus": os.cpu_count(),
        "processor": next(names, platform.machine()),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": dict(_versions()),
        "load_before": os.getloadavg()[0],
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _said(one: Measured) -> str:
    if not one.costs:
        return one.note
    return f"{one.cpu_s:.2f} s of CPU, {one.wall_s:.2f} s, {one.peak_mb:.0f} MB"


if __name__ == "__main__":
    main()
