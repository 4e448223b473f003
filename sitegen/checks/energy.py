"""Whether a run's figures agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from ..model import RunResult
from ..text import duration, number
from ..units import SECONDS_PER_HOUR
from .model import Finding, Submission, figure, of_run

CHECK = "Energy"
_TOLERANCE = 0.1
"""Tools round, and a mean power may be taken over a little more or less than the run."""
_MOST_G_PER_KWH = 2_500.0
"""More than any grid emits: oil shale and old lignite come to some 1,300."""
_PARTS = ("cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh")


def energy(submission: Submission) -> Iterator[Finding]:
    """Energy against duration × power and against its parts, CPU time against the processors, and the intensity."""
    for run in submission.runs:
        yield from _sign(run)
        yield from _power_and_time(run)
        yield from _parts(run)
        yield from _cpu_time(run)
        yield from _intensity(run)


def _sign(run: RunResult) -> Iterator[Finding]:
    for name, value in ((name, figure(run, name)) for name in run.figures):
        if value is not None and value < 0:
            yield of_run(
                CHECK,
                run,
                f"expected {name} of 0 or more, found {value:g}",
                "see what the tool wrote; nothing can use less than nothing",
            )
    hours, kwh = figure(run, "duration_hours"), figure(run, "energy_kwh")
    if kwh == 0 and hours:
        yield of_run(
            CHECK,
            run,
            f"expected energy over {duration(hours * SECONDS_PER_HOUR)}, found 0 kWh",
            "see that the power source gave readings: `wattboard doctor`",
            "warning",
        )


def _power_and_time(run: RunResult) -> Iterator[Finding]:
    kwh, hours, watts = (
        figure(run, name) for name in ("energy_kwh", "duration_hours", "mean_power_w")
    )
    if kwh is None or hours is None or watts is None:
        return
    product = watts * hours / 1000
    if abs(product - kwh) > _TOLERANCE * max(abs(kwh), abs(product)):
        yield of_run(
            CHECK,
            run,
            f"expected energy = mean power × duration, found {number(kwh)} kWh and {number(watts)} W × "
            f"{number(hours)} h = {number(product)} kWh",
            "one of the three is in another unit, or of another time",
            "warning",
        )


def _parts(run: RunResult) -> Iterator[Finding]:
    whole = figure(run, "energy_kwh")
    each = [value for name in _PARTS if (value := figure(run, name)) is not None]
    if whole is not None and each and fsum(each) > whole * (1 + _TOLERANCE):
        yield of_run(
            CHECK,
            run,
            f"expected parts that come to no more than the energy of {number(whole)} kWh, "
            f"found {number(fsum(each))} kWh of CPU, GPU and RAM",
            "one of them is in another unit",
        )


def _cpu_time(run: RunResult) -> Iterator[Finding]:
    used, hours = figure(run, "cpu_hours"), figure(run, "duration_hours")
    if used is None or not hours:
        return
    try:
        cpus = sum(int(part.info.cpu_info["Logical CPUs"]) for part in run.parts)
    except (KeyError, ValueError):  # an old log does not tell
        return
    if cpus > 0 and used > hours * cpus * (1 + _TOLERANCE):
        yield of_run(
            CHECK,
            run,
            f"expected CPU time of at most {number(hours * cpus)} h ({cpus} logical CPUs), found {number(used)} h",
            "see that the log names the machine that the run was on",
        )


def _intensity(run: RunResult) -> Iterator[Finding]:
    grams = figure(run, "mean_carbon_intensity_g_per_kwh")
    if grams is not None and grams > _MOST_G_PER_KWH:
        yield of_run(
            CHECK,
            run,
            f"expected a carbon intensity of at most {_MOST_G_PER_KWH:g} g/kWh, found {number(grams)}",
            "see whether emissions are in kg, or g, as the format has them",
            "warning",
        )
