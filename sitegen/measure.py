"""One run, from its log to all that the site needs of it. Works on that run alone: this is what runs in processes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from .carbon import looked_up
from .errors import Problem, RunError
from .location import RunLocation
from .metrics import figures
from .metrics.combine import PartFigures, combined
from .metrics.timeline import Timeline, timeline
from .model import Figure, RunLog, RunResult
from .parts import differences, last_pieces, missing_ranks, run_parts, whole_info
from .read_run import read_run
from .series import charts
from .store import StoreError

log = logging.getLogger(__name__)

DEFAULT_PUE = 1.58
"""The seed's default, after the Uptime Institute's survey of 2018."""


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    pue: float | None = None
    """Instead of the log's own and the default."""
    pue_source: str = ""
    """Where `pue` comes from, in words."""
    downloads: Path | None = None
    """Where to put each run's zip, under the name that `download_name` gives it. None: make none."""
    with_charts: bool = True
    every_problem: bool = False


@dataclass(frozen=True, slots=True)
class SkippedRun:
    """A run that could not be used, and why."""

    location: RunLocation
    problems: tuple[Problem, ...]


def measure(location: RunLocation, options: MeasureOptions) -> RunResult | SkippedRun:
    """Read a run once and compute its figures and chart data."""
    try:
        return _measured(location, options)
    except RunError as error:
        problems = error.problems
    except (OSError, StoreError):  # writing the zip failed, or a store does: no fault of the run's
        raise
    except Exception as error:
        log.debug("%s cannot be read", location.path, exc_info=True)
        problems = (
            Problem(
                location.path,
                f"this run's log cannot be read: {type(error).__name__}: {error}",
                hint="the run is skipped; please report this as a defect of wattboard, with the log",
                severity="error",
            ),
        )
    if options.downloads is not None:
        (options.downloads / download_name(location)).unlink(missing_ok=True)
    return SkippedRun(location, problems)


def download_name(location: RunLocation) -> str:
    """The name of a run's zip among those of other runs."""
    return hashlib.sha256(location.path.encode()).hexdigest()[:24] + ".zip"


def _measured(location: RunLocation, options: MeasureOptions) -> RunResult:
    download = options.downloads and options.downloads / download_name(location)
    run = read_run(location, download, every_problem=options.every_problem)
    logs = [looked_up(log) for log in run.logs]
    timed = [(log, timeline(log)) for log in logs]
    pues = [_pue(log, options) for log in logs]
    each = [
        _part_figures(log, line, pue) for (log, line), (pue, _) in zip(timed, pues, strict=True)
    ]
    missing = missing_ranks(location, logs, run.lost)
    whole = combined(each, complete=not (run.lost or missing))
    pue, pue_source = _pue_of_all(pues, whole)
    parts = run_parts(logs)
    return RunResult(
        location=location,
        info=whole_info(parts, logs),
        parts=parts,
        start_s=min(log.start_s for log in logs),
        end_s=max(log.end_s for log in logs),
        ended=all(part.ended for part in last_pieces(parts)),
        n_samples=sum(len(log.samples.time_s) for log in logs),
        pue=pue,
        pue_source=pue_source,
        figures=whole,
        charts=charts(timed) if options.with_charts else (),
        log_bytes=sum(log.log_bytes for log in logs),
        problems=(*run.problems, *missing, *differences(location, logs)),
    )


def _part_figures(log: RunLog, line: Timeline, pue: float) -> PartFigures:
    return PartFigures(
        figures(log, line, pue), (log.start_s, log.end_s), log.gpu_ids, line.holds_for_ever
    )


def _pue(log: RunLog, options: MeasureOptions) -> tuple[float, str]:
    if options.pue is not None:
        return options.pue, options.pue_source
    if log.info.pue is not None:
        return log.info.pue, "the run's own log"
    return DEFAULT_PUE, "the default"


def _pue_of_all(
    pues: Sequence[tuple[float, str]], whole: Mapping[str, Figure]
) -> tuple[float, str]:
    """What the energy of the run was multiplied by: each part's own, which nearly always is the same for all."""
    if len(set(pues)) == 1:
        return pues[0]
    energy, facility = whole["energy_kwh"].value, whole["facility_energy_kwh"].value
    mean = facility / energy if energy and facility else fsum(pue for pue, _ in pues) / len(pues)
    each = ", ".join(f"{pue:g} by {source}" for pue, source in sorted(set(pues)))
    return mean, f"the mean over the run's parts: {each}"
