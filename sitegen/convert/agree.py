"""Whether a converted log says what the original does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose

from ..catalog import kinds_by_name
from ..errors import Problem, RunError
from ..location import RunLocation
from ..measure import MeasureOptions, SkippedRun, measure
from ..model import ABSENT, WEAKEST_FIRST, Figure, Provenance
from ..text import number
from ..units import SECONDS_PER_HOUR

_FIGURES = (
    "duration_hours",
    "energy_kwh",
    "cpu_energy_kwh",
    "gpu_energy_kwh",
    "ram_energy_kwh",
    "facility_energy_kwh",
    "emissions_kg",
    "cpu_hours",
    "gpu_hours",
)
_RELATIVE = 1e-6
_HOURS = 4e-6 / SECONDS_PER_HOUR
"""Times are told to a microsecond."""
_STRENGTHS: Mapping[Provenance, int] = {
    kind: n for n, kind in enumerate(("not measured", *WEAKEST_FIRST))
}


def check_agreement(original: RunLocation, converted: RunLocation) -> None:
    """See that the figures of both are the same within rounding, and none of them is called better than it was.

    Raises:
        RunError: they are not, or one of the runs cannot be used; says why. Its place may be empty.
    """
    figures = [_figures(location) for location in (original, converted)]
    faults = tuple(_faults(*figures))
    if faults:
        raise RunError(*faults)


def _figures(location: RunLocation) -> Mapping[str, Figure]:
    run = measure(location, MeasureOptions(), with_charts=False)
    if isinstance(run, SkippedRun):
        raise RunError(*run.problems)
    return run.result.figures


def _faults(original: Mapping[str, Figure], converted: Mapping[str, Figure]) -> Iterator[Problem]:
    for name in _FIGURES:
        told, made = original.get(name, ABSENT), converted.get(name, ABSENT)
        if not _is_same(name, told.value, made.value):
            expected, found = _shown(told), _shown(made)
        elif _STRENGTHS[made.provenance] > _STRENGTHS[told.provenance]:
            expected, found = told.provenance, made.provenance
        else:
            continue
        label = kinds_by_name()[name].label
        yield Problem(
            "",
            f"expected the log to say of {label} what the original says, {expected}, found {found}",
            hint="a log of ours cannot hold this run as it is; `wattboard build` reads the original",
        )


def _is_same(name: str, told: float | None, made: float | None) -> bool:
    if told is None or made is None:
        return told is made
    return isclose(told, made, rel_tol=_RELATIVE, abs_tol=_HOURS if "hours" in name else 0.0)


def _shown(figure: Figure) -> str:
    return "nothing" if figure.value is None else number(figure.value)
