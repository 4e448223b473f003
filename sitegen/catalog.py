"""Every figure that a run has by itself: its name, the seed's name for it, and what a person reads.

Those of other packages are found when they are first asked for: such a package may use all of this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class FigureKind:
    """What is known of a figure before any run is read."""

    name: str
    label: str
    unit: str
    seed_name: str = ""
    summable: bool = True
    """Whether the sum over runs means something."""
    better: Literal["lower", "higher", ""] = "lower"
    """"" for what describes a run and is no goal."""


_OURS: tuple[FigureKind, ...] = (
    FigureKind("facility_energy_kwh", "Energy, with PUE", "kWh", "total_power"),
    FigureKind("energy_kwh", "Energy, without PUE", "kWh"),
    FigureKind("cpu_energy_kwh", "CPU energy, without PUE", "kWh", "kw_hr_cpu"),
    FigureKind("gpu_energy_kwh", "GPU energy, without PUE", "kWh", "kw_hr_gpu"),
    FigureKind("ram_energy_kwh", "RAM energy, without PUE", "kWh"),
    FigureKind("emissions_kg", "Emissions", "kg CO₂eq", "estimated_carbon_impact_kg"),
    FigureKind(
        "mean_carbon_intensity_g_per_kwh",
        "Mean carbon intensity",
        "g CO₂eq/kWh",
        "average_realtime_carbon_intensity",
        summable=False,
        better="",
    ),
    FigureKind("duration_hours", "Duration", "h", "exp_len_hours"),
    FigureKind("cpu_hours", "CPU time", "h", "cpu_hours"),
    FigureKind("gpu_hours", "GPU time, weighted by use", "h", "gpu_hours"),
    FigureKind("allocated_gpu_hours", "GPU time, allocated", "h"),
    FigureKind("mean_power_w", "Mean power", "W", summable=False, better=""),
    FigureKind("measured_share", "Share of time measured", "0–1", "", False, ""),
)

OUR_NAMES = frozenset(name for kind in _OURS for name in (kind.name, kind.seed_name) if name)
"""Ours and the seed's, without those of other packages."""


@cache
def figure_kinds() -> tuple[FigureKind, ...]:
    """All of them, ours first."""
    from .metrics.others import other_metrics

    return (*_OURS, *(metric.kind for metric in other_metrics()))


@cache
def kinds_by_name() -> Mapping[str, FigureKind]:
    """By our name and by the seed's."""
    return {name: kind for kind in figure_kinds() for name in (kind.name, kind.seed_name) if name}


@cache
def known_names() -> frozenset[str]:
    """All that a spec may call a figure by without a processor."""
    return frozenset(kinds_by_name())


def our_name(name: str) -> str:
    """Our name of a figure that may be called by the seed's; a processor's own names stay as they are."""
    kind = kinds_by_name().get(name)
    return kind.name if kind else name
