"""CodeCarbon's `emissions.csv`, of all versions: a row a run.

Columns: its `EmissionsData` (codecarbon/output_methods/emissions_data.py of github.com/mlco2/codecarbon), with the
names that they have had since 1.0. Energies (kWh) and emissions (kg) are multiplied by its `pue`. Its backups,
`emissions.csv.bak` and `emissions.csv_0.bak`, hold the rows from before a version that has other columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import Problem
from ..model import ABSENT, Cloud, Figure, Provenance, RunInfo, Surroundings, weakest
from ..pue import MAX_PUE
from ..text import count
from ..units import SECONDS_PER_HOUR
from .codecarbon_rows import COLUMNS, Rows
from .csv_rows import Row, excerpt_of_fields, header_of, rows_of
from .facts import cpu_facts, gpu_facts, region, words
from .model import ForeignFile, ReportedRun
from .values import UTC_ASSUMED, Numbers, time_s

name = "codecarbon"
file_names = ("*emissions*.csv", "*emissions*.csv*.bak", "codecarbon*.csv", "codecarbon*.csv*.bak")
version = 2

TOOL = "CodeCarbon"
_KNOWN = frozenset({"timestamp", "duration", "emissions", "energy_consumed", "country_iso_code"})
_BACKUP = re.compile(r"(.+\.csv)(?:_(\d+))?\.bak", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TOLD = {
    "water_consumed": "Water (L)",
    "cpu_power": "CPU power (W), {power}",
    "gpu_power": "GPU power (W), {power}",
    "ram_power": "RAM power (W), {power}",
    "emissions_rate": "Emissions rate (kg/s)",
    "cpu_utilization_percent": "CPU use (%)",
    "gpu_utilization_percent": "GPU use (%)",
    "ram_utilization_percent": "RAM use (%)",
    "ram_used_gb": "RAM used (GB)",
    "tracking_mode": "Tracking mode",
    "wue": "WUE (L/kWh)",
    "project_name": "Project",
    "experiment_id": "Experiment",
    "task_name": "Task",
}
"""Columns that no figure is made of, and how the run's page names them."""
_SHOWN = (COLUMNS | {"task_name"}) - {"longitude", "latitude"}
"""Columns that a run's download has. Where the machine stands, to a few kilometres, is nobody's affair."""
_MOST_LINES = 10
_MOST_BACKUPS = 8
_MEAN_SINCE = (3, 1, 2)
"""From here on powers are those of the whole run on average."""
_RUN_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def recognises(file: ForeignFile) -> bool:
    """By its columns."""
    return set(header_of(file)) >= _KNOWN


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """Each row is a run. Of rows with one run id, which `flush()` writes as a run goes on, the longest counts.

    A row that a newer file has, too, is left out of a backup.
    """
    rows, problems = rows_of(file, header_of(file)[:2])
    newer = _in_newer_files(file)
    kept: dict[object, tuple[Row, ReportedRun]] = {}
    of_file = Rows(file)
    for row in rows:
        values, problem = of_file.whole(row)
        if values is None and problem is not None:
            problems.append(problem)
        if values is None or _identity(values) in newer:
            continue
        run = _run(file, row, values)
        if run is None:
            problems.append(_empty(file, row))
            continue
        if problem is not None:
            run = replace(run, problems=(problem, *run.problems))
        identity = _identity(values)
        earlier = kept.get(identity)
        if earlier is None or _hours(run) >= _hours(earlier[1]):
            kept[identity] = (row, run)
    runs = tuple(run for _, run in kept.values())
    lines = [
        row.line for row, run in kept.values() if "run_id" in row.header and not run.info.run_id
    ]
    if lines:
        problems.append(_without_id(file, lines))
    return runs, tuple(problems)


def _in_newer_files(file: ForeignFile) -> set[object]:
    """What tells the rows of the files that came after this backup; empty for the newest file."""
    match = _BACKUP.fullmatch(file.name)
    if match is None:
        return set()
    newest, at = match[1], -1 if match[2] is None else int(match[2])
    names = [newest]
    while len(names) <= _MOST_BACKUPS and file.beside(f"{newest}_{at + 1}.bak") is not None:
        at += 1
        names.append(f"{newest}_{at}.bak")
    found: set[object] = set()
    for beside in names:
        data = file.beside(beside)
        if data is None:
            continue
        other = ForeignFile(beside, data)
        of_other = Rows(other)
        for row in rows_of(other, header_of(other)[:2])[0]:
            values, _ = of_other.whole(row)
            if values is not None:
                found.add(_identity(values))
    return found


def _identity(values: Mapping[str, str]) -> object:
    """What tells a run from others: its id, else all of its row; within a run its tasks."""
    run_id = values.get("run_id")
    return (run_id, values.get("task_name")) if run_id else tuple(sorted(values.items()))


def _hours(run: ReportedRun) -> float:
    return run.figures.get("duration_hours", ABSENT).value or 0.0


def _empty(file: ForeignFile, row: Row) -> Problem:
    return Problem(
        file.path,
        "expected a run with a duration or an energy, found a row with neither",
        row.line,
        hint="the row is skipped",
        severity="error",
    )


def _run(file: ForeignFile, row: Row, values: Mapping[str, str]) -> ReportedRun | None:
    numbers = Numbers(file, row, values)
    duration_s, energy_kwh = numbers.of("duration"), numbers.of("energy_consumed")
    if energy_kwh is None and duration_s is None:
        return None
    pue = numbers.of("pue", least=1.0, most=MAX_PUE) or 1.0
    figures = _energies(numbers, energy_kwh, pue)
    emissions_kg = numbers.of("emissions")
    if emissions_kg is not None:
        figures["emissions_kg"] = Figure(emissions_kg, "estimated")
    if duration_s is not None:
        figures["duration_hours"] = Figure(duration_s / SECONDS_PER_HOUR, "measured")
    end_s = time_s(values.get("timestamp"))
    return ReportedRun(
        key=_key(row, values),
        tool=f"{TOOL} {words(values.get('codecarbon_version', ''))}".strip(),
        figures=figures,
        info=_info(numbers, values, pue),
        start_s=None if end_s is None or duration_s is None else end_s - duration_s,
        end_s=end_s,
        emissions_pue=pue,
        line=row.line,
        excerpt=excerpt_of_fields(row, values, _SHOWN),
        problems=(*numbers.problems, *((_of_task(file, row),) if "task_name" in values else ())),
    )


def _energies(numbers: Numbers, energy_kwh: float | None, pue: float) -> dict[str, Figure]:
    """Of the hardware. CodeCarbon always estimates the RAM's and measures the GPUs'; of the CPU's it does not tell."""
    figures: dict[str, Figure] = {}
    kinds: tuple[tuple[str, Provenance], ...] = (
        ("cpu", "reported"),
        ("gpu", "measured"),
        ("ram", "estimated"),
    )
    for part, kind in kinds:
        kwh = numbers.of(f"{part}_energy")
        if kwh is not None and not (part == "gpu" and kwh == 0 and not numbers.of("gpu_count")):
            figures[f"{part}_energy_kwh"] = Figure(kwh / pue, kind)
    if energy_kwh is not None:
        of_parts = {figure.provenance for figure in figures.values() if figure.value}
        provenance = weakest(of_parts) if of_parts else "reported"
        figures["energy_kwh"] = Figure(energy_kwh / pue, provenance)
    return figures


def _key(row: Row, values: Mapping[str, str]) -> str:
    run_id = values.get("run_id", "")[:8] or f"row-{row.line}"
    known = (values.get("project_name", ""), values.get("task_name", ""), run_id)
    return "-".join(filter(None, known))


def _info(numbers: Numbers, values: Mapping[str, str], pue: float) -> RunInfo:
    provider = values.get("cloud_provider", "").lower()
    is_cloud = values.get("on_cloud") == "Y" and _WORD.fullmatch(provider)
    run_id = values.get("run_id", "")
    return RunInfo(
        format=TOOL,
        run_id=run_id if _RUN_ID.fullmatch(run_id) else "",
        cpu_info=cpu_facts(
            values.get("cpu_model", ""),
            numbers.of("cpu_count"),
            numbers.of("ram_total_size"),
            values.get("python_version", ""),
        ),
        gpu_info=gpu_facts(values.get("gpu_model", ""), numbers.of("gpu_count")),
        region=region(
            values.get("country_iso_code", ""),
            values.get("region", ""),
            f"told by {TOOL}",
            values.get("country_name", ""),
        ),
        pue=pue,
        collector_version=words(values.get("codecarbon_version", "")),
        surroundings=Surroundings(
            operating_system=words(values.get("os", "")),
            cloud=Cloud(provider) if is_cloud else None,
        ),
        told=_told(values),
    )


def _told(values: Mapping[str, str]) -> dict[str, str]:
    release = re.match(r"(\d+)\.(\d+)\.(\d+)", values.get("codecarbon_version", ""))
    is_mean = release is not None and tuple(map(int, release.groups())) >= _MEAN_SINCE
    power = "mean" if is_mean else "of the last sample, not the mean"
    found = {
        label.format(power=power): words(values[column])
        for column, label in _TOLD.items()
        if column in values
    }
    return found | ({"Times": UTC_ASSUMED} if "timestamp" in values else {})


def _of_task(file: ForeignFile, row: Row) -> Problem:
    hint = "if the run itself is here, too, its energy counts twice"
    return Problem(file.path, "this is a task within a run", row.line, hint=hint)


def _without_id(file: ForeignFile, lines: Sequence[int]) -> Problem:
    listed = ", ".join(map(str, lines[:_MOST_LINES])) + (" …" if len(lines) > _MOST_LINES else "")
    return Problem(
        file.path,
        f"expected a run id in each row, found none in {count(len(lines), 'row')}: {listed}",
        lines[0],
        "run_id",
        hint="each counts as a run of its own; rows that one run wrote as it went on cannot be told from several runs",
    )
