"""CarbonTracker's two logs, of one run each.

`*_carbontracker.log` has the epochs: durations and mean watts by component, without PUE.
`*_carbontracker_output.log` has time, energy and emissions of all of them, multiplied by a PUE that it does not name.
Formats: carbontracker/tracker.py and loggerutil.py of github.com/saintslab/carbontracker; the PUEs are those of its
constants.py, by the date of their change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum

import numpy as np

from ..errors import Problem
from ..model import Figure, GridIntensity, Provenance, RunInfo, weakest
from ..units import GRAMS_PER_KG, JOULES_PER_KWH, SECONDS_PER_HOUR
from .facts import cpu_facts, gpu_facts, region, words
from .model import ForeignFile, ReportedPower, ReportedRun
from .values import UTC_ASSUMED, length_s, number, time_s

name = "carbontracker"
file_names = ("*carbontracker*.log",)
version = 2

TOOL = "CarbonTracker"
_OUTPUT = "_output.log"
_HEAD_BYTES = 64 << 10
_MOST_EPOCHS = 1_000_000
_MOST_CHARS = 10_000
"""Of a line: what searches it may take the square of its length."""
_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - (.*)")
_MEAN_OVER_GPUS = ((2, 0), (2, 4, 3))
"""From which release to which the power of several GPUs is their mean instead of their sum."""
_PUES = (
    ("2024-09-13", 1.58),
    ("2022-12-05", 1.55),
    ("2020-10-29", 1.59),
    ("2020-05-29", 1.67),
    ("2020-05-18", 1.58),
)
"""From which day on its energies were multiplied by what; not at all before."""
_NEURAL_ENGINE = "ANE"
"""Apple's, which is listed among the GPUs."""
_KINDS: Mapping[str, Provenance] = {"gpu": "measured", "cpu": "reported"}
"""GPUs are read by NVML; CPUs by RAPL, or taken from their rated power, which the log does not tell."""


def recognises(file: ForeignFile) -> bool:
    """By the tool's name at the head of a line, which both logs have."""
    return b"carbontracker" in file.data[:_HEAD_BYTES].lower()


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """One run. Where both logs of a run lie side by side, the one with the epochs tells it."""
    text = file.data.decode("utf-8", errors="replace")
    if "Actual consumption" in text:
        if file.name.endswith(_OUTPUT):
            epochs = file.beside(file.name.removesuffix(_OUTPUT) + ".log")
            if epochs is not None and b"Average power usage" in epochs:
                return (), ()
        return _of_output(file, text)
    if "Average power usage" in text:
        return _of_epochs(file, text)
    if file.name.endswith((_OUTPUT, "_err.log")):
        return (), ()  # nothing was finished, or an error log
    return (), (_without(file, "an epoch with its power"),)


def _without(file: ForeignFile, what: str) -> Problem:
    message = f"expected {what}, found none"
    return Problem(file.path, message, hint="the log is skipped", severity="error")


@dataclass(slots=True)
class _Epochs:
    """What a log has been found to say so far."""

    release: str = ""
    devices: dict[str, str] = field(default_factory=dict)
    """Component to the names of its devices."""
    place: str = ""
    mean_g_per_kwh: float | None = None
    pue: str = ""
    at_s: float | None = None
    """When the epoch ended that is being read."""
    spans: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of each epoch."""
    lengths_s: list[float] = field(default_factory=list)
    """Of each epoch, as the log tells them."""
    watts: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    """Component to start, end and power of each epoch that has one."""
    joules: dict[str, list[float]] = field(default_factory=dict)
    n_devices: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _of_epochs(file: ForeignFile, text: str) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    found = _Epochs()
    for number_of, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line[:_MOST_CHARS])
        if match and len(found.spans) < _MOST_EPOCHS:
            _take(file, found, number_of, match[1], match[2])
    powers = tuple(
        ReportedPower(component, *(np.array(column) for column in zip(*rows, strict=True)))
        for component, rows in found.watts.items()
    )
    if not powers:
        return (), (*found.problems, _without(file, "an epoch with its duration and power"))
    kinds: dict[str, Provenance] = {
        component: _KINDS[component] if len(rows) == len(found.spans) else "partial"
        for component, rows in found.watts.items()
    }
    figures = {
        f"{component}_energy_kwh": Figure(fsum(joules) / JOULES_PER_KWH, kinds[component])
        for component, joules in found.joules.items()
    }
    together = fsum(joules for of_one in found.joules.values() for joules in of_one)
    figures["energy_kwh"] = Figure(together / JOULES_PER_KWH, weakest(set(kinds.values())))
    figures["duration_hours"] = Figure(fsum(found.lengths_s) / SECONDS_PER_HOUR, "measured")
    run = ReportedRun(
        key="",
        tool=f"{TOOL} {words(found.release)}".strip(),
        figures=figures,
        info=_info(found),
        start_s=found.spans[0][0],
        end_s=found.spans[-1][1],
        spans=tuple(found.spans),
        power=powers,
        problems=(*found.problems, *_mean_over_gpus(file, found)),
    )
    return (run,), ()


def _take(file: ForeignFile, found: _Epochs, line: int, at: str, text: str) -> None:
    """One line of the log with the epochs."""
    if match := re.match(r"carbontracker version (\S+)", text):
        found.release = match[1]
    elif match := re.match(r"The following components were found: (.*)", text):
        parts = re.findall(r"(CPU|GPU) with device\(s\) (.*?)\.(?: |$)", match[1])
        found.devices = {component.lower(): names for component, names in parts}
    elif match := re.search(r"multiplied by a PUE coefficient of ([\d.]+)", text):
        found.pue = match[1]
    elif match := re.search(r"at detected location: (.*?): \[", text):
        found.place = match[1]
    elif match := re.search(r"Average carbon intensity during training was ([\d.]+) gCO2", text):
        found.mean_g_per_kwh = number(match[1])
    elif re.match(r"Epoch \d+:", text):
        found.at_s = time_s(at)
    elif match := re.match(r"Duration: (\S+)", text):
        length, end_s = length_s(match[1]), found.at_s
        if length is None or end_s is None:
            found.problems.append(
                _unread(file, line, "an epoch's duration such as 0:00:33.57", text)
            )
        else:
            # The line tells whole seconds; epochs follow each other.
            start_s = max(end_s - length, found.spans[-1][1] if found.spans else 0.0)
            found.spans.append((start_s, start_s + length))
            found.lengths_s.append(length)
    elif match := re.match(r"Average power usage \(W\) for (cpu|gpu): (.*)", text):
        _take_power(file, found, line, match[1], match[2])


def _take_power(file: ForeignFile, found: _Epochs, line: int, component: str, text: str) -> None:
    values = [number(part) for part in text.strip("[] ").replace(",", " ").split()]
    watts = [value for value in values if value is not None]
    if not watts or len(watts) < len(values) or not found.spans:
        if text.strip() != "None":  # the epoch was too short to be measured
            found.problems.append(_unread(file, line, "watts", text))
        return
    found.n_devices[component] = len(watts)
    found.watts.setdefault(component, []).append((*found.spans[-1], fsum(watts)))
    found.joules.setdefault(component, []).append(fsum(watts) * found.lengths_s[-1])


def _unread(file: ForeignFile, line: int, expected: str, text: str) -> Problem:
    message = f"expected {expected}, found {words(text)!r}"
    return Problem(file.path, message, line, hint="the epoch is left out there")


def _mean_over_gpus(file: ForeignFile, found: _Epochs) -> tuple[Problem, ...]:
    """That several GPUs' power is too low, where it is."""
    release = tuple(map(int, re.findall(r"\d{1,9}", found.release)[:3]))
    gpus = len(
        [gpu for gpu in gpu_facts(found.devices.get("gpu", "")) if gpu["Name"] != _NEURAL_ENGINE]
    )
    if gpus < 2 or found.n_devices.get("gpu") != 1:
        return ()
    if not _MEAN_OVER_GPUS[0] <= release <= _MEAN_OVER_GPUS[1]:
        return ()
    return (
        Problem(
            file.path,
            f"{TOOL} {words(found.release)} logs the mean power of the {gpus} GPUs instead of their sum",
            hint=f"the GPUs' energy may be {gpus} times as high",
        ),
    )


def _info(found: _Epochs) -> RunInfo:
    mean = found.mean_g_per_kwh
    told = {
        "Its own PUE, not applied here": found.pue,
        "Devices": "; ".join(f"{c.upper()}: {words(n)}" for c, n in found.devices.items()),
        "Epochs": str(len(found.spans)),
        "Times": UTC_ASSUMED,
    }
    return RunInfo(
        format=TOOL,
        cpu_info=cpu_facts(found.devices.get("cpu", "")),
        gpu_info=gpu_facts(found.devices.get("gpu", "")),
        region=region(found.place.rpartition(",")[2].strip(), "", f"told by {TOOL}"),
        carbon_intensity=None
        if mean is None
        else GridIntensity(mean, f"{TOOL}'s mean during training"),
        collector_version=words(found.release),
        told={label: text for label, text in told.items() if text},
    )


def _of_output(file: ForeignFile, text: str) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """The last of the consumptions that it calls actual; predicted ones are none."""
    blocks = list(
        re.finditer(
            r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - CarbonTracker:\s+Actual consumption(?: for (\d+) epoch\(s\))?:"
            r"[ \t\r]*\n[ \t]*Time:[ \t]*(\S+)[ \t\r]*\n[ \t]*Energy:[ \t]*(\S+) kWh"
            r"[ \t\r]*\n[ \t]*CO2eq:[ \t]*(\S+) g",
            text,
        )
    )
    if not blocks:
        return (), (_without(file, "an actual consumption with time, energy and CO2eq"),)
    at, epochs, length, energy, grams = blocks[-1].groups()
    seconds, kwh, g, end_s = length_s(length), number(energy), number(grams), time_s(at)
    if kwh is None or seconds is None:
        return (), (_without(file, "an energy and a time that are numbers"),)
    pue = next((factor for day, factor in _PUES if at >= day), 1.0)
    figures = {
        "energy_kwh": Figure(kwh / pue, "reported"),
        "duration_hours": Figure(seconds / SECONDS_PER_HOUR, "measured"),
    }
    if g is not None:
        figures["emissions_kg"] = Figure(g / GRAMS_PER_KG, "estimated")
    told = {"Epochs": epochs or "", "Times": UTC_ASSUMED}
    run = ReportedRun(
        key="",
        tool=TOOL,
        figures=figures,
        info=RunInfo(
            format=TOOL, pue=pue, told={label: text for label, text in told.items() if text}
        ),
        start_s=None if end_s is None else end_s - seconds,
        end_s=end_s,
        emissions_pue=pue,
        line=text.count("\n", 0, blocks[-1].start()) + 1,
        problems=(
            Problem(
                file.path,
                f"the log does not name the PUE that is within its energy: {pue:g} is taken, which {TOOL} used at that "
                "time",
                hint="energy with PUE and emissions are as the log has them",
            ),
        ),
    )
    return (run,), ()
