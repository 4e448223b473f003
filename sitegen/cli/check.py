"""`wattboard check`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..build import measure_runs
from ..cache.archive import archive
from ..cache.folder import CacheOptions
from ..catalog import KNOWN_NAMES
from ..errors import Problem, WattboardError
from ..group import filter_problems, members, tree
from ..measure import MeasureOptions
from ..model import RunResult
from ..progress import progress
from ..spec import load_spec
from ..store import folder_name
from . import options as shared

if TYPE_CHECKING:
    from ..store import Folder


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

    Runs no code of the spec's. Exit code 1 if there is an error (with --strict, or a warning).
    """
    if not log_folders and spec_file is None:
        raise click.UsageError("expected log folders, --site-spec, or both")
    found = _problems(log_folders, spec_file, jobs, scheduler, cache)
    problems = [_located(problem, log_folders) for problem in found]
    click.echo(_FORMS[form](problems), nl=False)
    if any(strict or problem.severity == "error" for problem in problems):
        sys.exit(1)


def _problems(
    log_folders: Sequence[Folder],
    spec_file: Path | None,
    jobs: int | None,
    scheduler: str | None,
    cache: CacheOptions,
) -> list[Problem]:
    problems: list[Problem] = []
    spec = None
    results: list[RunResult] = []
    try:
        if spec_file is not None:
            spec = load_spec(spec_file, KNOWN_NAMES)
            problems += spec.warnings
    except WattboardError as error:
        problems += error.problems
    try:
        if log_folders:
            options = MeasureOptions(every_problem=True)
            with archive(cache, spec_file) as kept:
                results, found = measure_runs(
                    log_folders, options, jobs, progress(), kept, scheduler=scheduler
                )
            problems += found
        if spec is not None and results:
            of = members(spec, [result.location.path for result in results], {})
            problems += filter_problems(spec, of, [result.location for result in results])
            problems += tree(spec, of, results)[1]
    except WattboardError as error:
        problems += error.problems
    return problems


def _located(problem: Problem, log_folders: Sequence[Folder]) -> Problem:
    """A run's file by the path from here, as people and annotations find it, not by the run's name."""
    for folder in log_folders:
        name, slash, rest = problem.file.partition("/")
        if slash and name == folder_name(folder.absolute()):
            return replace(problem, file=f"{str(folder).rstrip('/')}/{rest}")
    return problem


def _as_text(problems: Sequence[Problem]) -> str:
    if not problems:
        return "nothing is wrong\n"
    return "".join(f"{problem.severity}: {problem}\n" for problem in problems)


def _as_json(problems: Sequence[Problem]) -> str:
    fields = ("severity", "file", "line", "key", "message", "hint")
    listed = [{name: getattr(problem, name) for name in fields} for problem in problems]
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def _as_github(problems: Sequence[Problem]) -> str:
    """Annotations for a pull request: docs.github.com, "Workflow commands"."""
    lines = []
    for problem in problems:
        line = f",line={problem.line}" if problem.line else ""
        text = f"{problem.key}: {problem.message}" if problem.key else problem.message
        if problem.hint:
            text += f"\nhint: {problem.hint}"
        lines.append(f"::{problem.severity} file={_property(problem.file)}{line}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_FORMS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_github,
}
