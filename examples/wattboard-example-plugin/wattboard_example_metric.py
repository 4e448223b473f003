"""A figure of a run that Wattboard does not compute: the highest power that its GPUs drew."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from wattboard.sitegen import Figure, FigureKind, Metric
from wattboard.sitegen.model import RunLog


def _peak(log: RunLog, figures: Mapping[str, Figure]) -> Figure | None:
    power_w = log.samples.channels.get("gpu_power_w")
    if power_w is None:
        return None  # the run's page says "not measured"
    return Figure(float(np.nanmax(power_w)), figures["gpu_energy_kwh"].provenance)


METRIC = Metric(
    FigureKind("peak_gpu_power_w", "Highest GPU power", "W", summable=False, better=""),
    _peak,
    formula="highest P_GPU of all samples",
)
