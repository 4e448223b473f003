"""BoAmps reports: JSON with one measure or several, of computations by any tool.

Fields: model/report_schema.json of github.com/Boavizta/BoAmps. `powerConsumption` is an energy in kWh,
`measurementDuration` in s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from ..errors import Problem
from ..model import Cloud, Figure, GridIntensity, Provenance, RunInfo, Surroundings
from ..units import SECONDS_PER_HOUR
from .facts import MAX_GPUS, cpu_facts, gpu_facts, region, words
from .json_values import entries, mapping, parsed, text
from .model import ForeignFile, ReportedRun
from .values import UTC_ASSUMED, number, refused, time_s

name = "boamps"
file_names = ("*boamps*.json", "*energy-report*.json", "report_*.json", "report.json")
version = 1

TOOL = "BoAmps"
_WITH_PUE = frozenset({"codecarbon"})
"""Methods whose energies have a PUE in them, 1 unless the user stated another."""
_METERED = ("wattmeter", "rapl", "nvml")
_ESTIMATED = ("constant", "tdp", "estimat", "flops")


def recognises(file: ForeignFile) -> bool:
    """By what every report has to have."""
    if b'"measures"' not in file.data or b'"task"' not in file.data:
        return False
    report = mapping(parsed(file.data))
    return bool(mapping(report, "header")) and bool(entries(report.get("measures")))


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """Each measure is a run."""
    report = mapping(parsed(file.data))
    measures = [mapping(entry) for entry in entries(report.get("measures"))]
    methods = {text(measure.get("measurementMethod")) for measure in measures}
    problems: tuple[Problem, ...] = ()
    if len(methods) > 1:
        message = f"expected measures by one method, found {len(methods)} of them"
        hint = "if they measured the same computation, its energy counts several times"
        problems = (Problem(file.path, message, key="measures", hint=hint),)
    runs = tuple(
        _run(file, report, measure, "" if len(measures) == 1 else f"measure-{n}")
        for n, measure in enumerate(measures, 1)
    )
    return runs, problems


def _run(
    file: ForeignFile, report: Mapping[str, Any], measure: Mapping[str, Any], key: str
) -> ReportedRun:
    problems: list[Problem] = []

    def figure(field: str) -> float | None:
        value = measure.get(field)
        found = number(value)
        if value is not None and found is None:
            problems.append(
                refused(file.path, None, f"measures.{field}", "a number from 0 on", value)
            )
        return found

    energy_kwh, seconds = figure("powerConsumption"), figure("measurementDuration")
    figures: dict[str, Figure] = {}
    if energy_kwh is not None:
        figures["energy_kwh"] = Figure(energy_kwh, _provenance(measure))
    else:
        message = "expected an energy in kWh, found none"
        problems.append(Problem(file.path, message, key="measures.powerConsumption"))
    if seconds is not None:
        figures["duration_hours"] = Figure(seconds / SECONDS_PER_HOUR, "reported")
    start_s = time_s(measure.get("measurementDateTime"))
    method = text(measure.get("measurementMethod"))
    return ReportedRun(
        key=key,
        tool=words(f"{TOOL}, by {method} {text(measure.get('version'))}") if method else TOOL,
        figures=figures,
        info=_info(report, measure, method),
        start_s=start_s,
        end_s=None if start_s is None or seconds is None else start_s + seconds,
        excerpt=json.dumps({**report, "measures": [measure]}, indent=1).encode() if key else b"",
        problems=tuple(problems),
    )


def _provenance(measure: Mapping[str, Any]) -> Provenance:
    fields = ("measurementMethod", "cpuTrackingMode", "gpuTrackingMode")
    said = " ".join(text(measure.get(field)) for field in fields).lower()
    if any(word in said for word in _ESTIMATED):
        return "estimated"
    return "measured" if any(word in said for word in _METERED) else "reported"


def _info(report: Mapping[str, Any], measure: Mapping[str, Any], method: str) -> RunInfo:
    task, infrastructure = mapping(report, "task"), mapping(report, "infrastructure")
    environment = mapping(report, "environment")
    parts = [mapping(entry) for entry in entries(infrastructure.get("components"))]
    cpu = next((part for part in parts if part.get("componentType") == "cpu"), {})
    ram = [number(part.get("memorySize")) for part in parts if part.get("componentType") == "ram"]
    grams = number(environment.get("powerSourceCarbonIntensity"))
    provider = text(infrastructure.get("cloudProvider")).lower()
    algorithm = mapping(next(iter(entries(task.get("algorithms"))), None))
    told = {
        "Measured by": f"{method} {text(measure.get('version'))}",
        "CPU tracking": text(measure.get("cpuTrackingMode")),
        "GPU tracking": text(measure.get("gpuTrackingMode")),
        "Stage": text(task.get("taskStage")),
        "Task": text(task.get("taskFamily")),
        "Model": text(algorithm.get("foundationModelName") or algorithm.get("algorithmName")),
        "Requests": text(task.get("nbRequest")),
        "Publisher": text(mapping(mapping(report, "header"), "publisher").get("name")),
        "Report": text(mapping(report, "header").get("reportId")),
        "Quality": text(report.get("quality")),
        "Times": UTC_ASSUMED if measure.get("measurementDateTime") else "",
    }
    return RunInfo(
        format=TOOL,
        cpu_info=cpu_facts(
            text(cpu.get("componentName")),
            number(cpu.get("nbComponent")) if cpu else None,
            ram[0] if ram else None,
            text(mapping(report, "software").get("version")),
        ),
        gpu_info=tuple(islice((gpu for part in parts for gpu in _gpus(part)), MAX_GPUS)),
        region=region(
            text(environment.get("country")), text(environment.get("location")), f"told by {TOOL}"
        ),
        carbon_intensity=None
        if grams is None
        else GridIntensity(grams, f"stated in the {TOOL} report"),
        pue=1.0 if method.lower() in _WITH_PUE else None,
        surroundings=Surroundings(
            operating_system=words(text(mapping(report, "system").get("os"))),
            cloud=Cloud(words(provider)) if provider.isalnum() else None,
        ),
        told={label: words(said) for label, said in told.items() if said.strip()},
    )


def _gpus(part: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    if part.get("componentType") != "gpu":
        return ()
    called = text(part.get("componentName")) or text(part.get("manufacturer")) or "GPU"
    return gpu_facts(called, number(part.get("nbComponent")))
