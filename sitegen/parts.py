"""Of the logs of a run's parts, what is true of the run as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from .errors import Problem
from .location import RunLocation, process_and_piece
from .model import GPU_ID_LABEL, RunInfo, RunLog, RunPart
from .text import count

_T = TypeVar("_T", bound=Hashable)


def run_parts(logs: Sequence[RunLog]) -> tuple[RunPart, ...]:
    """What a run's page says of each log."""
    return tuple(
        RunPart(
            log.location.name,
            log.info if len(logs) == 1 else replace(log.info, packages=()),
            log.start_s,
            log.end_s,
            log.ended,
        )
        for log in logs
    )


def last_pieces(parts: Sequence[RunPart]) -> tuple[RunPart, ...]:
    """Of each process of a run the last piece: what came before was resumed."""
    last: dict[str, RunPart] = {}
    for part in parts:
        process, piece = process_and_piece(part.name)
        if process not in last or piece >= process_and_piece(last[process].name)[1]:
            last[process] = part
    return tuple(last.values())


def missing_ranks(
    location: RunLocation, logs: Sequence[RunLog], lost: Sequence[str]
) -> tuple[Problem, ...]:
    """That a run had more processes than there are logs of, by what the logs say."""
    names = (*(log.location.name for log in logs), *lost)
    found = len({process_and_piece(name)[0] for name in names})
    expected = max((log.info.n_ranks or 0 for log in logs), default=0)
    if expected <= found:
        return ()
    message = f"expected the logs of {expected} ranks, found {count(found, 'log')}"
    return (Problem(location.path, message, hint="the run's figures are partial"),)


def differences(location: RunLocation, logs: Sequence[RunLog]) -> tuple[Problem, ...]:
    """What one run should have in common, and its parts have not: where it was, and what an intensity means."""
    regions = {log.info.region.id for log in logs if log.info.region}
    grids = (log.info.live_intensity or log.info.carbon_intensity for log in logs)
    bases = {grid.basis for grid in grids if grid}
    return tuple(
        Problem(
            location.path,
            f"expected parts with one {what}, found {', '.join(sorted(found))}",
            hint="the page shows the first part's",
        )
        for what, found in (("region", regions), ("basis of their carbon intensities", bases))
        if len(found) > 1
    )


def whole_info(parts: Sequence[RunPart], logs: Sequence[RunLog]) -> RunInfo:
    """What the logs of a run say of it together; of one log, what that says.

    GPUs are listed once each, sources and packages of all parts together. A sampling interval that differs is left
    out; of all else the first that is known stands.
    """
    infos = [log.info for log in logs]
    first = infos[0]
    if len(infos) == 1:
        return first
    intervals = {info.interval_s for info in infos}
    codes = [part.info.exit_code for part in last_pieces(parts)]
    known_codes = [code for code in codes if code is not None]
    return replace(
        first,
        run_id=next((info.run_id for info in infos if info.run_id), ""),
        interval_s=first.interval_s if len(intervals) == 1 else None,
        cpu_info=next((info.cpu_info for info in infos if info.cpu_info), {}),
        gpu_info=_different_gpus(infos),
        packages=tuple(
            sorted(
                {package for info in infos for package in info.packages},
                key=lambda p: (p.name.lower(), p.name, p.version),
            )
        ),
        live_intensity=next((i.live_intensity for i in infos if i.live_intensity), None),
        region=next((info.region for info in infos if info.region), None),
        carbon_intensity=next((i.carbon_intensity for i in infos if i.carbon_intensity), None),
        power_sources=_once_each(source for info in infos for source in info.power_sources),
        collector_version=next((i.collector_version for i in infos if i.collector_version), ""),
        rank=None,
        n_ranks=max((info.n_ranks or 0 for info in infos), default=0) or None,
        exit_code=next((code for code in known_codes if code), 0) if known_codes else None,
    )


def _different_gpus(infos: Sequence[RunInfo]) -> tuple[Mapping[str, str], ...]:
    """Each GPU once; one without an id is nobody else's."""
    found: dict[Hashable, Mapping[str, str]] = {}
    for info in infos:
        seen: dict[str, int] = {}
        for gpu in info.gpu_info:
            gpu_id = gpu.get(GPU_ID_LABEL, "")
            seen[gpu_id] = seen.get(gpu_id, 0) + 1
            found.setdefault((gpu_id, seen[gpu_id]) if gpu_id else len(found), gpu)
    return tuple(found.values())


def _once_each(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
