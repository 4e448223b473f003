"""Emissions of a run. Formulas: docs/metrics.md#emissions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..model import RunLog
from ..units import GRAMS_PER_KG, JOULES_PER_KWH
from .energy import RunEnergy
from .sums import exact_sum
from .timeline import Timeline


@dataclass(frozen=True, slots=True)
class Emissions:
    mean_intensity_g_per_kwh: float | None
    emissions_kg: float | None
    """Of the energy with PUE."""
    is_live: bool
    """The grid's intensity was logged during the run; else a region's average stands for it."""


def run_emissions(log: RunLog, timeline: Timeline, energy: RunEnergy, pue: float) -> Emissions:
    """Energy of each interval times the grid's intensity then; where no sample has one, times the region's average."""
    average = log.info.carbon_intensity
    live = log.samples.channels.get("carbon_intensity_g_per_kwh")
    n = len(timeline.interval_s)
    if live is not None:
        intensity = timeline.held(live)
    elif average is not None:
        intensity = np.broadcast_to(average.g_per_kwh, n)
    else:
        return Emissions(None, None, is_live=False)
    mean = exact_sum(n, lambda rows: intensity[rows]) / n
    if not energy.components:
        return Emissions(mean, None, is_live=live is not None)
    joules_g_per_kwh = exact_sum(n, lambda rows: energy.by_interval_j(rows) * intensity[rows])
    kg = pue * joules_g_per_kwh / JOULES_PER_KWH / GRAMS_PER_KG
    return Emissions(mean, kg, is_live=live is not None)
