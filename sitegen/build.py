"""The pipeline, a call a step. Read `model.py` first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .addresses import run_addresses
from .cache.archive import Archive
from .carbon import Reference, recomputed
from .catalog import known_names
from .errors import Problem, WattboardError
from .foreign.registry import known_readers
from .foreign.table import Table
from .group import filter_problems, members, tree, wanted
from .location import SAMPLES_PATH
from .measure import MeasureOptions, SkippedRun
from .model import Group, Leaderboard, RunResult
from .processors import run_processors
from .progress import Progress
from .scan import scan
from .spec import load_spec, named_figures

if TYPE_CHECKING:
    from .spec.model import SiteSpec
    from .spec.tables import TableReader
    from .store import Folder


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a build is asked to do."""

    log_folders: tuple[Folder, ...]
    spec_file: Path
    with_files: bool = True
    """Whether the runs' chart data and downloads are wanted, too."""
    pue: float | None = None
    pue_source: str = ""
    reference: Reference | None = None
    """The grid to compute all emissions on; None: each by its own log."""
    jobs: int | None = None
    scheduler: str | None = None
    """Of the Dask cluster that reads and measures; None: this machine does."""
    with_processors: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs below some folders, and what was wrong with them."""

    results: tuple[RunResult, ...]
    """In the order of their paths."""
    problems: tuple[Problem, ...]
    """Skipped runs among them."""


def measured_for(
    options: BuildOptions, tables: Sequence[TableReader], progress: Progress, archive: Archive
) -> Measured:
    """The runs that a leaderboard is made of.

    Args:
        tables: Of other tools, as the spec describes them.

    Raises:
        WattboardError: there is no run at all, or none that can be used.
    """
    results, problems = measure_runs(
        options.log_folders,
        MeasureOptions(options.pue, options.pue_source),
        options.jobs,
        progress,
        archive,
        with_files=options.with_files,
        scheduler=options.scheduler,
        tables=tables,
    )
    return Measured(tuple(results), tuple(problems))


def build(
    options: BuildOptions,
    progress: Progress,
    archive: Archive,
    measure: Callable[
        [BuildOptions, Sequence[TableReader], Progress, Archive], Measured
    ] = measured_for,
) -> Leaderboard:
    """From log folders and a spec to all that the pages need.

    Args:
        measure: Gives the runs; another one than `measured_for` may know them from before.

    Raises:
        SpecError: the spec cannot be used.
        WattboardError: there is no run at all, or none that can be used.
    """
    spec = load_spec(options.spec_file, known_names())
    measured = measure(options, tables_of(spec), progress, archive)
    results, problems = list(measured.results), list(measured.problems)
    if options.reference is not None:
        results = [recomputed(result, options.reference) for result in results]
    of = members(spec, [result.location.path for result in results], archive.matches)
    problems += filter_problems(spec, of, [result.location for result in results])
    of, left_out = wanted(spec, of, results)
    if options.with_processors:
        results, processor_problems = run_processors(spec, of, results, archive)
        problems += processor_problems
    roots = tree(spec, of, results)
    addresses = run_addresses(result.location.path for result in results)
    leaderboard = Leaderboard(spec, roots, tuple(results), addresses, archive, ())
    problems += (*left_out, *missing_figures(leaderboard))
    return replace(leaderboard, problems=(*spec.warnings, *problems))


def tables_of(spec: SiteSpec) -> tuple[TableReader, ...]:
    """The tables of other tools that a spec describes, whichever node does."""
    return tuple(reader for node in spec.walk() for reader in node.readers)


def measure_runs(
    log_folders: Sequence[Folder],
    options: MeasureOptions,
    jobs: int | None,
    progress: Progress,
    archive: Archive,
    *,
    with_files: bool = False,
    scheduler: str | None = None,
    tables: Sequence[TableReader] = (),
) -> tuple[list[RunResult], list[Problem]]:
    """Scan, read and measure what the archive does not have yet: all that needs no spec.

    Args:
        tables: Of other tools, as a spec describes them.

    Returns:
        The runs in the order of their paths, and what was wrong, with skipped runs among it.

    Raises:
        WattboardError: there is no run at all, or none that can be used.
    """
    with progress.step("Looking for runs") as step:
        readers = (*map(Table, tables), *known_readers())
        found = scan(log_folders, on_progress=step.count, readers=readers)
    problems = list(found.problems)
    if not found.runs:
        raise WattboardError(*problems, _no_runs(log_folders))
    measured = archive.results(
        found.runs, options, jobs, progress, with_files=with_files, scheduler=scheduler
    )
    results = []
    for result in measured:
        problems += result.problems
        if not isinstance(result, SkippedRun):
            results.append(result)
    if not results:
        raise WattboardError(*problems, "none of the runs can be used")
    return results, problems


def _no_runs(log_folders: Sequence[Folder]) -> Problem:
    return Problem(
        ", ".join(str(folder) for folder in log_folders),
        f"expected runs (folders with {SAMPLES_PATH}), found none",
        hint="give the folder that holds the runs' folders",
        severity="error",
    )


_COLUMNS = "executive_summary_variables"


def missing_figures(leaderboard: Leaderboard) -> Iterator[Problem]:
    """Figures that a node of the spec asks for, that a processor may give, and that no run of the node has."""
    for group in leaderboard.walk():
        has_extras = any(run.extras for run in group.runs)
        for key, name in named_figures(group.node):
            # A column of ours that no run has, such as GPU time without GPUs, says so by itself.
            of_ours = name in known_names()
            told = group.runs and (not key.startswith(_COLUMNS) if of_ours else has_extras)
            if told and not _any_has(group, name):
                yield leaderboard.spec.problem(
                    group.node,
                    key,
                    f'expected some run with the figure "{name}", found none',
                    "it is shown as absent"
                    if of_ours
                    else "see that the processor returns it; it is shown as absent",
                    severity="warning",
                )


def _any_has(group: Group, name: str) -> bool:
    return any(group.figure(run, name).value is not None for run in group.runs)
