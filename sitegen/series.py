"""The time series of a run, thinned out for its charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from .metrics.timeline import Timeline
from .model import FloatArray, RunLog, Series, TimeChart
from .units import BYTES_PER_GIB

POINTS = 1000
"""About as many as a screen has columns; MinMaxLTTB keeps every peak that could be seen."""

_SIGNIFICANT_DIGITS = 5
_SMALLEST = 1e-30
"""What lies below is drawn as zero."""


@dataclass(frozen=True, slots=True)
class _Plan:
    key: str
    title: str
    quantity: str
    unit: str
    channels: tuple[tuple[str, str], ...]
    """Channel name and the line's name."""
    scale: float = 1.0


_PLANS: tuple[_Plan, ...] = (
    _Plan(
        "power",
        "Power drawn by the run",
        "Power",
        "W",
        (("cpu_power_w", "CPU"), ("gpu_power_w", "GPU")),
    ),
    _Plan(
        "power-estimated",
        "Power drawn by the run, estimated from rated power",
        "Power, estimated",
        "W",
        (("cpu_estimated_power_w", "CPU (estimated)"),),
    ),
    _Plan(
        "machine-power",
        "Power drawn by the whole machine",
        "Power",
        "W",
        (("cpu_machine_power_w", "CPU"), ("gpu_machine_power_w", "GPU")),
    ),
    _Plan(
        "gpu-use", "GPU use, average over GPUs", "Use", "%", (("gpu_utilisation", "GPU"),), 100.0
    ),
    _Plan(
        "relative-use",
        "The run's share of what the machine uses",
        "Share",
        "%",
        (("cpu_relative_utilisation", "CPU"), ("gpu_relative_utilisation", "GPU")),
        100.0,
    ),
    _Plan("cpu-use", "CPU cores used by the run", "Cores", "", (("cpu_utilisation", "CPU"),)),
    _Plan(
        "memory",
        "Memory used by the run",
        "Memory",
        "GiB",
        (("memory_bytes", "RAM"),),
        1 / BYTES_PER_GIB,
    ),
    _Plan(
        "load",
        "Load of the machine, per logical CPU",
        "Load",
        "%",
        (("load_1_min", "1 minute"), ("load_5_min", "5 minutes"), ("load_15_min", "15 minutes")),
        100.0,
    ),
    _Plan(
        "carbon",
        "Carbon intensity of the grid",
        "Carbon intensity",
        "g CO₂eq/kWh",
        (("carbon_intensity_g_per_kwh", "Grid"),),
    ),
    _Plan(
        "disk-writes",
        "Written to disk by the run",
        "Speed",
        "MB/s",
        (("disk_write_bytes_per_s", "Disk"),),
        1e-6,
    ),
    _Plan(
        "disk",
        "Disk write speed, by a test of half a second",
        "Speed",
        "MB/s",
        (("disk_write_mb_per_s", "Disk"),),
    ),
)


def charts(log: RunLog, line: Timeline) -> tuple[TimeChart, ...]:
    """All charts for which a run has readings, in the order of its page."""
    return tuple(_charts(log, line))


def _charts(log: RunLog, line: Timeline) -> Iterator[TimeChart]:
    time_s = log.samples.time_s - log.start_s
    for plan in _PLANS:
        series = tuple(
            _series(name, time_s, log.samples.channels[channel] * plan.scale, line.longest_hold_s)
            for channel, name in plan.channels
            if channel in log.samples.channels
        )
        if series:
            yield TimeChart(plan.key, plan.title, plan.quantity, plan.unit, series)


def _series(name: str, time_s: FloatArray, value: FloatArray, longest_hold_s: float) -> Series:
    present = ~np.isnan(value)
    times, values = downsample(time_s[present], value[present], POINTS)
    # A line is not drawn across time without readings. Gaps are looked for before thinning out.
    gaps = time_s[present][1:][np.diff(time_s[present]) > longest_hold_s]
    breaks = np.searchsorted(times, gaps).tolist()
    return Series(
        name,
        *_broken_at(_rounded_times(times, float(time_s[-1])), _rounded(values).tolist(), breaks),
    )


def downsample(time_s: FloatArray, value: FloatArray, points: int) -> tuple[FloatArray, FloatArray]:
    """Keep at most `points` points, those that give a line its shape (MinMaxLTTB)."""
    if len(time_s) <= points:
        return time_s, value
    kept = MinMaxLTTBDownsampler().downsample(time_s, value, n_out=points)  # type: ignore[no-untyped-call]
    return time_s[kept], value[kept]


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
