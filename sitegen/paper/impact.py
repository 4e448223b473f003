"""What runs cost together, and all that a reader must know to judge it. Pure: from results to one frozen value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal, TypeVar

from ..carbon import is_live
from ..model import ABSENT, Basis, Figure, RunResult, first_start_s, last_end_s
from ..units import GRAMS_PER_KG

Origin = Literal["measured", "estimated", "reported"]
"""How a component's energy came about: by counters and sensors, from rated power, or as another tool's log says."""

_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over runs, of those that have the figure."""

    value: float | None
    """None where no run has it."""
    n: int
    """How many runs have it."""
    of: int
    """How many runs it is asked of: for GPU time those that had a GPU."""

    @property
    def is_whole(self) -> bool:
        return self.n == self.of


@dataclass(frozen=True, slots=True)
class PueUse:
    """A power usage effectiveness, and how many runs it was applied to."""

    pue: float
    source: str
    """In words, as `RunResult` has it."""
    n_runs: int


@dataclass(frozen=True, slots=True)
class GridUse:
    """A grid that runs drew from."""

    zone: str
    """Its id, "" where the logs do not say."""
    name: str
    """"" where only the id is known."""
    g_per_kwh: float | None
    """Of a live intensity the mean over the energy; None where it is not known."""
    is_live: bool
    """Logged while the runs went on; else an average stands for all their time."""
    year: int | None
    """Of an average."""
    basis: Basis
    source: str
    n_runs: int
    facility_energy_kwh: float | None
    """Of those runs that have it."""


@dataclass(frozen=True, slots=True)
class GpuUse:
    name: str
    memory: str
    """"" where the log does not say."""
    count: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine, and how many runs were on one."""

    processor: str
    """"" where the logs do not say."""
    sockets: int
    memory: str
    gpus: tuple[GpuUse, ...]
    n_runs: int


@dataclass(frozen=True, slots=True)
class Impact:
    """Of one or more runs. Sums do not depend on the runs' order."""

    n_runs: int
    start_s: float | None
    """The earliest start, in seconds since 1970. None: no file tells it."""
    end_s: float | None
    facility_energy_kwh: Total
    """With PUE."""
    energy_kwh: Total
    emissions_kg: Total
    duration_hours: Total
    cpu_hours: Total
    allocated_gpu_hours: Total
    by_origin_kwh: Mapping[Origin, float]
    """Energy without PUE."""
    n_sampled: int
    """Runs whose log tells for how much of the time there are readings: those of most other tools do not."""
    share_without_samples: float | None
    """Of the wall-clock time of these."""
    n_poorly_sampled: int
    """Runs with such time."""
    gaps_count: bool
    """The last reading stands for the time without samples, as in experiment-impact-tracker; else it adds no energy."""
    gaps_mixed: bool
    """Some runs by the one rule, some by the other."""
    n_without_cpu_energy: int
    """Runs whose energy is that of their GPUs alone."""
    n_without_gpu_energy: int
    """Runs that had GPUs and whose energy is that of the CPU alone."""
    n_with_lost_parts: int
    """Runs of which a process' log is missing."""
    n_abrupt: int
    """Runs without an end in their log."""
    n_failed: int
    """Runs whose command ended with an exit code other than 0."""
    pues: tuple[PueUse, ...]
    """The most used first."""
    grids: tuple[GridUse, ...]
    """The most used first; without the runs of which neither zone nor intensity is known."""
    reference_place: str | None
    """The grid that all emissions are computed on, in words; "" for a stated number, None for each run's own."""
    n_without_zone: int
    machines: tuple[Machine, ...]
    """The most used first."""
    tools: Mapping[str, int]
    """The formats of the logs to how many runs have them."""
    other_tools: Mapping[str, int]
    """Those among them that took figures of their own, which are read as they are."""

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Of the intensities behind the emissions; several mean that a sum mixes what cannot be compared."""
        return tuple(sorted({grid.basis for grid in self.grids if grid.g_per_kwh is not None}))


def impact(runs: Sequence[RunResult]) -> Impact:
    """Sum up runs.

    Args:
        runs: At least one, each once (see `same_runs.distinct`), in any order.
    """
    with_gpus = [run for run in runs if run.info.gpu_info or _value(run, "allocated_gpu_hours")]
    gappy = [run for run in runs if _gap_hours(run) > 0]
    held = {_holds_for_ever(run) for run in gappy}
    return Impact(
        n_runs=len(runs),
        start_s=first_start_s(runs),
        end_s=last_end_s(runs),
        facility_energy_kwh=_total(runs, "facility_energy_kwh"),
        energy_kwh=_total(runs, "energy_kwh"),
        emissions_kg=_total(runs, "emissions_kg"),
        duration_hours=_total(runs, "duration_hours"),
        cpu_hours=_total(runs, "cpu_hours"),
        allocated_gpu_hours=_total(with_gpus, "allocated_gpu_hours"),
        by_origin_kwh=_by_origin(runs),
        n_sampled=sum(_value(run, "measured_share") is not None for run in runs),
        share_without_samples=_share_without_samples(runs),
        n_poorly_sampled=len(gappy),
        gaps_count=True in held,
        gaps_mixed=len(held) > 1,
        n_without_cpu_energy=sum(_lacks(run, "cpu", "gpu") for run in runs),
        n_without_gpu_energy=sum(_lacks(run, "gpu", "cpu") for run in with_gpus),
        n_with_lost_parts=sum(
            _figure(run, "duration_hours").provenance == "partial" for run in runs
        ),
        n_abrupt=sum(not run.ended for run in runs),
        n_failed=sum(bool(run.info.exit_code) for run in runs),
        pues=tuple(
            PueUse(pue, source, n)
            for (pue, source), n in _counted((run.pue, run.pue_source) for run in runs)
        ),
        grids=_grids(runs),
        reference_place=next((run.recomputed.place for run in runs if run.recomputed), None),
        n_without_zone=sum(run.info.region is None for run in runs),
        machines=tuple(
            Machine(*kind, n_runs=n) for kind, n in _counted(_machine(run) for run in runs)
        ),
        tools=dict(_counted(run.info.format for run in runs)),
        other_tools=dict(_counted(tool for run in runs if (tool := _other_tool(run)))),
    )


def _other_tool(run: RunResult) -> str:
    """Whose file the run was read from, or its log of ours converted from; "" for all other logs."""
    if run.location.reported is not None:
        return run.info.format
    is_ours = run.info.format.startswith("wattboard/")
    return run.info.origin.tool if run.info.origin is not None and is_ours else ""


def _counted(items: Iterable[_T]) -> list[tuple[_T, int]]:
    """Each with its number, the most frequent first, then in an order of their own."""
    return sorted(Counter(items).items(), key=lambda pair: (-pair[1], repr(pair[0])))


def _figure(run: RunResult, name: str) -> Figure:
    return run.figures.get(name, ABSENT)


def _value(run: RunResult, name: str) -> float | None:
    return _figure(run, name).value


def _total(runs: Sequence[RunResult], name: str) -> Total:
    values = [value for run in runs if (value := _value(run, name)) is not None]
    return Total(fsum(values) if values else None, len(values), len(runs))


def _lacks(run: RunResult, component: str, other: str) -> bool:
    return (
        _value(run, f"{component}_energy_kwh") is None
        and _value(run, f"{other}_energy_kwh") is not None
    )


def _by_origin(runs: Iterable[RunResult]) -> dict[Origin, float]:
    energies: dict[Origin, list[float]] = {"measured": [], "estimated": [], "reported": []}
    for run in runs:
        for origin, kwh in _origins(run):
            energies[origin].append(kwh)
    return {origin: fsum(kwh) for origin, kwh in energies.items() if kwh}


def _origins(run: RunResult) -> Iterator[tuple[Origin, float]]:
    """A run's energy by component; what no component accounts for, such as memory in other tools' logs, as the sum."""
    whole = _figure(run, "energy_kwh")
    parts = []
    for component in ("cpu", "gpu"):
        figure = _figure(run, f"{component}_energy_kwh")
        if figure.value is not None:
            parts.append(figure.value)
            yield _origin(run, figure, component), figure.value
    rest = (whole.value or 0.0) - fsum(parts)
    if rest > 1e-9 * (whole.value or 0.0):
        yield _origin(run, whole, ""), rest


def _origin(run: RunResult, figure: Figure, component: str) -> Origin:
    match figure.provenance:
        case "measured" | "estimated" | "reported" as origin:
            return origin
    # Partial: of what there is, the log's sources say how it was read.
    sources = run.info.power_sources
    kinds = {source.kind for source in sources if component in ("", source.component)}
    if "estimate" in kinds:
        return "estimated"
    return "reported" if "reported" in kinds else "measured"


def _gap_hours(run: RunResult) -> float:
    share, hours = _value(run, "measured_share"), _value(run, "duration_hours")
    return 0.0 if share is None or hours is None else max(0.0, 1 - share) * hours


def _share_without_samples(runs: Sequence[RunResult]) -> float | None:
    told = [run for run in runs if _value(run, "measured_share") is not None]
    hours = fsum(_value(run, "duration_hours") or 0.0 for run in told)
    return fsum(_gap_hours(run) for run in told) / hours if hours > 0 else None


def _holds_for_ever(run: RunResult) -> bool:
    return run.location.reported is None and not run.info.format.startswith("wattboard/")


def _machine(run: RunResult) -> tuple[str, int, str, tuple[GpuUse, ...]]:
    cpu = run.info.cpu_info
    sockets = cpu.get("Sockets", "")
    gpus = Counter((gpu.get("Name", ""), gpu.get("Memory", "")) for gpu in run.info.gpu_info)
    return (
        cpu.get("Processor", ""),
        int(sockets) if sockets.isdecimal() and int(sockets) > 0 else 1,
        cpu.get("Memory", ""),
        tuple(GpuUse(name, memory, n) for (name, memory), n in sorted(gpus.items())),
    )


_GridKey = tuple[str, str, bool, float | None, int | None, Basis, str]


def _grids(runs: Sequence[RunResult]) -> tuple[GridUse, ...]:
    grouped: dict[_GridKey, list[RunResult]] = {}
    for run in runs:
        if run.info.region or _value(run, "mean_carbon_intensity_g_per_kwh") is not None:
            grouped.setdefault(_grid_key(run), []).append(run)
    grids = [_grid_use(key, members) for key, members in grouped.items()]
    return tuple(sorted(grids, key=lambda grid: (-grid.n_runs, repr(grid))))


def _grid_key(run: RunResult) -> _GridKey:
    region, average = run.info.region, run.info.carbon_intensity
    zone = (region.id, region.name) if region else ("", "")
    if is_live(run):
        # What a log says of the average, its year and source, does not hold for the live values.
        live = run.info.live_intensity
        return (
            *zone,
            True,
            None,
            None,
            live.basis if live else "unknown",
            live.source if live else "",
        )
    if average is None:
        return (*zone, False, None, None, "unknown", "")
    return (*zone, False, average.g_per_kwh, average.year, average.basis, average.source)


def _grid_use(key: _GridKey, runs: Sequence[RunResult]) -> GridUse:
    zone, name, live, g_per_kwh, year, basis, source = key
    if live:
        g_per_kwh = _mean_intensity(runs)
    energy = _total(runs, "facility_energy_kwh").value
    return GridUse(zone, name, g_per_kwh, live, year, basis, source, len(runs), energy)


def _mean_intensity(runs: Sequence[RunResult]) -> float | None:
    """Over the energy; over the runs where there is none."""
    both = [
        (kg, kwh)
        for run in runs
        if (kg := _value(run, "emissions_kg")) is not None
        and (kwh := _value(run, "facility_energy_kwh"))
    ]
    if both:
        return fsum(kg for kg, _ in both) * GRAMS_PER_KG / fsum(kwh for _, kwh in both)
    means = [_value(run, "mean_carbon_intensity_g_per_kwh") for run in runs]
    known = [mean for mean in means if mean is not None]
    return fsum(known) / len(known) if known else None
