"""Reads `*.meter` files: a line "name,kWh,hours" for each run."""

from __future__ import annotations

from wattboard.sitegen.errors import Problem
from wattboard.sitegen.foreign.model import ForeignFile, ReportedRun
from wattboard.sitegen.model import Figure, RunInfo

name = "example_meter"
file_names = ("*.meter",)
version = 1


def recognises(file: ForeignFile) -> bool:
    """By the first line."""
    return file.data.startswith(b"# example meter")


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """A run a line; a line that is none is left out, and told of with its number."""
    runs, problems = [], []
    for line, text in enumerate(file.data.decode("utf-8", "replace").splitlines()[1:], 2):
        try:
            key, kwh, hours = text.split(",")
            figures = {
                "energy_kwh": Figure(float(kwh), "measured"),
                "duration_hours": Figure(float(hours), "measured"),
            }
        except ValueError:
            problems.append(
                Problem(file.path, f"expected name,kWh,hours, found {text[:40]!r}", line)
            )
            continue
        info = RunInfo("Example meter")
        runs.append(ReportedRun(key, "Example meter", figures, info, line=line))
    return tuple(runs), tuple(problems)
