"""Measure many runs, on as many cores as asked for. Results come in the order of the runs."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path

from .errors import WattboardError
from .execute_dask import outcomes_on_cluster
from .location import RunLocation
from .measure import MeasureOptions, SkippedRun, download_name, measure
from .model import RunResult

Measured = RunResult | SkippedRun

_WORTH_A_PROCESS_BYTES = 128 << 20
"""Starting a process costs as much CPU time as reading some 80 MB of logs, so each gets more than that to do."""


def measure_all(
    locations: Sequence[RunLocation],
    options: MeasureOptions,
    jobs: int | None = None,
    on_progress: Callable[[Measured], None] = lambda _result: None,
    scheduler: str | None = None,
) -> list[Measured]:
    """Measure every run.

    Args:
        jobs: How many processes at most; None: one a core that this process may use.
        on_progress: Called as each run is done.
        scheduler: Of the Dask cluster to do it on; None: here.

    Raises:
        WattboardError: a worker process died, or the cluster cannot do it.
    """
    if scheduler is not None:
        on_cluster = _on_cluster(locations, options, scheduler, on_progress)
        return [on_cluster[location] for location in locations]
    sizes = {location: location.log_bytes for location in locations}
    wanted = jobs or _cores()
    workers = min(wanted, len(locations), sum(sizes.values()) // _WORTH_A_PROCESS_BYTES)
    if workers < 2:
        return list(_one_by_one(locations, options, on_progress))
    # The longest first, so that no core is left with one long log at the end.
    largest_first = sorted(locations, key=lambda location: -sizes[location])
    done = _in_processes(largest_first, options, workers, on_progress)
    return [done[location] for location in locations]


def _cores() -> int:
    """How many cores this process may use; only Linux can tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _one_by_one(
    locations: Sequence[RunLocation],
    options: MeasureOptions,
    on_progress: Callable[[Measured], None],
) -> Iterator[Measured]:
    for location in locations:
        result = measure(location, options)
        on_progress(result)
        yield result


def _on_cluster(
    locations: Sequence[RunLocation],
    options: MeasureOptions,
    scheduler: str,
    on_progress: Callable[[Measured], None],
) -> dict[RunLocation, Measured]:
    done: dict[RunLocation, Measured] = {}
    step = partial(measured_with_zip, options=options)
    for location, outcome in outcomes_on_cluster(locations, step, scheduler, lambda run: run):
        result, download = (outcome, b"") if isinstance(outcome, SkippedRun) else outcome
        if download and options.downloads is not None:
            (options.downloads / download_name(location)).write_bytes(download)
        done[location] = result
        on_progress(result)
    return done


def measured_with_zip(location: RunLocation, options: MeasureOptions) -> tuple[Measured, bytes]:
    """Measure a run on another machine: its result, and its zip, b"" where there is none."""
    if options.downloads is None:
        return measure(location, options), b""
    with tempfile.TemporaryDirectory(prefix="wattboard-") as folder:
        result = measure(location, replace(options, downloads=Path(folder)))
        zips = [file.read_bytes() for file in Path(folder).iterdir()]
    return result, b"".join(zips)


def _in_processes(
    locations: Sequence[RunLocation],
    options: MeasureOptions,
    workers: int,
    on_progress: Callable[[Measured], None],
) -> dict[RunLocation, Measured]:
    # Never by a plain fork: the caller may have threads, as `mkdocs serve` has.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([measure.__module__])
    done: dict[RunLocation, Measured] = {}
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        futures: dict[Future[Measured], RunLocation] = {
            pool.submit(measure, location, options): location for location in locations
        }
        for future in as_completed(futures):
            done[futures[future]] = future.result()
            on_progress(future.result())
    except BrokenProcessPool as error:
        raise WattboardError(
            "a process that reads logs was ended from outside, for instance for its use of memory; "
            "run again with --jobs 1 to see at which run"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
    return done
