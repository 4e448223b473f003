"""MLPerf Power's `spl.txt`: the readings of a power meter at the wall, one a second, written by SPEC's PTDaemon.

A line is "Time,08-24-2021 17:28:47.621,Watts,12.15,Volts,…,Amps,…,PF,…,Mark,label". Of a run only the time from
`power_begin` to `power_end` counts, which `mlperf_log_detail.txt` beside it has (github.com/mlcommons/inference,
tools/submission/power).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import Problem
from ..model import Figure, PowerSource, Provenance, RunInfo
from ..text import count, duration
from ..units import SECONDS_PER_HOUR
from .facts import words
from .json_values import mapping, parsed, text
from .model import ForeignFile, ReportedRun
from .power import energy_kwh, from_readings
from .values import UTC_ASSUMED, number, time_s

name = "mlperf"
file_names = ("*spl*.txt",)
version = 1

TOOL = "MLPerf Power"
_FORM = "%m-%d-%Y %H:%M:%S.%f"
_DETAIL = "mlperf_log_detail.txt"
_MLLOG = ":::MLLOG "
_HEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?Time,\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d+,Watts,")
_MOST_NOTED = 10
_MOST_READINGS = 2_000_000


def recognises(file: ForeignFile) -> bool:
    """By its first line."""
    return _HEAD.match(file.data[:200]) is not None


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """One run: what the meter read between its begin and end."""
    readings, mark, problems = _readings(file)
    begin_s, end_s = _times_of_run(file)
    within = [r for r in readings if begin_s <= r[0] <= end_s]
    if not within and readings:
        told = _info(
            mark, {"Cut": "not cut to the run: its times are not within those of the readings"}
        )
        within = readings
        problems.append(
            Problem(
                file.path,
                f"expected readings between the power_begin and power_end of {_DETAIL}, found none",
                hint="all readings count; the clocks or time zones of meter and machine differ",
            )
        )
    elif len(within) < len(readings):
        told = _info(mark, {"Cut": f"to power_begin and power_end of {_DETAIL}"})
    else:
        told = _info(mark, {})
    if not within:
        message = "expected readings such as Time,08-24-2021 17:28:47.621,Watts,12.15, found none"
        fault = Problem(file.path, message, hint="the file is skipped", severity="error")
        return (), (*problems, fault)
    power, lost_s = from_readings("machine", within)
    seconds = float(power.end_s[-1] - power.start_s[0])
    kind: Provenance = "partial" if lost_s > 0 else "measured"
    if lost_s > 0:
        message = f"expected a reading a second, found {duration(lost_s)} of {duration(seconds)} without any"
        problems.append(Problem(file.path, message, hint="that time adds no energy"))
    run = ReportedRun(
        key="",
        tool=TOOL,
        figures={
            "energy_kwh": energy_kwh([power], kind),
            "duration_hours": Figure(seconds / SECONDS_PER_HOUR, "measured"),
            "measured_share": Figure(1 - lost_s / seconds, "measured"),
        },
        info=told,
        start_s=float(power.start_s[0]),
        end_s=float(power.end_s[-1]),
        power=(power,),
        line=1,
        problems=tuple(problems),
    )
    return (run,), ()


def _readings(file: ForeignFile) -> tuple[list[tuple[float, float]], str, list[Problem]]:
    """Times and watts in order, the last mark, and what is wrong with lines."""
    found: dict[float, float] = {}
    mark = ""
    bad: list[int] = []
    for line, row in enumerate(file.data.decode("utf-8", errors="replace").splitlines(), 1):
        fields = row.split(",")
        values = dict(zip(fields[::2], fields[1::2], strict=False))
        at, watts = time_s(values.get("Time"), _FORM), number(values.get("Watts"))
        if at is None or watts is None:
            if row.strip():
                bad.append(line)
        elif len(found) < _MOST_READINGS:
            found.setdefault(at, watts)
            mark = values.get("Mark", mark)
    problems = []
    if bad:
        listed = ", ".join(map(str, bad[:_MOST_NOTED])) + (" …" if len(bad) > _MOST_NOTED else "")
        message = f"expected a time and watts in each line, found {count(len(bad), 'line')} without: {listed}"
        problems.append(Problem(file.path, message, bad[0], hint="they are left out"))
    return sorted(found.items()), mark, problems


def _times_of_run(file: ForeignFile) -> tuple[float, float]:
    """When the run began and ended, without end where nothing tells it."""
    detail = file.beside(_DETAIL)
    times = {"power_begin": float("-inf"), "power_end": float("inf")}
    for line in (detail or b"").decode("utf-8", errors="replace").splitlines():
        if line.startswith(_MLLOG):
            entry = mapping(parsed(line.removeprefix(_MLLOG).encode()))
            at = time_s(entry.get("value"), _FORM)
            if text(entry.get("key")) in times and at is not None:
                times[text(entry.get("key"))] = at
    return times["power_begin"], times["power_end"]


def _info(mark: str, told: Mapping[str, str]) -> RunInfo:
    return RunInfo(
        format=TOOL,
        power_sources=(PowerSource("power meter at the wall", "power", "machine"),),
        told={
            **({"Mark": words(mark)} if mark else {}),
            **told,
            "Energy": "of the whole machine, at the wall",
            "Times": UTC_ASSUMED,
        },
    )
