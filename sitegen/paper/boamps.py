"""A BoAmps report, version 1.1.0 (https://github.com/Boavizta/BoAmps): JSON on the energy of computing tasks.

The format asks for the task, its algorithms and data, which energy logs do not tell: those fields are marked for the
author to fill in, and the report is a draft. Energies are those of the hardware, without PUE.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..errors import WattboardError
from ..model import RunResult
from ..text import count
from ..units import SECONDS_PER_HOUR
from .hardware_text import name
from .impact import Impact, Machine

_FORMAT_VERSION = "1.1.0"
_UNKNOWN = "unknown"
_TRACKING = {"cpu": "cpuTrackingMode", "gpu": "gpuTrackingMode"}


def boamps_report(
    runs: Sequence[RunResult],
    impact: Impact,
    written_at: datetime,
    country_of: Callable[[str], str],
) -> str:
    """The report as JSON, with a measure for each run that has energy.

    Args:
        impact: Of those runs.
        country_of: A zone's country in words, "" where it is not known.

    Raises:
        WattboardError: no run has energy.
    """
    measured = [run for run in runs if run.figures["energy_kwh"].value is not None]
    if not measured:
        raise WattboardError("expected runs with energy for a BoAmps report, found none")
    report = {
        "header": {
            "formatVersion": _FORMAT_VERSION,
            "reportId": str(_report_id(runs)),
            "reportDatetime": _moment(written_at),
            "reportStatus": "draft",
        },
        "task": _task(len(runs), len(measured)),
        "measures": [_measure(run) for run in measured],
        **_system(runs),
        "infrastructure": _infrastructure(runs, impact),
        **_environment(impact, country_of),
    }
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _report_id(runs: Sequence[RunResult]) -> uuid.UUID:
    """The same for the same runs."""
    named = sorted(f"{run.location.path} {run.info.run_id} {run.start_s!r}" for run in runs)
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(named))


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _task(n_runs: int, n_measured: int) -> dict[str, Any]:
    left_out = n_runs - n_measured
    note = f" {count(left_out, 'run')} without energy figures left out." if left_out else ""
    return {
        "taskStage": _UNKNOWN,
        "taskFamily": _UNKNOWN,
        "algorithms": [{"algorithmType": _UNKNOWN}],
        "dataset": [{"dataUsage": "input", "dataType": "other"}],
        "taskDescription": f"Written by Wattboard from the energy logs of {count(n_measured, 'run')}.{note} "
        "The logs do not tell task, algorithms and data: for the author to fill in.",
    }


def _measure(run: RunResult) -> dict[str, Any]:
    origin = run.info.origin
    method = "wattboard" if run.info.format.startswith("wattboard/") else run.info.format
    version = run.info.collector_version if origin is None else origin.version
    measure: dict[str, Any] = {
        "measurementMethod": method if origin is None else origin.tool,
        **({"version": version} if version else {}),
    }
    for component, key in _TRACKING.items():
        names = dict.fromkeys(s.name for s in run.info.power_sources if s.component == component)
        if names:
            measure[key] = ", ".join(names)
    measure["powerConsumption"] = run.figures["energy_kwh"].value
    hours = run.figures["duration_hours"].value
    if hours is not None:
        measure["measurementDuration"] = hours * SECONDS_PER_HOUR
    if run.start_s is not None:
        measure["measurementDateTime"] = _moment(datetime.fromtimestamp(run.start_s, UTC))
    return measure


def _system(runs: Sequence[RunResult]) -> dict[str, Any]:
    systems = {run.info.surroundings.operating_system for run in runs}
    return {"system": {"os": systems.pop()}} if len(systems) == 1 and "" not in systems else {}


def _infrastructure(runs: Sequence[RunResult], impact: Impact) -> dict[str, Any]:
    clouds = {run.info.surroundings.cloud for run in runs}
    cloud = clouds.pop() if len(clouds) == 1 else None
    infrastructure: dict[str, Any] = {"infraType": "publicCloud" if cloud else "other"}
    if cloud:
        infrastructure["cloudProvider"] = cloud.provider
        if cloud.machine_type:
            infrastructure["cloudInstance"] = cloud.machine_type
    components = [part for machine in impact.machines for part in _components(machine)]
    distinct = {json.dumps(part): part for part in components}
    return {**infrastructure, "components": list(distinct.values())}


def _components(machine: Machine) -> Iterator[Mapping[str, Any]]:
    yield _component("cpu", name(machine.processor), machine.sockets, "")
    for gpu in machine.gpus:
        yield _component("gpu", name(gpu.name), gpu.count, gpu.memory)
    if machine.memory:
        yield _component("ram", "", 1, machine.memory)


def _component(kind: str, called: str, n: int, memory: str) -> dict[str, Any]:
    component: dict[str, Any] = {"componentType": kind, "nbComponent": n}
    if called:
        component["componentName"] = called
    size = memory.removesuffix(" GiB")
    if size != memory:
        component["memorySize"] = float(size)
    return component


def _environment(impact: Impact, country_of: Callable[[str], str]) -> dict[str, Any]:
    """Only where all runs were in one country, which the format asks for."""
    countries = {country_of(grid.zone) for grid in impact.grids}
    if impact.n_without_zone or len(countries) != 1 or "" in countries:
        return {}
    environment: dict[str, Any] = {"country": countries.pop()}
    if len(impact.grids) == 1:
        grid = impact.grids[0]
        if grid.name and grid.name != environment["country"]:
            environment["location"] = grid.name
        if grid.g_per_kwh is not None and impact.reference_place is None:
            environment["powerSourceCarbonIntensity"] = grid.g_per_kwh
    return {"environment": environment}
