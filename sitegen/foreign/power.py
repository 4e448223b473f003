"""Power over time as other tools log it, and the energy that it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import numpy as np

from ..model import Figure, Provenance
from ..units import JOULES_PER_KWH
from .model import ReportedPower

_LEAST_GAP_S = 5.0
_GAP_INTERVALS = 5.0
"""A reading stands for no more time than that many usual intervals, and no less than a few seconds."""


def energy_kwh(powers: Sequence[ReportedPower], provenance: Provenance) -> Figure:
    """Σ (end − start) × power over all components / 3.6e6."""
    joules = (
        watts * length
        for power in powers
        for watts, length in zip(
            power.power_w.tolist(), (power.end_s - power.start_s).tolist(), strict=True
        )
    )
    return Figure(fsum(joules) / JOULES_PER_KWH, provenance)


def from_readings(
    component: str, readings: Sequence[tuple[float, float]]
) -> tuple[ReportedPower, float]:
    """A series in which each reading stands until the next, the last one for the usual interval.

    Args:
        readings: Seconds since 1970 and watts, increasing in time, at least one.

    Returns:
        The series, and for how many seconds within it there was no reading: those add no energy.
    """
    time_s = np.array([at for at, _ in readings])
    power_w = np.array([watts for _, watts in readings])
    lengths = np.diff(time_s)
    usual_s = float(np.median(lengths)) if len(lengths) else 1.0
    longest_s = max(_LEAST_GAP_S, _GAP_INTERVALS * usual_s)
    lengths = np.append(lengths, usual_s)
    held = np.where(lengths > longest_s, usual_s, lengths)
    series = ReportedPower(component, time_s, time_s + held, power_w)
    return series, float((lengths - held).sum())
