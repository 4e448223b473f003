"""`wattboard check`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..build import measure_runs, tables_of
from ..cache.archive import archive
from ..cache.folder import CacheOptions
from ..catalog import known_names
from ..checks import Finding, Submission, findings
from ..checks.inventory import listed_files
from ..errors import Problem, WattboardError
from ..group import filter_problems, members, wanted
from ..location import LOG_FOLDER
from ..measure import MeasureOptions
from ..model import RunResult
from ..progress import progress
from ..spec import load_spec
from ..store import folder_name
from . import options as shared
from .check_text import FORMS, Report

if TYPE_CHECKING:
    from ..store import Folder


_LOG_ENDS = (".json", ".pkl")


@click.command()
@shared.OPTIONAL_LOG_FOLDERS
@shared.SITE_SPEC
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@shared.STRICT
@shared.JOBS
@shared.with_cache
@shared.SCHEDULER
def check(
    log_folders: tuple[Folder, ...],
    spec_file: Path | None,
    form: str,
    strict: bool,
    jobs: int | None,
    cache: CacheOptions,
    scheduler: str | None,
) -> None:
    """Say all that is wrong with a spec and with the runs below LOGDIR…, every faulty line of them.

    Also where figures cannot be true, runs are there twice, or files lie where they are not read. Runs no code of
    the spec's. Exit code 1 if there is an error (with --strict, or a warning).
    """
    if not log_folders and spec_file is None:
        raise click.UsageError("expected log folders, --site-spec, or both")
    results, problems = _read(log_folders, spec_file, jobs, scheduler, cache)
    found = [_of_reading(problem, results) for problem in problems]
    if log_folders:
        found += findings(_submission(log_folders, results))
    found = [replace(finding, problem=_located(finding.problem, log_folders)) for finding in found]
    click.echo(FORMS[form](Report(tuple(found), len(results))), nl=False)
    if any(strict or finding.problem.severity == "error" for finding in found):
        sys.exit(1)


def _submission(log_folders: Sequence[Folder], results: Sequence[RunResult]) -> Submission:
    return Submission(
        tuple(results),
        time.time(),
        tuple(listed_files(log_folders)),
        frozenset(result.location.path for result in results),
    )


def _of_reading(problem: Problem, results: Sequence[RunResult]) -> Finding:
    """What was met before any check, with the run that it is of by its file's name."""
    if problem.key and not problem.file.endswith(_LOG_ENDS):
        return Finding(problem, "Site spec")
    run, is_log, _ = problem.file.partition(f"/{LOG_FOLDER}/")
    known = {result.location.path for result in results}
    return Finding(problem, "Log", run if is_log or run in known else "")


def _read(
    log_folders: Sequence[Folder],
    spec_file: Path | None,
    jobs: int | None,
    scheduler: str | None,
    cache: CacheOptions,
) -> tuple[list[RunResult], list[Problem]]:
    """The runs, and what is wrong with the spec, with reading them, and with their place in it."""
    problems: list[Problem] = []
    spec = None
    results: list[RunResult] = []
    try:
        if spec_file is not None:
            spec = load_spec(spec_file, known_names())
            problems += spec.warnings
    except WattboardError as error:
        problems += error.problems
    try:
        if log_folders:
            options = MeasureOptions(every_problem=True)
            with archive(cache, spec_file) as kept:
                results, found = measure_runs(
                    log_folders,
                    options,
                    jobs,
                    progress(),
                    kept,
                    scheduler=scheduler,
                    tables=tables_of(spec) if spec else (),
                )
            problems += found
        if spec is not None and results:
            of = members(spec, [result.location.path for result in results], {})
            problems += filter_problems(spec, of, [result.location for result in results])
            # A contribution is to be shown: what a build merely leaves out is at fault here.
            _, left_out = wanted(spec, of, results)
            problems += [replace(problem, severity="error") for problem in left_out]
    except WattboardError as error:
        problems += error.problems
    return results, problems


def _located(problem: Problem, log_folders: Sequence[Folder]) -> Problem:
    """A run's file by the path from here, as people and annotations find it, not by the run's name."""
    for folder in log_folders:
        name, slash, rest = problem.file.partition("/")
        if slash and name == folder_name(folder.absolute()):
            return replace(problem, file=f"{str(folder).rstrip('/')}/{rest}")
    return problem
