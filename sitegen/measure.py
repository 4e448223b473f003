"""One run, from its log to all that the site needs of it. Works on that run alone: this is what runs in processes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from .carbon import looked_up
from .errors import Problem, RunError
from .foreign.model import ReportedSource
from .location import RunLocation
from .measure_reported import measured_report, report_charts
from .metrics import figures
from .metrics.combine import PartFigures, combined
from .metrics.others import figures_of_others
from .metrics.timeline import timeline
from .model import Figure, RunLog, RunResult, TimeChart
from .parts import differences, last_pieces, missing_ranks, run_parts, whole_info
from .read_run import read_run
from .readers.content import PartContent
from .store import StoreError

log = logging.getLogger(__name__)

DEFAULT_PUE = 1.58
"""The seed's default, after the Uptime Institute's survey of 2018."""


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """How runs are measured: what their results depend on beside their logs."""

    pue: float | None = None
    """Instead of the log's own and the default."""
    pue_source: str = ""
    """Where `pue` comes from, in words."""
    every_problem: bool = False
    """List each faulty line, not only the first few of a kind."""


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """A run as it was read once."""

    result: RunResult
    charts: tuple[TimeChart, ...]
    """Empty where nobody asked for them."""
    content: str
    """The hashes of the bytes that were read; "" where some of them were not."""


@dataclass(frozen=True, slots=True)
class SkippedRun:
    """A run that could not be used, and why."""

    location: RunLocation
    problems: tuple[Problem, ...]
    is_final: bool = False
    """The log itself is at fault: reading it again will not help."""


def measure(
    location: RunLocation,
    options: MeasureOptions,
    download: Path | None = None,
    *,
    with_charts: bool = True,
) -> MeasuredRun | SkippedRun:
    """Read a run once and compute its figures and chart data.

    Args:
        download: Where to write the zip of its log, whose size is then in the result. None: make none.

    Raises:
        OSError: the download cannot be written.
    """
    try:
        return _measured(location, options, download, with_charts=with_charts)
    except RunError as error:
        problems, is_final = error.problems, not isinstance(error.__cause__, OSError)
    except (OSError, StoreError):  # writing the zip failed, or a store does: no fault of the run's
        raise
    except Exception as error:
        log.debug("%s cannot be read", location.path, exc_info=True)
        is_final = False
        problems = (
            Problem(
                location.path,
                f"this run's log cannot be read: {type(error).__name__}: {error}",
                hint="the run is skipped; please report this as a defect of wattboard, with the log",
                severity="error",
            ),
        )
    if download is not None:
        download.unlink(missing_ok=True)
    return SkippedRun(location, problems, is_final)


def _measured(
    location: RunLocation, options: MeasureOptions, download: Path | None, *, with_charts: bool
) -> MeasuredRun:
    if location.reported is not None:
        return _measured_report(location, location.reported, options, download, with_charts)
    run = read_run(location, download, every_problem=options.every_problem)
    logs = [looked_up(log) for log in run.logs]
    pues = [_pue(log, options) for log in logs]
    measured = [_part_figures(log, pue) for log, (pue, _) in zip(logs, pues, strict=True)]
    each = [part.figures for part in measured]
    missing = missing_ranks(location, logs, run.lost)
    whole = combined(each, complete=not (run.lost or missing))
    pue, pue_source = _pue_of_all(pues, whole)
    parts = run_parts(logs)
    held = [(log, part.hold_s) for log, part in zip(logs, measured, strict=True)]
    drawn = _charts(held) if with_charts else ()
    result = RunResult(
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
        chart_keys=tuple(chart.key for chart in drawn),
        log_bytes=sum(log.log_bytes for log in logs),
        zip_bytes=None if download is None else download.stat().st_size,
        problems=(
            *run.problems,
            *missing,
            *differences(location, logs),
            *(problem for part in measured for problem in part.problems),
        ),
    )
    return MeasuredRun(result, drawn, "" if run.lost else content_text(run.content))


def _measured_report(
    location: RunLocation,
    source: ReportedSource,
    options: MeasureOptions,
    download: Path | None,
    with_charts: bool,
) -> MeasuredRun:
    pue = (DEFAULT_PUE, "the default") if options.pue is None else (options.pue, options.pue_source)
    result = measured_report(location, source, pue, download)
    charts = report_charts(source.run) if with_charts else ()
    return MeasuredRun(result, charts, source.digest)


def content_text(parts: Iterable[PartContent]) -> str:
    """The hashes of all bytes of a run's logs, as one text."""
    return ",".join(f"{part.name}:{part.samples}:{part.info}" for part in parts)


def _charts(parts: Sequence[tuple[RunLog, float]]) -> tuple[TimeChart, ...]:
    from .series import charts  # with a library that figures alone do not need

    return charts(parts)


@dataclass(frozen=True, slots=True)
class _Part:
    figures: PartFigures
    hold_s: float
    """For how many seconds one of its readings stands."""
    problems: Sequence[Problem]


def _part_figures(log: RunLog, pue: float) -> _Part:
    line = timeline(log)  # as long as the log: not kept for the charts
    ours = figures(log, line, pue)
    others, problems = figures_of_others(log, ours)
    part = PartFigures(ours | others, (log.start_s, log.end_s), log.gpu_ids, line.holds_for_ever)
    return _Part(part, line.longest_hold_s, problems)


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
