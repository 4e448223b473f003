"""Energy of a run, by component and in all. Formulas: docs/metrics.md#energy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model import FloatArray, Provenance, RunLog, weakest
from .sums import exact_sum
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
        return exact_sum(len(self.energy_j), lambda rows: self.energy_j[rows])


@dataclass(frozen=True, slots=True)
class RunEnergy:
    components: tuple[ComponentEnergy, ...]
    """Only those with readings."""
    missing: tuple[str, ...]
    """Components that the machine has and nothing was read of."""
    measured_share: float | None
    """Share of the time covered by real samples of every component that has any; None without any."""

    def of(self, component: str) -> ComponentEnergy | None:
        """The energy of "cpu" or "gpu"; None where nothing was read of it."""
        return next((c for c in self.components if c.component == component), None)

    def by_interval_j(self, rows: slice) -> FloatArray:
        """All components together, in some of the n + 1 intervals."""
        total: FloatArray = np.sum([c.energy_j[rows] for c in self.components], axis=0)
        return total

    @property
    def provenance(self) -> Provenance:
        """Of the sum: partial where something is missing, estimated where a part is."""
        kinds = {c.provenance for c in self.components}
        if not kinds:
            return "not measured"
        return "partial" if self.missing else weakest(kinds)


@dataclass(frozen=True, slots=True)
class PowerChannel:
    """Readings of the power of one component."""

    run: str
    """The channel of the power attributed to the run."""
    machine: str
    """That of the whole devices."""
    provenance: Provenance = "measured"


CHANNELS: Mapping[str, tuple[PowerChannel, ...]] = {
    "cpu": (
        PowerChannel("cpu_power_w", "cpu_machine_power_w"),
        PowerChannel("cpu_sensor_power_w", "cpu_sensor_machine_power_w"),
        PowerChannel("cpu_estimated_power_w", "cpu_estimated_machine_power_w", "estimated"),
    ),
    "gpu": (
        PowerChannel("gpu_power_w", "gpu_machine_power_w"),
        PowerChannel("gpu_sensor_power_w", "gpu_sensor_machine_power_w"),
    ),
}
"""By component, best first."""

WELL_COVERED = 0.95
"""From this share of the time on, a figure counts as measured rather than partial."""


def run_energy(log: RunLog, timeline: Timeline) -> RunEnergy:
    """Energy by interval of each component that has readings.

    A log that covers no time, such as one cut off behind its first sample, says nothing of what was used: a sum over no
    time would be zero.
    """
    components = tuple(_components(log, timeline)) if timeline.duration_s > 0 else ()
    present = {c.component for c in components}
    expected = {"cpu", "gpu"} if log.info.gpu_info else {"cpu"}
    covered = [c.covered for c in components]
    share = timeline.share(np.logical_and.reduce(covered)) if covered else None
    return RunEnergy(components, tuple(sorted(expected - present)), share)


def _components(log: RunLog, timeline: Timeline) -> Iterator[ComponentEnergy]:
    for component in CHANNELS:
        energy = _by_counters(component, log, timeline) or _by_power(component, log, timeline)
        if energy is not None:
            well = timeline.share(energy.covered) >= WELL_COVERED
            yield energy if well else replace(energy, provenance="partial")


def _by_power(component: str, log: RunLog, timeline: Timeline) -> ComponentEnergy | None:
    """Interval times power, of the best channel that there is."""
    for channel in CHANNELS[component]:
        power_w = log.samples.channels.get(channel.run)
        if power_w is not None:
            covered = timeline.covered(power_w)
            energy_j = timeline.held(power_w)
            energy_j *= timeline.interval_s
            if not timeline.holds_for_ever:
                energy_j[~covered] = 0.0
            return ComponentEnergy(component, energy_j, covered, channel.provenance)
    return None


def _by_counters(component: str, log: RunLog, timeline: Timeline) -> ComponentEnergy | None:
    """From cumulative joules: those attributed to the run, else its share of the whole devices'.

    None, too, where each was read but once: what a counter shows at first was used before.
    """
    counted = log.samples.energy_j
    share: FloatArray | float | None = 1.0
    if f"attributable:{component}" in counted:
        counters = [f"attributable:{component}"]
    else:
        counters = [device for device in counted if device.partition(":")[0] == component]
        share = _share_of_power(component, log, timeline)
    if share is None or not any(_was_read_twice(counted[counter]) for counter in counters):
        return None
    kinds = {source.kind for source in log.info.power_sources if source.component == component}
    covered = np.logical_and.reduce([_spoken_for(counted[c], timeline, kinds) for c in counters])
    energy_j = _steps(timeline.held(counted[counters[0]]))
    for counter in counters[1:]:
        energy_j += _steps(timeline.held(counted[counter]))
    energy_j *= share
    return ComponentEnergy(component, energy_j, covered, _counted_provenance(component, log, kinds))


def _counted_provenance(component: str, log: RunLog, kinds: Collection[str]) -> Provenance:
    """What the sources say; without them, what the channels beside the counter say; else the weaker."""
    if kinds:
        if "estimate" in kinds:
            return "estimated"
        return "reported" if "reported" in kinds else "measured"
    present = (c.provenance for c in CHANNELS[component] if c.run in log.samples.channels)
    return next(present, "estimated")


def _share_of_power(component: str, log: RunLog, timeline: Timeline) -> FloatArray | float | None:
    """The run's part of the machine's power, by interval.

    All of it in a log that never tells runs apart. None where a log does, and could not for this component: as for a
    GPU in most containers. The whole device's energy is not the run's.
    """
    readings = log.samples.channels
    for channel in CHANNELS[component]:
        if channel.provenance == "measured" and {channel.run, channel.machine} <= readings.keys():
            whole = timeline.held(readings[channel.machine])
            run_w = timeline.held(readings[channel.run])
            run_w[whole <= 0] = 0.0
            return np.divide(run_w, whole, out=run_w, where=whole > 0)
    return None if _tells_runs_apart(log) else 1.0


def _tells_runs_apart(log: RunLog) -> bool:
    channels = {channel.run for of_component in CHANNELS.values() for channel in of_component}
    return not channels.isdisjoint(log.samples.channels) or any(
        device.startswith("attributable:") for device in log.samples.energy_j
    )


def _spoken_for(
    counted_j: FloatArray, timeline: Timeline, kinds: Collection[str]
) -> NDArray[np.bool_]:
    """The intervals that a counter of joules speaks for.

    One that the hardware keeps goes on counting between two readings, however far apart; one that the collector keeps
    from power readings does not.
    """
    covered = timeline.covered(counted_j)
    if not {"power", "estimate", "reported"} & set(kinds):
        present = ~np.isnan(counted_j)
        first, behind = int(np.argmax(present)), len(present) - int(np.argmax(present[::-1]))
        covered[first + 1 : behind] = True
    return covered


def _was_read_twice(counted_j: FloatArray) -> bool:
    return int(np.count_nonzero(~np.isnan(counted_j))) > 1


def _steps(held_j: FloatArray) -> FloatArray:
    """Joules by interval, in the same array. A counter that falls was set back: what it shows then was used since.

    Nothing is added before the first and after the last reading, which the collector takes at start and end.
    """
    falls = held_j[1:] < held_j[:-1]
    since = held_j[1:][falls]
    held_j[1:] -= held_j[:-1]
    held_j[1:][falls] = since
    held_j[0] = 0.0
    return held_j
