"""What reading logs costs, beside what any reader of them must do: CPU time, and memory for a log of any size.

    python benchmarks/reading.py LOGDIR… [--repeat 9] [--output results.md] [--json results.json]
    python benchmarks/reading.py --memory-mb 2000 [--kind seed|ours] [--json results.json]

Each way to go through the same files takes its turn, in one process; the ratios are medians over the turns, each to the
decoding of that turn. `wattboard` is all that measuring does: reading, checking, hashing, figures, charts and zips.
The second form writes a log of that size into a temporary folder, and measures it in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(_REPOSITORY / "tests"))

from big_logs import long_run, our_lines, seed_lines  # noqa: E402

_BLOCK_BYTES = 1 << 18
_KINDS = {"seed": seed_lines, "ours": our_lines}

_MEASURE = """
import resource, sys
from pathlib import Path
from wattboard.sitegen.measure import MeasureOptions, measure
from wattboard.sitegen.scan import scan
(run,) = scan([Path(sys.argv[1])]).runs
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = measure(run, MeasureOptions(), Path(sys.argv[2]) / "log.zip")
used = resource.getrusage(resource.RUSAGE_SELF)
print(result.n_samples, before, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


class CpuTime(msgspec.Struct, gc=False):
    user: float | None = None
    system: float | None = None


class Needed(msgspec.Struct, gc=False):
    """The fields of a sample that figures and charts are made of, and no others."""

    timestamp: float
    rapl_estimated_attributable_power_draw: float | None = None
    rapl_power_draw_absolute: float | None = None
    cpu_attributable_power_draw: float | None = None
    cpu_power_draw_absolute: float | None = None
    cpu_estimated_attributable_power_draw: float | None = None
    cpu_estimated_power_draw: float | None = None
    nvidia_estimated_attributable_power_draw: float | None = None
    nvidia_draw_absolute: float | None = None
    gpu_attributable_power_draw: float | None = None
    gpu_power_draw_absolute: float | None = None
    average_gpu_estimated_utilization_absolute: float | None = None
    average_gpu_estimated_utilization_relative: float | None = None
    absolute_cpu_utilization: float | None = None
    average_relative_cpu_utilization: float | None = None
    absolute_mem_usage: float | None = None
    absolute_mem_percent_usage: float | None = None
    disk_write_speed: float | None = None
    disk_write_bytes_per_s: float | None = None
    attributable_cpu_seconds: float | None = None
    realtime_carbon_intensity: float | str | None = None
    cpu_count_adjusted_average_load: tuple[float | None, ...] | None = None
    cpu_time_seconds: dict[str, CpuTime] | None = None
    energy_j: dict[str, float | None] | None = None
    attributable_energy_j: dict[str, float | None] | None = None


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log_folders", nargs="*", type=Path)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--memory-mb", type=int)
    parser.add_argument("--kind", choices=_KINDS, action="append")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.memory_mb:
        report = _memory(arguments.memory_mb, arguments.kind or list(_KINDS))
    elif arguments.log_folders:
        report = _reading(arguments.log_folders, arguments.repeat)
    else:
        parser.error("give log folders, or --memory-mb")
    text = _as_markdown(report)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(text)


# -- the ways to go through the files


def count_lines(files: Sequence[Path]) -> None:
    """What `wc -l` does."""
    for file in files:
        with file.open("rb", buffering=0) as opened:
            while block := opened.read(_BLOCK_BYTES):
                block.count(b"\n")


def load_all(files: Sequence[Path]) -> None:
    """orjson makes Python objects of all of every line."""
    for file in files:
        with file.open("rb") as opened:
            for line in opened:
                orjson.loads(line)


def decode(files: Sequence[Path]) -> None:
    """msgspec makes a struct of the needed fields of each line, in blocks of lines."""
    decoder = msgspec.json.Decoder(Needed)
    for file in files:
        with file.open("rb") as opened:
            rest = b""
            while data := opened.read(_BLOCK_BYTES):
                data = rest + data
                end = data.rfind(b"\n") + 1
                decoder.decode_lines(data[:end])
                rest = data[end:]


def _reading(log_folders: Sequence[Path], repeat: int) -> dict[str, Any]:
    from wattboard.sitegen.measure import MeasureOptions, measure
    from wattboard.sitegen.scan import scan

    runs = scan(log_folders).runs
    files = [part.folder / "data.json" for run in runs for part in run.parts]
    with tempfile.TemporaryDirectory() as folder:
        turns = iter(range(1_000_000))

        def all_of_it(downloads: bool) -> None:
            zips = Path(folder) / str(next(turns)) if downloads else None
            if zips:
                zips.mkdir()
            for i, run in enumerate(runs):
                measure(run, MeasureOptions(), zips and zips / f"{i}.zip")

        ways: dict[str, Callable[[], None]] = {
            "counting lines": lambda: count_lines(files),
            "msgspec into the needed fields": lambda: decode(files),
            "orjson of each line": lambda: load_all(files),
            "wattboard, without zips": lambda: all_of_it(downloads=False),
            "wattboard": lambda: all_of_it(downloads=True),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(repeat + 1):
            for name, way in ways.items():
                took = _cpu_s(way)
                if turn:  # the first is for the page cache
                    times[name].append(took)
    base = times["msgspec into the needed fields"]
    size = sum(file.stat().st_size for file in files)
    rows = [
        {
            "": name,
            "CPU time (s)": round(statistics.median(took), 3),
            "ratio": round(statistics.median(t / b for t, b in zip(took, base, strict=True)), 2),
            "MB/s": round(size / 1e6 / statistics.median(took)),
        }
        for name, took in times.items()
    ]
    what = f"{len(runs)} runs, {size / 1e6:.0f} MB, medians of {repeat} turns"
    return {"what": what, "machine": _machine(), "rows": rows}


def _memory(megabytes: int, kinds: Sequence[str]) -> dict[str, Any]:
    rows = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            logs = Path(folder) / "logs"
            long_run(logs / "run", _KINDS[kind](), megabytes * 10**6)
            command = [sys.executable, "-c", _MEASURE, str(logs), folder]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        n, before, peak, cpu_s = out.split()
        rows.append(
            {
                "lines as of": {"seed": "experiment-impact-tracker", "ours": "our collector"}[kind],
                "samples": int(n),
                "before, MB": round(int(before) / 1024),
                "peak, MB": round(int(peak) / 1024),
                "CPU time (s)": round(float(cpu_s), 1),
            }
        )
    what = f"one run of {megabytes:,} MB: resident memory of a process that reads, measures, charts and zips it"
    return {"what": what, "machine": _machine(), "rows": rows}


def _cpu_s(way: Callable[[], None]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    way()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    processor = next(names, platform.machine())
    return f"{os.cpu_count()} × {processor}, Python {platform.python_version()}, msgspec {msgspec.__version__}"


def _as_markdown(report: dict[str, Any]) -> str:
    rows = report["rows"]
    lines = [
        f"{report['what']}; {report['machine']}",
        "",
        f"| {' | '.join(rows[0])} |",
        f"|{'---|' * len(rows[0])}",
        *(f"| {' | '.join(str(value) for value in row.values())} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
