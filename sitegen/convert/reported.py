"""Write our log of a run that another tool measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..download import info_json
from ..foreign.model import ReportedRun, ReportedSource
from ..location import INFO_FILE, SAMPLES_FILE, PartLocation, part_folder
from ..model import ABSENT, GPU_ID_LABEL, Origin, PowerSource, RunInfo, RunLog, Samples
from ..readers.info_json import FORMAT
from .pieces import Piece

_POWER_FIELDS = {"cpu": "cpu_power_draw_absolute", "gpu": "gpu_power_draw_absolute"}
_REMARKS = "Remarks"
_DIGITS = 6
_ID_BYTES = 16
_GPU_ID_BYTES = 4


def write_reported(source: ReportedSource, found: Sequence[Piece], folder: Path) -> int:
    """Write the log of a run into a folder; the same run gives the same bytes.

    Args:
        found: All of the run's time, at least one piece.

    Returns:
        How many samples it has.
    """
    info = _info(source, found)
    measured = {s.component for s in info.power_sources if s.kind in {"counter", "power"}}
    n = 0
    for number, piece in enumerate(found, 1):
        name = "" if number == 1 else f"resume-{number}"
        log_folder = folder / part_folder(name)
        log_folder.mkdir(parents=True, exist_ok=True)
        samples = list(_samples(piece, measured))
        n += len(samples)
        lines = (json.dumps(sample, separators=(",", ":"), allow_nan=False) for sample in samples)
        (log_folder / SAMPLES_FILE).write_text("".join(f"{line}\n" for line in lines), "utf-8")
        (log_folder / INFO_FILE).write_text(_info_text(info, name, piece), "utf-8")
    return n


def _samples(piece: Piece, measured: set[str]) -> Iterator[Mapping[str, Any]]:
    """Joules since the first sample, and of what was measured the power since the sample before."""
    counted = dict.fromkeys(piece[0].energy_j, 0.0)
    yield {"timestamp": piece[0].start_s, **_counters(counted)}
    for step in piece:
        for component, joules in step.energy_j.items():
            counted[component] += joules
        power = {
            _POWER_FIELDS[component]: joules / step.length_s
            for component, joules in step.energy_j.items()
            if component in measured
        }
        yield {"timestamp": step.end_s, **power, **_counters(counted)}


def _counters(counted: Mapping[str, float]) -> dict[str, Any]:
    """Of whole devices: none of these tools tells what part of them was the run's."""
    energy_j = {f"{component}:all": joules for component, joules in counted.items()}
    return {"energy_j": energy_j} if energy_j else {}


def _info(source: ReportedSource, found: Sequence[Piece]) -> RunInfo:
    """What is true of all the run's logs."""
    run, info = source.run, source.run.info
    digest = hashlib.blake2b(source.content + run.key.encode(), digest_size=_ID_BYTES).hexdigest()
    remarks = " ".join(f"{problem.message}." for problem in run.problems)
    return replace(
        info,
        format=FORMAT,
        run_id=info.run_id or digest,
        interval_s=round(max(step.length_s for piece in found for step in piece), _DIGITS),
        gpu_info=_gpus(info, digest),
        power_sources=tuple(_power_sources(run, found)),
        collector_version="",
        origin=Origin(info.format, info.collector_version, source.file_name),
        told={**info.told, **({_REMARKS: remarks} if remarks else {})},
    )


def _gpus(info: RunInfo, digest: str) -> tuple[Mapping[str, str], ...]:
    """With ids that are the same in all logs of the run: in each of them these are the same GPUs."""
    return tuple(
        {
            **gpu,
            GPU_ID_LABEL: "gpu-"
            + hashlib.blake2b(f"{digest} {n}".encode(), digest_size=_GPU_ID_BYTES).hexdigest(),
        }
        for n, gpu in enumerate(info.gpu_info)
    )


def _power_sources(run: ReportedRun, found: Sequence[Piece]) -> Iterator[PowerSource]:
    """The file's own; else what its figures say. One that is not called measured is not made so."""
    own = {source.component: source for source in run.info.power_sources}
    present = dict.fromkeys(component for piece in found for component in piece[0].energy_j)
    for component in present:
        figure = run.figures.get(f"{component}_energy_kwh", ABSENT)
        kind = "power" if figure.provenance == "measured" else "reported"
        yield own.get(component) or PowerSource(
            run.info.format,
            kind,  # type: ignore[arg-type] # one of the two above
            component,
        )


def _info_text(info: RunInfo, name: str, piece: Piece) -> str:
    """`info.json` of one of the logs."""
    import numpy as np

    start_s, end_s = piece[0].start_s, piece[-1].end_s
    here = PartLocation(Path(), Path(), "", name)
    samples = Samples(np.array([start_s, end_s]), {}, None)
    return info_json(RunLog(here, info, samples, start_s, end_s, ended=True, log_bytes=0))
