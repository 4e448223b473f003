"""`wattboard statement`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..build import measure_runs
from ..cache.archive import archive
from ..cache.folder import BY_DEFAULT, CacheOptions
from ..carbon import OF_LOG, recomputed, reference
from ..errors import Problem, WattboardError
from ..grid import zones
from ..latex.bib import Source, bibtex
from ..measure import MeasureOptions
from ..model import RunResult
from ..paper import places
from ..paper.boamps import boamps_report
from ..paper.hf import model_card
from ..paper.impact import Impact, impact
from ..paper.latex import as_document, as_latex
from ..paper.markdown import as_markdown
from ..paper.plain import as_text
from ..paper.prose import Statement
from ..paper.same_runs import distinct
from ..paper.social_cost import SocialCost
from ..paper.statement import statement as statement_of
from ..progress import progress
from ..pue import override
from . import options as shared
from .paper_options import (
    COUNTRY,
    SOCIAL_COST,
    find_country,
    social_cost,
)

if TYPE_CHECKING:
    from ..store import Folder


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a statement."""

    log_folders: tuple[Folder, ...]
    country: str | None = None
    pue: float | None = None
    model: str = "ricke"
    intensity: str = OF_LOG
    form: str = "latex"
    bib: Path | None = None
    standalone: bool = False
    url: str = ""
    jobs: int | None = None
    scheduler: str | None = None
    cache: CacheOptions = BY_DEFAULT


@click.command()
@shared.LOG_FOLDERS
@COUNTRY
@shared.PUE
@SOCIAL_COST
@shared.INTENSITY
@click.option(
    "--format",
    "form",
    type=click.Choice(["latex", "markdown", "text", "hf", "boamps"]),
    default="latex",
    show_default=True,
    help="hf: for a Hugging Face model card. boamps: a BoAmps report.",
)
@click.option(
    "--bib",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Put the BibTeX entries there, behind what the file has; by default they follow the LaTeX.",
)
@click.option("--standalone", is_flag=True, help="A LaTeX document that compiles by itself.")
@click.option("--url", default="", help="Where the runs' pages are, to be said in the statement.")
@shared.JOBS
@shared.with_cache
@shared.SCHEDULER
def statement(
    log_folders: tuple[Folder, ...],
    country: str | None,
    pue: float | None,
    scc: str,
    intensity: str | None,
    form: str,
    bib: Path | None,
    standalone: bool,
    url: str,
    jobs: int | None,
    scheduler: str | None,
    cache: CacheOptions,
) -> None:
    """Write what a paper should say of the energy and emissions of the runs below LOGDIR…."""
    if form != "latex" and (bib or standalone):
        raise click.UsageError("--bib and --standalone go with --format latex")
    if bib and standalone:
        raise click.UsageError("--standalone has its sources inside: give it without --bib")
    request = Request(
        log_folders,
        country,
        pue,
        scc,
        intensity or OF_LOG,
        form,
        bib,
        standalone,
        url,
        jobs,
        scheduler,
        cache,
    )
    click.echo(written(request), nl=False)


def written(request: Request) -> str:
    """The statement in its format. Notes go to stderr, BibTeX entries to their file.

    Raises:
        WattboardError: there is no run, or something asked for is unknown.
    """
    country = None if request.country is None else find_country(request.country)
    runs = _runs(request)
    whole = impact(runs)
    if request.form == "hf":
        return model_card(whole)
    if request.form == "boamps":
        return boamps_report(runs, whole, datetime.now(UTC), places.country_of)
    said = statement_of(whole, _cost(request, country, runs, whole), request.url)
    if request.form == "latex":
        return _latex(request, said)
    return _FORMS[request.form](said)


_FORMS: Mapping[str, Callable[[Statement], str]] = {"markdown": as_markdown, "text": as_text}


def _runs(request: Request) -> tuple[RunResult, ...]:
    """Each run once, with intensities and names as asked for."""
    options = MeasureOptions(*override(request.pue))
    wanted = reference(request.intensity)
    with archive(request.cache, None) as kept:
        results, problems = measure_runs(
            request.log_folders,
            options,
            request.jobs,
            progress(),
            kept,
            scheduler=request.scheduler,
        )
    found = distinct(results)
    for problem in (*problems, *_given_twice(request.log_folders), *found.notes):
        click.echo(f"{problem.severity}: {problem}", err=True)
    runs = [recomputed(run, wanted) for run in found.runs] if wanted else found.runs
    return tuple(places.with_zone_names(run) for run in runs)


def _given_twice(folders: Sequence[Folder]) -> list[Problem]:
    """That folders lie in one another: the runs in both are scanned once."""
    resolved = [folder.resolve() for folder in folders]
    return [
        Problem(
            str(folders[i]),
            f"this folder is, or lies in, {folders[j]}, which is given too",
            hint="its runs are counted once",
        )
        for i, inner in enumerate(resolved)
        for j, outer in enumerate(resolved)
        if i != j and _lies_in(inner, outer) and (inner != outer or j < i)
    ]


def _lies_in(inner: Folder, outer: Folder) -> bool:
    if isinstance(inner, Path):
        return isinstance(outer, Path) and inner.is_relative_to(outer)
    return not isinstance(outer, Path) and inner.is_relative_to(outer)


def _cost(
    request: Request, country: zones.Zone | None, runs: Sequence[RunResult], whole: Impact
) -> SocialCost | None:
    if whole.emissions_kg.value is None or whole.end_s is None:
        return None
    if request.country is None and request.model == "ricke":
        country = _only_country(runs)
    year = datetime.fromtimestamp(whole.end_s, UTC).year
    return social_cost(request.model, country, year)


def _only_country(runs: Sequence[RunResult]) -> zones.Zone:
    found = places.countries(runs)
    if len(found) == 1:
        return found[0]
    named = " and ".join(zone.id for zone in found) or "none"
    raise WattboardError(
        Problem(
            "",
            f"expected the country for the social cost of carbon, since the logs name {named}",
            hint='give --country with a code such as USA, or "world"',
            severity="error",
        )
    )


def _latex(request: Request, said: Statement) -> str:
    if request.standalone:
        return as_document(said)
    if request.bib:
        add_sources(request.bib, said.sources)
    return as_latex(said, with_sources=request.bib is None)


def add_sources(file: Path, sources: Sequence[Source]) -> None:
    """Append the entries that a BibTeX file lacks; what it has stays as it is."""
    old = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    new = [source for source in sources if f"{{{source.key}," not in old]
    if new:
        between = "" if not old else "\n" if old.endswith("\n") else "\n\n"
        with file.open("a", encoding="utf-8") as appended:
            appended.write(f"{between}{bibtex(new)}")
