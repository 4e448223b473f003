"""From a run's log to its figures. A metric is a function from a `Measurement` to figures, and a line in `METRICS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import fsum

from ..model import ABSENT, Figure, Provenance, RunLog
from ..units import JOULES_PER_KWH, SECONDS_PER_HOUR
from .emissions import run_emissions
from .energy import WELL_COVERED, RunEnergy, run_energy
from .sums import exact_sum
from .timeline import Timeline


@dataclass(frozen=True, slots=True)
class Measurement:
    """A run's log with what several metrics need of it."""

    log: RunLog
    timeline: Timeline
    energy: RunEnergy
    pue: float


def figures(log: RunLog, line: Timeline, pue: float) -> dict[str, Figure]:
    """All figures of a run, by our names.

    Args:
        line: The log's time, cut into intervals.
        pue: Power usage effectiveness, a factor of 1 or more.
    """
    measurement = Measurement(log, line, run_energy(log, line), pue)
    return {name: figure for metric in METRICS for name, figure in metric(measurement).items()}


def _energy(m: Measurement) -> Mapping[str, Figure]:
    by_component = {"ram_energy_kwh": ABSENT}  # which only other tools have
    for component in ("cpu", "gpu"):
        energy = m.energy.of(component)
        by_component[f"{component}_energy_kwh"] = (
            ABSENT if energy is None else Figure(energy.total_j / JOULES_PER_KWH, energy.provenance)
        )
    if not m.energy.components:
        return {"facility_energy_kwh": ABSENT, "energy_kwh": ABSENT, **by_component}
    kwh = fsum(c.total_j for c in m.energy.components) / JOULES_PER_KWH
    return {
        "facility_energy_kwh": Figure(m.pue * kwh, m.energy.provenance),
        "energy_kwh": Figure(kwh, m.energy.provenance),
        **by_component,
    }


def _emissions(m: Measurement) -> Mapping[str, Figure]:
    emissions = run_emissions(m.log, m.timeline, m.energy, m.pue)
    mean = emissions.mean_intensity_g_per_kwh
    provenance = m.energy.provenance
    if provenance == "measured" and not emissions.is_live:
        provenance = "estimated"
    return {
        "emissions_kg": ABSENT
        if emissions.emissions_kg is None
        else Figure(emissions.emissions_kg, provenance),
        "mean_carbon_intensity_g_per_kwh": ABSENT if mean is None else Figure(mean, "reported"),
    }


def _hours(m: Measurement) -> Mapping[str, Figure]:
    duration_h = m.timeline.duration_s / SECONDS_PER_HOUR
    covers_time = duration_h > 0
    n_gpus = len(m.log.info.gpu_info)
    cpu_seconds = m.log.samples.cpu_seconds
    if cpu_seconds == 0 and len(m.log.samples.time_s) == 1:
        cpu_seconds = None  # counted from that sample on, which tells of no time
    use = m.log.samples.channels.get("gpu_utilisation")
    gpu_hours = ABSENT
    if use is not None and n_gpus and covers_time:
        covered = m.timeline.covered(use)
        used_s = m.timeline.held(use)
        used_s *= m.timeline.interval_s
        if not m.timeline.holds_for_ever:
            used_s[~covered] = 0.0
        hours = exact_sum(len(used_s), lambda rows: used_s[rows]) * n_gpus / SECONDS_PER_HOUR
        gpu_hours = Figure(hours, _by_share(m.timeline.share(covered)))
    return {
        "duration_hours": Figure(duration_h, "measured") if covers_time else ABSENT,
        "cpu_hours": ABSENT
        if cpu_seconds is None
        else Figure(cpu_seconds / SECONDS_PER_HOUR, _by_share(m.timeline.share_to_last_sample)),
        "gpu_hours": gpu_hours,
        "allocated_gpu_hours": Figure(duration_h * n_gpus, "measured")
        if n_gpus and covers_time
        else ABSENT,
    }


def _power(m: Measurement) -> Mapping[str, Figure]:
    share = m.energy.measured_share
    if share is not None and m.timeline.holds_for_ever:
        share = 1.0
    if not share:
        return {"mean_power_w": ABSENT}
    joules = fsum(c.total_j for c in m.energy.components)
    return {"mean_power_w": Figure(joules / (m.timeline.duration_s * share), m.energy.provenance)}


def _share(m: Measurement) -> Mapping[str, Figure]:
    share = m.energy.measured_share
    return {"measured_share": ABSENT if share is None else Figure(share, "measured")}


def _by_share(share: float) -> Provenance:
    return "measured" if share >= WELL_COVERED else "partial"


METRICS: tuple[Callable[[Measurement], Mapping[str, Figure]], ...] = (
    _energy,
    _emissions,
    _hours,
    _power,
    _share,
)
