"""Zeus' CSV of measurement windows: seconds, and joules of each GPU.

Header: zeus/monitor/energy.py of github.com/ml-energy/zeus. CPU and RAM are not in it.
"""

from __future__ import annotations

import re
from math import fsum

from ..errors import Problem
from ..model import Figure, PowerSource, RunInfo
from ..text import count
from ..units import JOULES_PER_KWH, SECONDS_PER_HOUR
from .csv_rows import Row, excerpt_of, header_of, rows_of
from .facts import words
from .model import ForeignFile, ReportedRun
from .values import Numbers, epoch_s, time_s

name = "zeus"
file_names = ("*zeus*.csv", "*energy*.csv", "*window*.csv")
version = 1

TOOL = "Zeus"
_GPU = re.compile(r"gpu(\d{1,4})_energy")
_COLUMNS = ("start_time", "window_name", "elapsed_time")


def recognises(file: ForeignFile) -> bool:
    """By its header."""
    header = header_of(file)
    return header[:3] == _COLUMNS and len(header) > len(_COLUMNS) and _is_all_gpus(header)


def _is_all_gpus(header: tuple[str, ...]) -> bool:
    return all(_GPU.fullmatch(column) for column in header[len(_COLUMNS) :])


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """Each window is a run."""
    rows, problems = rows_of(file, _COLUMNS)
    runs = []
    for row in rows:
        run = _run(file, row) if row.is_whole else None
        if run is None:
            message = (
                "expected a window with a time and an energy for each GPU, found a row without"
            )
            problems.append(
                Problem(file.path, message, row.line, hint="the row is skipped", severity="error")
            )
        else:
            runs.append(run)
    n = _overlapping(runs)
    if n:
        message = f"expected windows one after the other, found {count(n, 'window')} within another"
        problems.append(Problem(file.path, message, hint="their energy counts twice in sums"))
    return tuple(runs), tuple(problems)


def _run(file: ForeignFile, row: Row) -> ReportedRun | None:
    values = row.by_name
    numbers = Numbers(file, row, values)
    seconds = numbers.of("elapsed_time")
    gpus = [column for column in row.header if _GPU.fullmatch(column)]
    joules = [value for column in gpus if (value := numbers.of(column)) is not None]
    if seconds is None or not joules:
        return None
    start = values.get("start_time", "")
    start_s = epoch_s(start) if epoch_s(start) is not None else time_s(start)
    energy = Figure(
        fsum(joules) / JOULES_PER_KWH, "measured" if len(joules) == len(gpus) else "partial"
    )
    # What the CPU drew is not in it.
    whole = Figure(energy.value, "partial")
    told = {
        f"GPU {_number(column)} (J)": words(values[column]) for column in gpus if column in values
    }
    return ReportedRun(
        key=values.get("window_name", f"row-{row.line}"),
        tool=TOOL,
        figures={
            "energy_kwh": whole,
            "gpu_energy_kwh": energy,
            "duration_hours": Figure(seconds / SECONDS_PER_HOUR, "measured"),
        },
        info=RunInfo(
            format=TOOL,
            gpu_info=tuple({"Name": f"GPU {_number(column)}"} for column in gpus),
            power_sources=(PowerSource("zeus", "counter", "gpu"),),
            told=told,
        ),
        start_s=start_s,
        end_s=None if start_s is None else start_s + seconds,
        line=row.line,
        excerpt=excerpt_of(row),
        problems=tuple(numbers.problems),
    )


def _number(column: str) -> str:
    match = _GPU.fullmatch(column)
    return match[1] if match else ""


def _overlapping(runs: list[ReportedRun]) -> int:
    """How many windows begin before an earlier one has ended."""
    spans = sorted(
        (run.start_s, run.end_s)
        for run in runs
        if run.start_s is not None and run.end_s is not None
    )
    latest_s, n = float("-inf"), 0
    for start_s, end_s in spans:
        n += start_s < latest_s
        latest_s = max(latest_s, end_s)
    return n
