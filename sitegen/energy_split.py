"""What a run's energy, with PUE, went into: CPU, GPU, what else was measured, and the facility around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

from .model import Provenance, RunResult, weakest

Component = Literal["CPU", "GPU"]
_FIGURES: tuple[tuple[Component, str], ...] = (
    ("CPU", "cpu_energy_kwh"),
    ("GPU", "gpu_energy_kwh"),
)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """One component's share."""

    component: Component
    kwh: float | None
    """Mean over all runs of the split, where a run without a reading adds nothing. None: measured in no run."""
    provenance: Provenance
    n_measured: int
    n_concerned: int
    """Runs on machines that have the component."""


@dataclass(frozen=True, slots=True)
class Split:
    """Mean energy over runs. The parts that were measured, the rest and the overhead add up to the facility's."""

    parts: tuple[Part, ...]
    """CPU, then GPU."""
    rest_kwh: float
    """What neither accounts for, such as the memory in other tools' files. 0 where there is none."""
    rest_provenance: Provenance
    overhead_kwh: float
    """What the facility adds, by its PUE."""
    overhead_provenance: Provenance
    """As that of the energy that it is a share of."""
    facility_kwh: float
    n: int
    """Runs with any energy; others are left out."""
    pues: tuple[float, ...]


def split(runs: Sequence[RunResult]) -> Split | None:
    """The mean split of some runs; None where no run has any energy."""
    having = [run for run in runs if run.figures["facility_energy_kwh"].value is not None]
    if not having:
        return None
    parts = tuple(_part(component, name, having) for component, name in _FIGURES)
    facility = _sum("facility_energy_kwh", having) / len(having)
    energy = _sum("energy_kwh", having) / len(having)
    rest = energy - fsum(part.kwh or 0.0 for part in parts)
    rest = rest if rest > _ROUNDING * energy else 0.0
    kinds = {run.figures["facility_energy_kwh"].provenance for run in having}
    return Split(
        parts,
        rest,
        weakest({run.figures["energy_kwh"].provenance for run in having}),
        facility - rest - fsum(part.kwh or 0.0 for part in parts),
        weakest(kinds),
        facility,
        len(having),
        tuple(sorted({run.pue for run in having})),
    )


def _part(component: Component, name: str, runs: Sequence[RunResult]) -> Part:
    measured = [run for run in runs if run.figures[name].value is not None]
    concerned = [
        run
        for run in runs
        if component == "CPU" or run.info.gpu_info or run.figures[name].value is not None
    ]
    if not measured:
        return Part(component, None, "not measured", 0, len(concerned))
    kinds = {run.figures[name].provenance for run in measured}
    kwh = _sum(name, measured) / len(runs)
    return Part(component, kwh, weakest(kinds), len(measured), len(concerned))


def _sum(name: str, runs: Sequence[RunResult]) -> float:
    return fsum(run.figures[name].value or 0.0 for run in runs)
