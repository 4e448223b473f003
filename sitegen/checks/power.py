"""Whether the mean power of a run is one that its hardware can draw. Limits: docs/contribute.md#power."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from ..errors import Severity
from ..model import RunPart, RunResult
from ..paper import rated_power
from ..paper.rated_power import Rated, UnknownProcessorError
from ..text import number
from .model import Finding, Submission, facts_of, figure, of_run, part_hours

CHECK = "Power"
GPU_TOLERANCE = 1.2
"""A board's mean power stays near its limit, which vendors set a little above the rating."""
CPU_TOLERANCE = 2.5
"""Turbo may hold twice the rated power for as long as the cooling allows, and RAPL may count memory too."""
MOST_GPU_W = 2_000.0
"""Of a GPU that the table does not have: more than any board draws."""
MOST_CPU_W = 800.0
"""Of one socket that the table does not have: more than any processor draws."""
MOST_MACHINE_W = 20_000.0
"""Of one machine, whatever it holds: more than one with eight of the largest GPUs draws at the wall."""
_UNKNOWN_SOCKETS = 2
_MOST_SOCKETS = 8
_W_PER_KW = 1000.0


def power(submission: Submission) -> Iterator[Finding]:
    """GPUs, CPUs and the whole, each against what it can draw at most over the time of the run."""
    for run in submission.runs:
        yield from _component(run, "GPU", "gpu_energy_kwh", _gpu_limit_w)
        yield from _component(run, "CPU", "cpu_energy_kwh", _cpu_limit_w)
        yield from _whole(run)


def _component(
    run: RunResult, name: str, energy: str, limit_w: Callable[[RunPart], tuple[float, str]]
) -> Iterator[Finding]:
    kwh, hours = figure(run, energy), figure(run, "duration_hours")
    parts = [(part, time_h) for part, time_h in part_hours(run) if time_h > 0]
    if kwh is None or not hours or not parts:
        return
    limits = [(time_h, *limit_w(part)) for part, time_h in parts]
    most_kwh = sum(time_h * watts for time_h, watts, _ in limits) / _W_PER_KW
    if most_kwh <= 0 or kwh <= most_kwh:
        return
    yield of_run(
        CHECK,
        run,
        f"expected a mean {name} power of at most {_watts(most_kwh / hours)} ({limits[0][2]}), "
        f"found {_watts(kwh / hours)}",
        f"see that the readings are in watts, and that the log names the {name} that was used",
    )


def _whole(run: RunResult) -> Iterator[Finding]:
    kwh, hours = figure(run, "energy_kwh"), figure(run, "duration_hours")
    if kwh is None or not hours:
        return
    nodes = run.info.surroundings.scheduler and run.info.surroundings.scheduler.nodes
    machines = max(len(run.parts), nodes or 1)
    most_w = max(
        machines * MOST_MACHINE_W, sum(MOST_GPU_W for part in run.parts for _ in part.info.gpu_info)
    )
    mean_w = kwh / hours * _W_PER_KW
    if mean_w <= most_w:
        return
    # A card or report without any hardware may speak of a whole cluster.
    is_known = bool(run.info.cpu_info or run.info.gpu_info)
    severity: Severity = "error" if is_known else "warning"
    yield of_run(
        CHECK,
        run,
        f"expected a mean power (energy / duration) of at most {_watts(most_w / _W_PER_KW)}, more than "
        f"{'one machine draws' if machines == 1 else f'{machines} machines draw'}, found {_watts(mean_w / _W_PER_KW)}",
        "see that energy is in kWh and the duration in seconds, and that both are of the same run",
        severity,
    )


def _gpu_limit_w(part: RunPart) -> tuple[float, str]:
    """Watts that all GPUs of a log may draw, and how that comes about. 0: it names none."""
    each = [_gpu_w(gpu) for gpu in part.info.gpu_info]
    words = f"{len(each)} GPUs" if len(each) > 1 else "its GPU"
    return sum(each) * GPU_TOLERANCE, f"{GPU_TOLERANCE:g} × the rated power of {words}"


def _gpu_w(gpu: Mapping[str, str]) -> float:
    rated = _rated("gpu", gpu.get("Name", ""))
    stated = _number(gpu.get("Power limit (W)", ""))
    known = [watts for watts in (rated, stated) if watts]
    return min(max(known), MOST_GPU_W) if known else MOST_GPU_W


def _cpu_limit_w(part: RunPart) -> tuple[float, str]:
    facts = facts_of(part)
    stated = _number(facts.get("Sockets", ""))
    sockets = min(stated, _MOST_SOCKETS) if stated else _UNKNOWN_SOCKETS
    rated = _rated("cpu", facts.get("Processor", ""))
    if rated is None:
        return MOST_CPU_W * sockets, f"more than any {sockets:g} processors draw"
    words = f"{CPU_TOLERANCE:g} × the rated power of {sockets:g} × {rated:g} W"
    return rated * sockets * CPU_TOLERANCE, words


@cache
def _rated(kind: str, name: str) -> float | None:
    find: Callable[[str], Rated] = rated_power.gpu if kind == "gpu" else rated_power.cpu
    try:
        # A name such as "100 W" would be taken as a power that someone states.
        return find(name).watts if name.strip() and not name.strip()[0].isdigit() else None
    except UnknownProcessorError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < MOST_MACHINE_W else None


def _watts(kilowatts: float) -> str:
    if kilowatts >= 1:
        return f"{number(kilowatts)} kW"
    return f"{number(kilowatts * _W_PER_KW)} W"
