"""What a line of `data.json` may hold: docs/log-format.md, as code.

Two readings of the same table: the figures and charts need numbers by channel, the download needs every field of the
format and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

CHANNEL_FIELDS: Mapping[str, str] = {
    "cpu_power_w": "rapl_estimated_attributable_power_draw",
    "cpu_machine_power_w": "rapl_power_draw_absolute",
    "cpu_sensor_power_w": "cpu_attributable_power_draw",
    "cpu_sensor_machine_power_w": "cpu_power_draw_absolute",
    "cpu_estimated_power_w": "cpu_estimated_attributable_power_draw",
    "cpu_estimated_machine_power_w": "cpu_estimated_power_draw",
    "gpu_power_w": "nvidia_estimated_attributable_power_draw",
    "gpu_machine_power_w": "nvidia_draw_absolute",
    "gpu_sensor_power_w": "gpu_attributable_power_draw",
    "gpu_sensor_machine_power_w": "gpu_power_draw_absolute",
    "gpu_utilisation": "average_gpu_estimated_utilization_absolute",
    "gpu_relative_utilisation": "average_gpu_estimated_utilization_relative",
    "cpu_utilisation": "absolute_cpu_utilization",
    "cpu_relative_utilisation": "average_relative_cpu_utilization",
    "memory_bytes": "absolute_mem_usage",
    "memory_share": "absolute_mem_percent_usage",
    "disk_write_mb_per_s": "disk_write_speed",
    "disk_write_bytes_per_s": "disk_write_bytes_per_s",
    "cpu_seconds": "attributable_cpu_seconds",
    "carbon_intensity_g_per_kwh": "realtime_carbon_intensity",
}
"""Our channel name to the field's name in the log. NaN where a sample has no such reading.

`sensor` stands for all that measures but RAPL and NVML, whose fields bear names of the seed's.
"""

CPU_TIME_FIELD = "cpu_time_seconds"
PROCESSES_FIELD = "process_ids"
LOAD_FIELD = "cpu_count_adjusted_average_load"
LOAD_CHANNELS = ("load_1_min", "load_5_min", "load_15_min")
ENERGY_FIELDS: Mapping[str, str] = {
    "energy_j": "",
    "attributable_energy_j": "attributable:",
}
"""Fields of cumulative joules by device, and the prefix that their devices get in `Samples.energy_j`."""


class CpuTime(msgspec.Struct, gc=False):
    user: float | None = None
    system: float | None = None


class Line(msgspec.Struct, gc=False):
    """The numbers of a sample that the figures and charts need. Unknown fields are ignored."""

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
    energy_j: dict[str, float | None] | None = None
    attributable_energy_j: dict[str, float | None] | None = None


class WholeLine(Line, gc=False):
    """With the CPU time of each process."""

    cpu_time_seconds: dict[str, CpuTime] | None = None


class AlikeLine(Line, gc=False):
    """One of many lines that differ in numbers only: which processes there are need not be read of each."""

    cpu_time_seconds: msgspec.Raw = msgspec.Raw()
    process_ids: msgspec.Raw = msgspec.Raw()


def number(value: object) -> float:
    """A finite number as it is, all else as NaN."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError:
            return math.nan
        return value if math.isfinite(value) else math.nan
    return math.nan


# -- the download's allow-list -------------------------------------------------------------------------------------

_NUMBER = "number"
_NUMBERS = "list of numbers"
_BY_DEVICE = "number by device or process"
_CPU_TIME = frozenset({"user", "system", "children_user", "children_system", "iowait"})
_MEMORY = frozenset(
    {
        "rss",
        "vms",
        "shared",
        "text",
        "lib",
        "data",
        "dirty",
        "uss",
        "pss",
        "swap",
        "pfaults",
        "pageins",
    }
)
_UTILISATION = frozenset({"sm", "mem", "enc", "dec", "type", "command", "jpg", "ofa"})
_FREQUENCY = frozenset({"current", "min", "max"})

ALLOWED: Mapping[str, str | frozenset[str]] = {
    "timestamp": _NUMBER,
    **dict.fromkeys(CHANNEL_FIELDS.values(), _NUMBER),
    "relative_mem_usage": _NUMBER,
    LOAD_FIELD: _NUMBERS,
    "process_ids": _NUMBERS,
    "energy_j": _BY_DEVICE,
    "attributable_energy_j": _BY_DEVICE,
    "per_gpu_power_draw": _BY_DEVICE,
    "per_gpu_performance_state": "state by device",
    "cpu_time_seconds": _CPU_TIME,
    "mem_info_per_process": _MEMORY,
    "per_gpu_average_estimated_utilization_absolute": _UTILISATION,
    "cpu_freq": _FREQUENCY,
}
"""Field to what it may hold. A set: an object of objects (or a list of objects) with these keys."""


def cleaned(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the format, with numbers where numbers belong (else null). All else is left out."""
    return {
        name: _clean_field(name, sample[name], kind)
        for name, kind in ALLOWED.items()
        if name in sample
    }


def _clean_field(name: str, value: Any, kind: str | frozenset[str]) -> Any:
    if kind == _NUMBER:
        return "n/a" if name == "realtime_carbon_intensity" and value == "n/a" else _or_null(value)
    if kind == _NUMBERS:
        return [_or_null(item) for item in value] if isinstance(value, list) else None
    if isinstance(kind, frozenset):
        if isinstance(value, list) and name == "cpu_freq":
            return [_allowed_keys(item, kind) for item in value if isinstance(item, dict)]
        if isinstance(value, dict):
            return {
                key: _allowed_keys(item, kind)
                for key, item in value.items()
                if _is_device(key) and isinstance(item, dict)
            }
        return None
    if not isinstance(value, dict):
        return None
    keep = _state if name == "per_gpu_performance_state" else _or_null
    return {key: keep(item) for key, item in value.items() if _is_device(key)}


def _allowed_keys(item: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: _or_null(value) for key, value in item.items() if key in keys}


def _or_null(value: object) -> float | int | None:
    clean = number(value)
    if math.isnan(clean):
        return None
    return value if isinstance(value, int) else clean


_DEVICE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:(), ")


def _is_device(key: str) -> bool:
    """ "20210", "(0, 30665)", "gpu:0", "package-0": a process or a device, and no sentence."""
    return len(key) <= 48 and _DEVICE_LETTERS.issuperset(key)


def _state(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 4 and value.isalnum() else None
