"""From what another tool's file says of a run to the same result that a log gives. Formulas: docs/other-tools.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .carbon import grid_of, with_zone_name
from .catalog import figure_kinds
from .foreign.model import ReportedRun, ReportedSource
from .location import RunLocation
from .model import ABSENT, Figure, GridIntensity, RunInfo, RunPart, RunResult, TimeChart
from .units import GRAMS_PER_KG, JOULES_PER_KWH, SECONDS_PER_HOUR

_NAMES = {"cpu": "CPU", "gpu": "GPU", "ram": "RAM", "machine": "Machine"}


def measured_report(
    location: RunLocation, source: ReportedSource, pue: tuple[float, str], download: Path | None
) -> RunResult:
    """The result of a run that another tool measured.

    Args:
        pue: What the energy is multiplied by where the file's energies are without PUE, and where it comes from.
        download: Where to write a zip of what was read. None: write none.

    Raises:
        OSError: the download cannot be written.
    """
    run = source.run
    if run.info.pue is not None:
        pue = run.info.pue, f"already in the figures of {run.info.format}"
    if download is not None:
        _write_zip(download, source)
    info = _with_grid(run, pue[0])
    return RunResult(
        location=location,
        info=info,
        parts=(RunPart("", info, run.start_s, run.end_s, ended=True),),
        start_s=run.start_s,
        end_s=run.end_s,
        ended=True,
        n_samples=max((len(power.power_w) for power in run.power), default=0),
        pue=pue[0],
        pue_source=pue[1],
        figures=_figures(run, info, pue[0]),
        chart_keys=("power",) if run.power else (),
        log_bytes=len(source.content),
        zip_bytes=None if download is None else download.stat().st_size,
        problems=run.problems,
    )


def _with_grid(run: ReportedRun, pue: float) -> RunInfo:
    """With its region's name, and the intensity that the tool's figures come to; where it tells no emissions, with its
    region's average.
    """
    info, told = run.info, run.figures.get("emissions_kg")
    if info.region is not None:
        info = replace(info, region=with_zone_name(info.region))
    if info.carbon_intensity is not None:
        return info
    if told is None:
        return info if info.region is None else replace(info, carbon_intensity=grid_of(info.region))
    facility = _times(run.figures.get("energy_kwh", ABSENT), pue)
    mean = _ratio(_times(told, pue / run.emissions_pue), facility, GRAMS_PER_KG).value
    if mean is None:
        return info
    # To ten digits, so that runs on one grid have one and the same.
    grid = GridIntensity(float(f"{mean:.10g}"), f"by the figures of {info.format}")
    return replace(info, carbon_intensity=grid)


def _figures(run: ReportedRun, info: RunInfo, pue: float) -> dict[str, Figure]:
    """All figures by our names. What the tool reports stands; the others follow from it."""
    told = run.figures
    energy, duration = told.get("energy_kwh", ABSENT), told.get("duration_hours", ABSENT)
    facility = _times(energy, pue)
    emissions = _emissions(
        told.get("emissions_kg"), facility, info.carbon_intensity, pue / run.emissions_pue
    )
    followed = {
        "facility_energy_kwh": facility,
        "emissions_kg": emissions,
        "mean_carbon_intensity_g_per_kwh": _ratio(emissions, facility, GRAMS_PER_KG, "reported"),
        "mean_power_w": _ratio(
            energy, _times(duration, _share(told)), JOULES_PER_KWH / SECONDS_PER_HOUR
        ),
        "allocated_gpu_hours": _times(duration, len(info.gpu_info)) if info.gpu_info else ABSENT,
    }
    return {
        kind.name: followed[kind.name]
        if kind.name in {"facility_energy_kwh", "emissions_kg"}
        else told.get(kind.name, followed.get(kind.name, ABSENT))
        for kind in figure_kinds()
    }


def _emissions(
    told: Figure | None, facility: Figure, grid: GridIntensity | None, missing_pue: float
) -> Figure:
    """Of the energy with PUE: as reported, times what the tool left out; else by the average of the grid."""
    if told is not None:
        return _times(told, missing_pue)
    if grid is None or facility.value is None:
        return ABSENT
    provenance = "estimated" if facility.provenance == "measured" else facility.provenance
    return Figure(facility.value * grid.g_per_kwh / GRAMS_PER_KG, provenance)


def _share(told: Mapping[str, Figure]) -> float:
    """Of the time that was measured; all of it where the tool does not tell."""
    share = told.get("measured_share", ABSENT).value
    return 1.0 if share is None else share


def _times(figure: Figure, factor: float) -> Figure:
    return ABSENT if figure.value is None else Figure(figure.value * factor, figure.provenance)


def _ratio(over: Figure, under: Figure, factor: float, provenance: str | None = None) -> Figure:
    if over.value is None or not under.value:
        return ABSENT
    return Figure(over.value / under.value * factor, provenance or over.provenance)  # type: ignore[arg-type]


def report_charts(run: ReportedRun) -> tuple[TimeChart, ...]:
    """The chart of the power that the tool logged; none where it logged none."""
    if not run.power:
        return ()
    from .series import steps  # with a library that figures alone do not need

    start_s = min(float(power.start_s[0]) for power in run.power)
    if run.start_s is not None:
        start_s = min(start_s, run.start_s)
    series = tuple(
        steps(
            _NAMES.get(power.component, power.component),
            power.start_s - start_s,
            power.end_s - start_s,
            power.power_w,
        )
        for power in run.power
    )
    return (TimeChart("power", f"Power, as {run.info.format} logged it", "Power", "W", series),)


def _write_zip(file: Path, source: ReportedSource) -> None:
    from .zip_writer import ZipWriter  # with a library that figures alone do not need

    with file.open("wb") as out:
        archive = ZipWriter(out)
        archive.add(source.file_name, (source.content,))
        archive.finish()
