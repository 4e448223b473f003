"""The time series of a run, thinned out for its charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from .model import FloatArray, RunLog, Series, SeriesSummary, TimeChart
from .tracks import Combining, Track, combined, track
from .units import BYTES_PER_GIB

POINTS = 1000
"""About as many as a screen has columns; MinMaxLTTB keeps every peak that could be seen."""

_SIGNIFICANT_DIGITS = 5
_TOUCHING_S = 1e-3
"""Steps that are no further apart follow each other: the rest is rounding."""
_SMALLEST = 1e-30
"""What lies below is drawn as zero."""


# How the readings of a run's parts make those of the run.
_OWN = Combining("sum", "sum")
_OF_MACHINES = Combining("mean", "sum", "node")
_OF_ALL_GPUS = Combining("mean", "sum", "gpus")
_SHARE_OF_MACHINE = Combining("sum", "mean", "node")
_SHARE_OF_GPUS = Combining("sum", "mean", "gpus")
_MEAN_OF_MACHINES = Combining("mean", "mean", "node")


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    channels: tuple[str, ...]
    """The first of these that a log has."""
    combining: Combining


@dataclass(frozen=True, slots=True)
class _Plan:
    key: str
    title: str
    quantity: str
    unit: str
    lines: tuple[_Line, ...]
    scale: float = 1.0


_PLANS: tuple[_Plan, ...] = (
    _Plan(
        "power",
        "Power drawn by the run",
        "Power",
        "W",
        (
            _Line("CPU", ("cpu_power_w", "cpu_sensor_power_w"), _OWN),
            _Line("GPU", ("gpu_power_w", "gpu_sensor_power_w"), _OWN),
        ),
    ),
    _Plan(
        "power-estimated",
        "Power drawn by the run, estimated from rated power",
        "Power, estimated",
        "W",
        (_Line("CPU (estimated)", ("cpu_estimated_power_w",), _OWN),),
    ),
    _Plan(
        "machine-power",
        "Power drawn by the whole machine",
        "Power",
        "W",
        (
            _Line("CPU", ("cpu_machine_power_w", "cpu_sensor_machine_power_w"), _OF_MACHINES),
            _Line("GPU", ("gpu_machine_power_w", "gpu_sensor_machine_power_w"), _OF_ALL_GPUS),
        ),
    ),
    _Plan(
        "gpu-use",
        "GPU use, average over GPUs",
        "Use",
        "%",
        (_Line("GPU", ("gpu_utilisation",), _SHARE_OF_GPUS),),
        100.0,
    ),
    _Plan(
        "relative-use",
        "The run's share of what the machine uses",
        "Share",
        "%",
        (
            _Line("CPU", ("cpu_relative_utilisation",), _SHARE_OF_MACHINE),
            _Line("GPU", ("gpu_relative_utilisation",), _SHARE_OF_GPUS),
        ),
        100.0,
    ),
    _Plan(
        "cpu-use",
        "CPU cores used by the run",
        "Cores",
        "",
        (_Line("CPU", ("cpu_utilisation",), _OWN),),
    ),
    _Plan(
        "memory",
        "Memory used by the run",
        "Memory",
        "GiB",
        (_Line("RAM", ("memory_bytes",), _OWN),),
        1 / BYTES_PER_GIB,
    ),
    _Plan(
        "load",
        "Load of the machine, per logical CPU",
        "Load",
        "%",
        (
            _Line("1 minute", ("load_1_min",), _MEAN_OF_MACHINES),
            _Line("5 minutes", ("load_5_min",), _MEAN_OF_MACHINES),
            _Line("15 minutes", ("load_15_min",), _MEAN_OF_MACHINES),
        ),
        100.0,
    ),
    _Plan(
        "carbon",
        "Carbon intensity of the grid",
        "Carbon intensity",
        "g CO₂eq/kWh",
        (_Line("Grid", ("carbon_intensity_g_per_kwh",), _MEAN_OF_MACHINES),),
    ),
    _Plan(
        "disk-writes",
        "Written to disk by the run",
        "Speed",
        "MB/s",
        (_Line("Disk", ("disk_write_bytes_per_s",), _OWN),),
        1e-6,
    ),
    _Plan(
        "disk",
        "Disk write speed, by a test of half a second",
        "Speed",
        "MB/s",
        (_Line("Disk", ("disk_write_mb_per_s",), _MEAN_OF_MACHINES),),
    ),
)


def charts(parts: Sequence[tuple[RunLog, float]]) -> tuple[TimeChart, ...]:
    """All charts for which a run has readings, in the order of its page.

    Args:
        parts: Its logs, at least one, each with the seconds for which a reading stands at most.
    """
    return tuple(_charts(parts))


def _charts(parts: Sequence[tuple[RunLog, float]]) -> Iterator[TimeChart]:
    start_s = min(log.start_s for log, _ in parts)
    last_s = max(float(log.samples.time_s[-1]) for log, _ in parts) - start_s
    present = frozenset(channel for log, _ in parts for channel in log.samples.channels)
    drawn = [
        _drawn(plan, line.name, one, start_s)
        for plan in _PLANS
        for line in plan.lines
        if not present.isdisjoint(line.channels)
        and (one := _track(line, parts)) is not None
        and len(one.time_s)
    ]
    if not drawn:
        return
    # All at once: of a short run, numpy spends its time on being called.
    values = _rounded(np.concatenate([one.value for one in drawn])).tolist()
    times = _rounded_times(np.concatenate([one.time_s for one in drawn]), last_s)
    ends = [*accumulate(len(one.value) for one in drawn)]
    series = [
        Series(
            one.name,
            *_broken_at(
                times[end - len(one.value) : end], values[end - len(one.value) : end], one.breaks
            ),
            one.summary,
        )
        for one, end in zip(drawn, ends, strict=True)
    ]
    for plan, of_plan in groupby(zip(drawn, series, strict=True), lambda pair: pair[0].plan):
        lines = tuple(line for _, line in of_plan)
        yield TimeChart(plan.key, plan.title, plan.quantity, plan.unit, lines)


def _track(line: _Line, parts: Sequence[tuple[RunLog, float]]) -> Track | None:
    """The readings of a line, which some part has; None where those of several make no whole."""
    tracks = [
        (log, track(log, channel, longest_hold_s))
        for log, longest_hold_s in parts
        if (channel := next((c for c in line.channels if c in log.samples.channels), None))
    ]
    return combined(tracks, line.combining, [log for log, _ in parts])


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line with the points that are drawn of it, in full precision."""

    plan: _Plan
    name: str
    time_s: FloatArray
    value: FloatArray
    breaks: Sequence[int]
    """Points before which the line is broken."""
    summary: SeriesSummary


def _drawn(plan: _Plan, name: str, one: Track, start_s: float) -> _Drawn:
    # A line is not drawn across time without readings. Gaps are looked for before thinning out.
    starts_anew = one.starts_anew - start_s
    read = one.value if plan.scale == 1.0 else one.value * plan.scale
    times, values = downsample(one.time_s - start_s, read, POINTS)
    breaks = np.searchsorted(times, starts_anew).tolist() if len(starts_anew) else []
    mean = float(np.add.reduce(read)) / len(read)
    summary = SeriesSummary(float(read.min()), mean, float(read.max()), float(read[-1]))
    return _Drawn(plan, name, times, values, breaks, summary)


def steps(name: str, start_s: FloatArray, end_s: FloatArray, value: FloatArray) -> Series:
    """A line through the corners of steps, broken where one does not begin as the one before it ends.

    Args:
        start_s, end_s: Shape (n,), n >= 1, increasing. Seconds since the run began.
        value: Shape (n,), no NaN.
    """
    time_s = np.column_stack((start_s, end_s)).ravel()
    times, values = downsample(time_s, np.repeat(value, 2), POINTS)
    behind_gaps = start_s[1:][start_s[1:] - end_s[:-1] > _TOUCHING_S]
    breaks = np.searchsorted(times, behind_gaps).tolist()
    summary = SeriesSummary(
        float(value.min()), float(value.mean()), float(value.max()), float(value[-1])
    )
    rounded = _rounded_times(times, float(time_s[-1]))
    return Series(name, *_broken_at(rounded, _rounded(values).tolist(), breaks), summary)


def downsample(time_s: FloatArray, value: FloatArray, points: int) -> tuple[FloatArray, FloatArray]:
    """Keep at most `points` points, those that give a line its shape (MinMaxLTTB)."""
    if len(time_s) <= points:
        return time_s, value
    kept = _downsampler().downsample(time_s, value, n_out=points)
    return time_s[kept], value[kept]


@cache
def _downsampler() -> MinMaxLTTBDownsampler:
    made = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    # All arrays here are of 64-bit floats: asking each for its type costs four times what thinning it out does.
    made.x_dtype_regex_list = made.y_dtype_regex_list = None
    return made


def _broken_at(
    times: list[float], values: list[float | None], before: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float | None, ...]]:
    for i in sorted(set(before) - {0}, reverse=True):
        times.insert(i, times[i])
        values.insert(i, None)
    return tuple(times), tuple(values)


def _rounded(values: FloatArray) -> FloatArray:
    """To five significant digits. A whole number over a power of ten is the nearest there is, so it prints short."""
    values = np.where(np.abs(values) < _SMALLEST, 0.0, values)
    magnitude = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0))
    digits = _SIGNIFICANT_DIGITS - 1 - magnitude
    up, down = 10.0 ** np.maximum(digits, 0), 10.0 ** np.maximum(-digits, 0)
    rounded: FloatArray = np.rint(values * up / down) / up * down
    return rounded


def _rounded_times(times: FloatArray, last_s: float) -> list[float]:
    """To a hundred-thousandth of the run: finer than any screen."""
    digits = max(0, _SIGNIFICANT_DIGITS - math.ceil(math.log10(max(last_s, 1.0))))
    rounded: list[float] = np.round(times, digits).tolist()
    return rounded
