"""Energy of a run, by component and in all. Formulas: docs/metrics.md#energy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
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
"""By component, the channels that give the power attributed to the run, best first."""

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
    for component in CHANNELS:
        energy = _by_counters(component, log, timeline) or _by_power(component, log, timeline)
        if energy is not None:
            well = timeline.share(energy.covered) >= WELL_COVERED
            yield energy if well else replace(energy, provenance="partial")


def _by_power(component: str, log: RunLog, timeline: Timeline) -> ComponentEnergy | None:
    """Interval times power, of the best channel that there is."""
    for channel, provenance in CHANNELS[component]:
        power_w = log.samples.channels.get(channel)
        if power_w is not None:
            covered = timeline.covered(power_w)
            energy_j = timeline.interval_s * timeline.held(power_w)
            if not timeline.holds_for_ever:
                energy_j = np.where(covered, energy_j, 0.0)
            return ComponentEnergy(component, energy_j, covered, provenance)
    return None


def _by_counters(component: str, log: RunLog, timeline: Timeline) -> ComponentEnergy | None:
    """From cumulative joules: those attributed to the run, else its share of the whole devices'."""
    counted = log.samples.energy_j
    share: FloatArray | float = 1.0
    if f"attributable:{component}" in counted:
        counters = [counted[f"attributable:{component}"]]
    else:
        counters = [c for device, c in counted.items() if device.partition(":")[0] == component]
        share = _share_of_power(component, log, timeline)
    if not counters:
        return None
    kinds = {source.kind for source in log.info.power_sources if source.component == component}
    covered = np.logical_and.reduce([_spoken_for(c, timeline, kinds) for c in counters])
    energy_j = np.sum([_steps(c, timeline) for c in counters], axis=0) * share
    return ComponentEnergy(component, energy_j, covered, _counted_provenance(component, log, kinds))


def _counted_provenance(component: str, log: RunLog, kinds: Collection[str]) -> Provenance:
    """What the sources say; without them, what the channels beside the counter say; else the weaker."""
    if kinds:
        return "estimated" if "estimate" in kinds else "measured"
    present = (p for channel, p in CHANNELS[component] if channel in log.samples.channels)
    return next(present, "estimated")


def _share_of_power(component: str, log: RunLog, timeline: Timeline) -> FloatArray | float:
    """The run's part of the machine's power, by interval; all of it where the log does not say."""
    run_w = log.samples.channels.get(f"{component}_power_w")
    machine_w = log.samples.channels.get(f"{component}_machine_power_w")
    if run_w is None or machine_w is None:
        return 1.0
    whole = timeline.held(machine_w)
    return np.divide(timeline.held(run_w), whole, out=np.zeros_like(whole), where=whole > 0)


def _spoken_for(
    counted_j: FloatArray, timeline: Timeline, kinds: Collection[str]
) -> NDArray[np.bool_]:
    """The intervals that a counter of joules speaks for.

    One that the hardware keeps goes on counting between two readings, however far apart; one that the collector keeps
    from power readings does not.
    """
    covered = timeline.covered(counted_j)
    if not {"power", "estimate"} & set(kinds):
        first, last = np.flatnonzero(~np.isnan(counted_j))[[0, -1]]
        covered[first + 1 : last + 1] = True
    return covered


def _steps(counted_j: FloatArray, timeline: Timeline) -> FloatArray:
    """Joules by interval. A counter that falls was set back: what it shows then was used since.

    Nothing is added before the first and after the last reading, which the collector takes at start and end.
    """
    held = timeline.held(counted_j)
    steps = np.diff(held, prepend=held[0])
    return np.where(steps < 0, held, steps)
