"""One run, from its log to all that the site needs of it. Works on that run alone: this is what runs in processes."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from .download import write_zip
from .errors import Problem, RunError
from .metrics import figures
from .metrics.timeline import timeline
from .model import RunLocation, RunLog, RunResult
from .readers import RunReader, open_run
from .series import charts

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
    except OSError:  # writing the zip failed: no fault of the run's
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
    with open_run(location, every_problem=options.every_problem) as reader:
        run = _read(location, reader, options.downloads)
    line = timeline(run)
    pue, pue_source = _pue(run, options)
    return RunResult(
        location=location,
        info=run.info,
        start_s=run.start_s,
        end_s=run.end_s,
        ended=run.ended,
        n_samples=len(run.samples.time_s),
        pue=pue,
        pue_source=pue_source,
        figures=figures(run, line, pue),
        charts=charts(run, line) if options.with_charts else (),
        log_bytes=run.log_bytes,
        problems=run.problems,
    )


def _read(location: RunLocation, reader: RunReader, downloads: Path | None) -> RunLog:
    if downloads is None:
        for _ in reader.blocks:
            pass
        return reader.log()
    logs: list[RunLog] = []

    def read_log() -> RunLog:
        logs.append(reader.log())
        return logs[0]

    write_zip(downloads / download_name(location), reader.blocks, reader.log_bytes, read_log)
    return logs[0]


def _pue(run: RunLog, options: MeasureOptions) -> tuple[float, str]:
    if options.pue is not None:
        return options.pue, options.pue_source
    if run.info.pue is not None:
        return run.info.pue, "the run's own log"
    return DEFAULT_PUE, "the default"
