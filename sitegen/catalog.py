"""Every figure that a run has by itself: its name, the seed's name for it, and what a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


FIGURES: tuple[FigureKind, ...] = (
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

BY_NAME: Mapping[str, FigureKind] = {
    name: kind for kind in FIGURES for name in (kind.name, kind.seed_name) if name
}
"""By our name and by the seed's."""

KNOWN_NAMES = frozenset(BY_NAME)


def our_name(name: str) -> str:
    """Our name of a figure that may be called by the seed's; a processor's own names stay as they are."""
    kind = BY_NAME.get(name)
    return kind.name if kind else name
