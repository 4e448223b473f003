"""Energy of a run, by component and in all. Formulas: docs/metrics.md#energy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray, Provenance, RunLog
from .timeline import Timeline


@dataclass(frozen=True, slots=True)
class ComponentEnergy:
    """What one component used over a run."""

    component: str
    energy_j: FloatArray
    """Shape (n + 1,), by interval. Zero where `covered` is not, under the rule for our own logs."""
    covered: NDArray[np.bool_]
    """Shape (n + 1,): real readings stand behind the interval."""
    provenance: Provenance

    @property
    def total_j(self) -> float:
        return fsum(self.energy_j)


@dataclass(frozen=True, slots=True)
class RunEnergy:
    components: tuple[ComponentEnergy, ...]
    """Only those with readings."""
    missing: tuple[str, ...]
    """Components that the machine has and nothing was read of."""
    measured_share: float
    """Share of the time covered by real samples of every component that has any."""

    def of(self, component: str) -> ComponentEnergy | None:
        """The energy of "cpu" or "gpu"; None where nothing was read of it."""
        return next((c for c in self.components if c.component == component), None)

    @property
    def by_interval_j(self) -> FloatArray:
        """Shape (n + 1,): all components together."""
        total: FloatArray = np.sum([c.energy_j for c in self.components], axis=0)
        return total

    @property
    def provenance(self) -> Provenance:
        """Of the sum: partial where something is missing, estimated where a part is."""
        kinds = {c.provenance for c in self.components}
        if not kinds:
            return "not measured"
        if self.missing or "partial" in kinds:
            return "partial"
        return "estimated" if "estimated" in kinds else "measured"


CHANNELS: Mapping[str, tuple[tuple[str, Provenance], ...]] = {
    "cpu": (("cpu_power_w", "measured"), ("cpu_estimated_power_w", "estimated")),
    "gpu": (("gpu_power_w", "measured"),),
}
"""By component, the channels that give its power, best first."""

WELL_COVERED = 0.95
"""From this share of the time on, a figure counts as measured rather than partial."""


def run_energy(log: RunLog, timeline: Timeline) -> RunEnergy:
    """Energy by interval of each component that has readings."""
    components = tuple(_components(log, timeline))
    present = {c.component for c in components}
    expected = {"cpu", "gpu"} if log.info.gpu_info else {"cpu"}
    covered = np.ones(len(timeline.interval_s), dtype=bool)
    for component in components:
        covered &= component.covered
    if not components:
        covered = timeline.covered(log.samples.time_s)
    return RunEnergy(components, tuple(sorted(expected - present)), timeline.share(covered))


def _components(log: RunLog, timeline: Timeline) -> Iterator[ComponentEnergy]:
    for component, channels in CHANNELS.items():
        for channel, provenance in channels:
            power_w = log.samples.channels.get(channel)
            if power_w is None:
                continue
            covered = timeline.covered(power_w)
            counted = log.samples.energy_j.get(f"attributable:{component}")
            if counted is not None and provenance == "measured":
                energy_j = _by_counter(counted, timeline)
                covered = timeline.covered(counted) | covered
            else:
                energy_j = timeline.interval_s * timeline.held(power_w)
                if not timeline.holds_for_ever:
                    energy_j = np.where(covered, energy_j, 0.0)
            well = timeline.share(covered) >= WELL_COVERED
            yield ComponentEnergy(component, energy_j, covered, provenance if well else "partial")
            break


def _by_counter(counted_j: FloatArray, timeline: Timeline) -> FloatArray:
    """Joules by interval from a counter that starts at zero with the run.

    A counter that falls was set back: what it shows then was used since. Nothing is added after the last sample, which
    the collector takes at the end.
    """
    held = timeline.held(counted_j)[:-1]
    steps = np.diff(held, prepend=0.0)
    return np.append(np.where(steps < 0, held, steps), 0.0)
