"""Runs for the tests of statements: values made by hand, and small logs on disk that tell a story each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from logs import START_S, our_info, power_samples, seed_info, write_run
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.model import (
    ABSENT,
    Figure,
    GridIntensity,
    PowerSource,
    Region,
    RunInfo,
    RunPart,
    RunResult,
)

CALIFORNIA = Region("US-CA", "California, United States")
EMBER = GridIntensity(330.0, "Ember", 2025, "lifecycle")

OURS = "wattboard/1"
SEED = "experiment-impact-tracker"


def result(
    path: str = "logs/run",
    *,
    cpu_kwh: float | None = 1.0,
    gpu_kwh: float | None = None,
    pue: float = 1.5,
    pue_source: str = "the default",
    hours: float = 2.0,
    share: float = 1.0,
    ended: bool = True,
    grid: GridIntensity | None = EMBER,
    live_g_per_kwh: float | None = None,
    region: Region | None = CALIFORNIA,
    gpus: tuple[Mapping[str, str], ...] = (),
    start_s: float = START_S,
    folder: Path | None = None,
    provenance: Mapping[str, str] | None = None,
    **info: Any,
) -> RunResult:
    """A run as measuring one gives it. Its emissions follow from energy and intensity."""
    parts = [kwh for kwh in (cpu_kwh, gpu_kwh) if kwh is not None]
    energy = sum(parts) if parts else None
    g_per_kwh = live_g_per_kwh if live_g_per_kwh is not None else grid and grid.g_per_kwh
    emissions = None if energy is None or g_per_kwh is None else pue * energy * g_per_kwh / 1000
    values = {
        "facility_energy_kwh": None if energy is None else pue * energy,
        "energy_kwh": energy,
        "cpu_energy_kwh": cpu_kwh,
        "gpu_energy_kwh": gpu_kwh,
        "emissions_kg": emissions,
        "mean_carbon_intensity_g_per_kwh": g_per_kwh,
        "duration_hours": hours,
        "cpu_hours": hours / 2,
        "gpu_hours": None,
        "allocated_gpu_hours": hours * len(gpus) if gpus else None,
        "mean_power_w": None,
        "measured_share": share,
    }
    kinds: dict[str, Any] = {"measured_share": "measured", **(provenance or {})}
    figures = {
        name: ABSENT if value is None else Figure(value, kinds.get(name, "measured"))
        for name, value in values.items()
    }
    made = RunInfo(
        **{
            "format": OURS,
            "cpu_info": {"Processor": "Example(R) CPU 9000"},
            "gpu_info": gpus,
            "region": region,
            "carbon_intensity": grid,
            "power_sources": (PowerSource("rapl", "counter", "cpu"),),
            **info,
        }
    )
    end_s = start_s + hours * 3600
    return RunResult(
        location=RunLocation(folder or Path("/nowhere") / path, Path("/nowhere"), path),
        info=made,
        parts=(RunPart("", made, start_s, end_s, ended),),
        start_s=start_s,
        end_s=end_s,
        ended=ended,
        n_samples=10,
        pue=pue,
        pue_source=pue_source,
        figures=figures,
        chart_keys=(),
        log_bytes=1,
    )


def without(run: RunResult, *names: str) -> RunResult:
    """The run lacking some figures."""
    return replace(run, figures={**run.figures, **dict.fromkeys(names, ABSENT)})


def _one(folder: Path) -> None:
    samples = power_samples(361, cpu_w=120.0)
    write_run(
        folder / "seed_0",
        samples,
        our_info(
            samples,
            region={"id": "DEU", "name": "", "found_by": "given"},
            power_sources=[{"name": "rapl", "kind": "counter", "component": "cpu"}],
            carbon_intensity={
                "g_per_kwh": 330.0,
                "year": 2025,
                "source": "Ember",
                "basis": "lifecycle",
            },
        ),
    )


def _mixed(folder: Path) -> None:
    """Three grids, two PUEs, two bases, an estimate, a GPU nobody read, a killed run, gaps, a run without a place."""
    two_gpus = [{"name": "NVIDIA A100-SXM4-40GB", "total_memory": 42949672960}] * 2
    samples = power_samples(361, cpu_w=150.0, gpu_w=600.0)
    california = {
        "g_per_kwh": 179.1,
        "year": 2023,
        "source": "US EPA, eGRID2023",
        "basis": "direct",
    }
    write_run(
        folder / "big" / "seed_0",
        samples,
        our_info(
            samples,
            gpu_info=two_gpus,
            cpu_info={"brand": "AMD EPYC 7763 64-Core Processor", "sockets": 2},
            region={"id": "US-CA", "name": "", "found_by": "given"},
            pue=1.1,
            carbon_intensity=california,
        ),
    )
    killed = our_info(
        samples,
        gpu_info=two_gpus,
        cpu_info={"brand": "AMD EPYC 7763 64-Core Processor", "sockets": 2},
        region={"id": "US-CA", "name": "", "found_by": "given"},
        pue=1.1,
        carbon_intensity=california,
        experiment_end=None,
    )
    write_run(folder / "big" / "seed_1", [s for s in samples if not 50 < _index(s) < 100], killed)
    rated = [
        {"timestamp": s["timestamp"], "cpu_estimated_attributable_power_draw": 30.0}
        for s in power_samples(181)
    ]
    write_run(
        folder / "small" / "estimated",
        rated,
        our_info(
            rated,
            region={"id": "FRA", "name": "", "found_by": "given"},
            carbon_intensity=None,
            power_sources=[{"name": "tdp", "kind": "estimate", "component": "cpu"}],
        ),
    )
    plain = power_samples(91)
    write_run(
        folder / "small" / "nowhere",
        plain,
        our_info(plain, carbon_intensity=None, gpu_info=[{"name": "Example GPU"}]),
    )
    silent = [{"timestamp": s["timestamp"]} for s in power_samples(31)]
    write_run(folder / "small" / "silent", silent, our_info(silent, carbon_intensity=None))


def _index(sample: Mapping[str, Any]) -> float:
    return (float(sample["timestamp"]) - START_S) / 10


def _seed(folder: Path) -> None:
    """Two runs of experiment-impact-tracker with live intensities, one of them with a gap in its samples."""
    for i in range(2):
        samples = power_samples(101, cpu_w=40.0, gpu_w=150.0, start_s=START_S + 10_000 * i)
        for sample in samples:
            sample["realtime_carbon_intensity"] = 210.0 + i
        if i:
            samples = [s for s in samples if not 300 < s["timestamp"] % 1000 < 500]
        region = {"id": "US-CA", "properties": {"zoneName": "US-CA"}}
        write_run(folder / f"seed_{i}", samples, seed_info(samples, region=region))


def _silent(folder: Path) -> None:
    silent = [{"timestamp": s["timestamp"]} for s in power_samples(31)]
    write_run(folder / "seed_0", silent, our_info(silent, carbon_intensity=None))


def _awkward(folder: Path) -> None:
    """Names made of what LaTeX, Markdown and YAML take for their own, and of other scripts."""
    samples = power_samples(361, gpu_w=100.0)
    write_run(
        folder / "seed_0",
        samples,
        our_info(
            samples,
            cpu_info={"brand": r"\evil{50% & #1_$x$^~} *[a]* <b>|`'\"@"},
            gpu_info=[{"name": "显卡 Ünïcødé Ž λ"}],
            region={"id": "ZZ-%_", "name": "R&D _Lab_ #1 {β}", "found_by": "given"},
            carbon_intensity={"g_per_kwh": 1e-3, "source": r"our own \meter: 5% off"},
        ),
    )


STORIES: Mapping[str, Callable[[Path], None]] = {
    "one": _one,
    "mixed": _mixed,
    "seed": _seed,
    "silent": _silent,
    "awkward": _awkward,
}
"""Name to what writes the story's logs into a folder."""


def write_story(name: str, folder: Path) -> Path:
    """The log folder of a story, named for it."""
    logs = folder / name
    STORIES[name](logs)
    return logs
