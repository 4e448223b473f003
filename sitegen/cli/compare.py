"""`wattboard compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..build import BuildOptions, build, measure_runs
from ..cache.archive import archive
from ..cache.folder import BY_DEFAULT, CacheOptions
from ..carbon import OF_LOG, recomputed, reference
from ..catalog import known_names
from ..compared import Side, Sides, compared, folder_sides, group_sides
from ..errors import Problem, WattboardError
from ..find_group import find_group
from ..measure import MeasureOptions
from ..progress import progress
from ..pue import override
from ..ranking import ALPHA
from ..spec.text import did_you_mean, shown
from ..store import log_folder
from . import options as shared
from .compare_text import FORMS

if TYPE_CHECKING:
    from ..store import Folder

_LONG = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be compared."""

    a: str
    b: str
    logs: tuple[Folder, ...] = ()
    spec_file: Path | None = None
    variables: tuple[str, ...] = ()
    alpha: float = ALPHA
    form: str = "text"
    pue: float | None = None
    intensity: str = OF_LOG
    jobs: int | None = None
    scheduler: str | None = None
    processors: bool = True
    cache: CacheOptions = BY_DEFAULT


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--variable",
    "variables",
    multiple=True,
    help="A figure to compare, by its name; may be given again. [default: those of the summary]",
)
@shared.SITE_SPEC
@click.option(
    "--logs",
    metavar="LOGDIR",
    multiple=True,
    type=log_folder,
    help="A log folder of the site, where A and B are its groups; may be given again.",
)
@click.option(
    "--alpha",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=ALPHA,
    show_default=True,
    help="The chance of finding a difference where there is none.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="text",
    show_default=True,
)
@shared.PUE
@shared.INTENSITY
@shared.JOBS
@shared.SCHEDULER
@shared.NO_PROCESSORS
@shared.with_cache
def compare(
    a: str,
    b: str,
    variables: tuple[str, ...],
    spec_file: Path | None,
    logs: tuple[Folder, ...],
    alpha: float,
    form: str,
    pue: float | None,
    intensity: str | None,
    jobs: int | None,
    scheduler: str | None,
    no_processors: bool,
    cache: CacheOptions,
) -> None:
    """Say whether the runs of A and B differ, with the tests that say so.

    A and B are two folders with runs below. With --site-spec FILE --logs LOGDIR they are two groups of a site, by
    their titles: "PPO2", or "Pong > PPO2" where it is not the only one. Figures of the site's own need the second form.
    """
    if bool(spec_file) != bool(logs):
        raise click.UsageError("expected --site-spec and --logs together, found one of them")
    request = Request(
        a, b, logs, spec_file, variables, alpha, form, pue, intensity or OF_LOG, jobs,
        scheduler, not no_processors, cache,
    )  # fmt: skip
    click.echo(written(request), nl=False)


def written(request: Request) -> str:
    """The comparison in its format. Problems with the logs go to stderr.

    Raises:
        WattboardError: there are no runs or groups to compare, or a variable is unknown.
    """
    spec_file = request.spec_file
    sides = _of_groups(request, spec_file) if spec_file else _of_folders(request)
    _check_runs(sides)
    _check_variables(request.variables, sides, with_spec=spec_file is not None)
    found = compared(sides, request.variables, request.alpha)
    return FORMS[request.form](found)


def _of_folders(request: Request) -> Sides:
    folders = {folder: log_folder(folder) for folder in (request.a, request.b)}
    missing = [
        Problem(
            name,
            "expected a folder with runs, found no such folder",
            hint="a site's group goes by its title, with --site-spec FILE --logs LOGDIR",
            severity="error",
        )
        for name, folder in folders.items()
        if isinstance(folder, Path) and not folder.is_dir()
    ]
    if missing:
        raise WattboardError(*missing)
    if folders[request.a].resolve() == folders[request.b].resolve():
        raise _same(request.a, request.b)
    return folder_sides(*(_runs_below(folder, request) for folder in (request.a, request.b)))


def _runs_below(folder: str, request: Request) -> Side:
    wanted = reference(request.intensity)
    options = MeasureOptions(*override(request.pue))
    with archive(request.cache, None) as kept:
        results, problems = measure_runs(
            (log_folder(folder),),
            options,
            request.jobs,
            progress(),
            kept,
            scheduler=request.scheduler,
        )
    _say(problems)
    if wanted is not None:
        results = [recomputed(result, wanted) for result in results]
    return Side(folder, tuple(results))


def _of_groups(request: Request, spec_file: Path) -> Sides:
    pue, pue_source = override(request.pue)
    options = BuildOptions(
        request.logs,
        spec_file,
        with_files=False,
        pue=pue,
        pue_source=pue_source,
        reference=reference(request.intensity),
        jobs=request.jobs,
        scheduler=request.scheduler,
        with_processors=request.processors,
    )
    with archive(request.cache, spec_file) as kept:
        leaderboard = build(options, progress(), kept)
    _say(leaderboard.problems)
    a, b = (find_group(leaderboard.roots, title) for title in (request.a, request.b))
    if a is b:
        raise _same(request.a, request.b)
    return group_sides(leaderboard.roots, a, b)


def _say(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(f"{problem.severity}: {problem}", err=True)


def _same(a: str, b: str) -> WattboardError:
    return WattboardError(
        f"expected two sides to compare, found {shown(a, _LONG)} and {shown(b, _LONG)}, which are the same"
    )


def _check_runs(sides: Sides) -> None:
    empty = [side.title for side in (sides.a, sides.b) if not side.runs]
    if empty:
        raise WattboardError(
            *(f"expected runs in {shown(title, _LONG)}, found none" for title in empty)
        )


def _check_variables(names: Sequence[str], sides: Sides, *, with_spec: bool) -> None:
    extras = {name for run in sides.group.runs for of in run.extras.values() for name in of}
    known = known_names() | extras
    otherwise = f"the figures are {', '.join(sorted(known))}"
    if not with_spec:
        otherwise = "a figure of a site's own needs --site-spec FILE --logs LOGDIR"
    unknown = [
        Problem(
            "--variable",
            f"expected a figure of the runs, found {shown(name)}",
            hint=did_you_mean(name, known, otherwise),
            severity="error",
        )
        for name in dict.fromkeys(names)
        if name not in known
    ]
    if unknown:
        raise WattboardError(*unknown)
