"""The energy and emissions of some runs together, for a notebook or a paper: experiment-impact-tracker's class."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import kinds_by_name
from .errors import Problem, WattboardError
from .location import LOG_FOLDER, SAMPLES_PATH, RunLocation
from .measure import MeasuredRun, MeasureOptions, measure
from .model import ABSENT, Figure, Provenance, RunResult
from .pue import override
from .scan import scan, scan_run
from .stats import describe
from .store import log_folder

if TYPE_CHECKING:
    from .store import Folder

log = logging.getLogger(__name__)


class DataInterface:
    """Sums over runs: `DataInterface(["runs/seed_0", "runs/seed_1"]).kg_carbon`.

    Each folder is a run's, its `impacttracker`, or one with runs anywhere below it. A run counts once, however often
    and by whatever path or link it is given. What is wrong with a log without making it useless is logged as a warning.

    A sum is None where a run lacks the figure, and a warning names the run: the sum of the others would be too small,
    and pass for the whole.

    Args:
        logdirs: One folder or more, or addresses such as `s3://bucket/logs`.

    Raises:
        WattboardError: a folder is missing or holds no log, a log or one of a run's parts cannot be used, or
            OVERRIDE_PUE is no PUE.
    """

    kg_carbon: float | None
    """Emissions in kg CO2eq, of the energy with PUE."""
    total_power: float | None
    """Energy in kWh, with PUE. An energy, whatever its name: it is the seed's."""
    PUE: float | None
    """What the energy was multiplied by: OVERRIDE_PUE, else the log's own, else 1.58. Where runs differ, the mean by
    energy, so that `total_power / PUE` is the energy without it; None where that energy is absent."""
    exp_len_hours: float | None
    """The runs' durations, added up."""
    provenance: Mapping[str, Provenance]
    """How `kg_carbon`, `total_power` and `exp_len_hours` came about, by these names: see docs/metrics.md."""

    def __init__(self, logdirs: Sequence[str | Path]) -> None:
        if isinstance(logdirs, (str, Path)):
            logdirs = [logdirs]
        runs = _measured(_locations([log_folder(folder) for folder in logdirs]))
        _warn_of_mixed_bases(runs)
        sums = {name: _sum(runs, name) for name in ("kg_carbon", "total_power", "exp_len_hours")}
        self.kg_carbon = sums["kg_carbon"].value
        self.total_power = sums["total_power"].value
        self.exp_len_hours = sums["exp_len_hours"].value
        self.PUE = _pue(runs, self.total_power)
        self.provenance = {name: figure.provenance for name, figure in sums.items()}


_NAMES = {"kg_carbon": "emissions_kg"}
"""Where the class does not use the seed's name of a figure."""


def _locations(folders: Sequence[Folder]) -> list[RunLocation]:
    """Every run once. Folder by folder: runs of the same name in two places are no mistake here."""
    if not folders:
        raise WattboardError("expected at least one folder with a run's log, found none")
    found: dict[Folder, RunLocation] = {}
    problems: list[Problem] = []
    for folder in folders:
        is_there = folder.is_dir()
        runs = _runs_in(folder, problems) if is_there else ()
        if not runs:
            what = "no log" if is_there else "no such folder"
            message = f"expected a folder with a run's log ({SAMPLES_PATH}), found {what}"
            hint = f"give the folder that holds {LOG_FOLDER}, or one above it"
            problems.append(Problem(str(folder), message, hint=hint, severity="error"))
        found.update((run.folder, run) for run in runs)
    _raise_or_warn(problems)
    return list(found.values())


def _runs_in(folder: Folder, problems: list[Problem]) -> Sequence[RunLocation]:
    if isinstance(folder, Path):
        real = folder.resolve()
        found = scan_run(real.parent) if real.name == LOG_FOLDER else scan([real])
    else:
        found = scan([folder])
    problems += found.problems
    return found.runs


def _measured(locations: Sequence[RunLocation]) -> list[RunResult]:
    options = MeasureOptions(*override(None))
    measured = [measure(location, options, with_charts=False) for location in locations]
    results = [one.result if isinstance(one, MeasuredRun) else one for one in measured]
    _raise_or_warn([problem for result in results for problem in result.problems])
    return [result for result in results if isinstance(result, RunResult)]


def _raise_or_warn(problems: Sequence[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise WattboardError(*errors)
    for problem in problems:
        log.warning("%s", problem)


def _warn_of_mixed_bases(runs: Sequence[RunResult]) -> None:
    bases = {run.info.carbon_intensity.basis for run in runs if run.info.carbon_intensity}
    if len(bases) > 1:
        log.warning("the sum of emissions mixes intensities of different bases: %s", sorted(bases))


def _sum(runs: Sequence[RunResult], name: str) -> Figure:
    """Exact (`math.fsum`), so that it does not depend on the order of the runs."""
    kind = kinds_by_name()[_NAMES.get(name, name)]
    figures = [run.figures[kind.name] for run in runs]
    lacking = [run.location.path for run in runs if run.figures[kind.name].value is None]
    if lacking:
        log.warning("%s is None: no such figure of %s", name, ", ".join(lacking))
        return ABSENT
    stat = describe(figures, summable=True)
    return Figure(stat.total, stat.provenance)


def _pue(runs: Sequence[RunResult], facility_kwh: float | None) -> float | None:
    different = {run.pue for run in runs}
    if len(different) == 1:
        return different.pop()
    if facility_kwh is None:
        return None
    energy_kwh = _sum(runs, "energy_kwh").value
    return facility_kwh / energy_kwh if energy_kwh else None
