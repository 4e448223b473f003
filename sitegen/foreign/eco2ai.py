"""eco2AI's `emission.csv`: a row for each run, or for each epoch of one.

Columns: `_construct_attributes_dict` of eco2ai/emission_track.py (github.com/sb-ai-lab/Eco2AI). Energy in kWh,
emissions in kg; the energy is of CPU, GPU and RAM together, without PUE unless the user gave the tracker one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import fsum

from ..errors import Problem
from ..model import Figure, RunInfo, Surroundings
from ..text import count
from ..text import number as number_text
from ..units import JOULES_PER_KWH, SECONDS_PER_HOUR
from .csv_rows import Row, excerpt_of, header_of, rows_of
from .facts import cpu_facts, gpu_facts, region, words
from .model import ForeignFile, ReportedRun
from .values import UTC_ASSUMED, Numbers, time_s

name = "eco2ai"
file_names = ("*emission*.csv", "*eco2ai*.csv")
version = 1

TOOL = "eco2AI"
_ENERGY = re.compile(r"power_consumption\(kWT?h\)", re.IGNORECASE)
_DEVICES = re.compile(r"(.*?)[/ ](\d+) device\(s\)(.*)")
_MOST_W_PER_DEVICE = 2_000.0
_START = "%Y-%m-%d %H:%M:%S"


def recognises(file: ForeignFile) -> bool:
    """By its columns, whose names hold their units."""
    header = header_of(file)
    return {"duration(s)", "CO2_emissions(kg)"} <= set(header) and any(
        map(_ENERGY.fullmatch, header)
    )


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """Rows with one id are epochs of one run, which add up."""
    rows, problems = rows_of(file, header_of(file)[:2])
    of_run: dict[str, list[tuple[Row, Numbers, Mapping[str, str]]]] = {}
    for row in rows:
        if not row.is_whole:
            message = f"expected {len(row.header)} fields, found {len(row.fields)}"
            problems.append(
                Problem(file.path, message, row.line, hint="the row is skipped", severity="error")
            )
            continue
        values = {_ENERGY.sub("energy", column): text for column, text in row.by_name.items()}
        key = values.get("id") or f"row-{row.line}"
        of_run.setdefault(key, []).append((row, Numbers(file, row, values), values))
    runs = tuple(_run(file, key, epochs) for key, epochs in of_run.items())
    return runs, tuple(problems)


def _run(
    file: ForeignFile, key: str, epochs: Sequence[tuple[Row, Numbers, Mapping[str, str]]]
) -> ReportedRun:
    first_row, _, first = epochs[0]
    sums = {
        column: [value for _, numbers, _ in epochs if (value := numbers.of(column)) is not None]
        for column in ("duration(s)", "energy", "CO2_emissions(kg)")
    }
    names = ("duration_hours", "energy_kwh", "emissions_kg")
    factors = (1 / SECONDS_PER_HOUR, 1.0, 1.0)
    kinds = ("measured", "estimated", "estimated")
    figures = {
        of: Figure(fsum(values) * factor, kind if len(values) == len(epochs) else "partial")  # type: ignore[arg-type]
        for of, values, factor, kind in zip(names, sums.values(), factors, kinds, strict=True)
        if values
    }
    starts = [start for _, _, v in epochs if (start := time_s(v.get("start_time"), _START))]
    start_s = min(starts, default=None)
    seconds = fsum(sums["duration(s)"]) if sums["duration(s)"] else None
    project = first.get("project_name", "")
    problems = [problem for _, numbers, _ in epochs for problem in numbers.problems]
    return ReportedRun(
        key="-".join(filter(None, (project, key[:8] if "id" in first else key))),
        tool=TOOL,
        figures=figures,
        info=_info(first, len(epochs)),
        start_s=start_s,
        end_s=None if start_s is None or seconds is None else start_s + seconds,
        line=first_row.line,
        excerpt=excerpt_of(*(row for row, _, _ in epochs)),
        problems=(*problems, *_implausible(file, first_row, first, figures)),
    )


def _info(values: Mapping[str, str], n_rows: int) -> RunInfo:
    cpu, n_cpus, more = _devices(values.get("CPU_name", ""))
    gpu, n_gpus, _ = _devices(values.get("GPU_name", ""))
    country, _, part = values.get("region/country", "").partition("/")
    told = {
        "CPU devices": f"{n_cpus}{more}",
        "Experiment": values.get("experiment_description", ""),
        "Epoch": values.get("epoch", "") if n_rows == 1 else f"{n_rows} epochs",
        "Cost": values.get("cost", ""),
        "Times": UTC_ASSUMED,
    }
    return RunInfo(
        format=TOOL,
        cpu_info=cpu_facts(cpu),
        gpu_info=gpu_facts(gpu, n_gpus),
        region=region(country, part, f"told by {TOOL}"),
        surroundings=Surroundings(operating_system=words(values.get("OS", ""))),
        told={label: words(text) for label, text in told.items() if text not in {"", "N/A"}},
    )


def _devices(text: str) -> tuple[str, int, str]:
    """Name, number and what follows, of "Tesla V100/2 device(s), TDP:45"."""
    match = _DEVICES.fullmatch(text)
    return (match[1], int(match[2][:4]), match[3]) if match else (text, 0, "")


def _implausible(
    file: ForeignFile, row: Row, values: Mapping[str, str], figures: Mapping[str, Figure]
) -> tuple[Problem, ...]:
    """More power than so many devices can draw."""
    energy, duration = figures.get("energy_kwh"), figures.get("duration_hours")
    if energy is None or duration is None or not energy.value or not duration.value:
        return ()
    watts = energy.value * JOULES_PER_KWH / (duration.value * SECONDS_PER_HOUR)
    n_devices = sum(_devices(values.get(f"{kind}_name", ""))[1] for kind in ("CPU", "GPU"))
    most_w = max(1, n_devices) * _MOST_W_PER_DEVICE
    if watts <= most_w:
        return ()
    return (
        Problem(
            file.path,
            f"expected at most {most_w:g} W for {count(max(1, n_devices), 'device')}, found {number_text(watts)} W: "
            "the energy over the duration",
            row.line,
            hint="energy or duration is wrong: do not compare this run",
        ),
    )
