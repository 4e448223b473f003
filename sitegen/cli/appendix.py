"""`wattboard appendix`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..build import BuildOptions, build
from ..cache.archive import archive
from ..cache.folder import BY_DEFAULT, CacheOptions
from ..carbon import OF_LOG, reference
from ..grid.zones import Zone
from ..latex.long_table import WIDEST_EM
from ..model import Leaderboard, RunResult, last_end_s
from ..paper import places
from ..paper.appendix import WIDEST_WITH_MARGINS_EM, Appendix, as_document, as_input
from ..paper.appendix import appendix as appendix_of
from ..paper.same_runs import distinct
from ..paper.social_cost import SocialCost
from ..progress import progress
from ..pue import override
from ..text import count
from . import options as shared
from .paper_options import COUNTRY, SOCIAL_COST, find_country, social_cost
from .statement import add_sources

if TYPE_CHECKING:
    from ..store import Folder


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an appendix."""

    log_folders: tuple[Folder, ...]
    spec_file: Path
    country: str | None = None
    model: str = "ricke"
    pue: float | None = None
    intensity: str = OF_LOG
    url: str = ""
    jobs: int | None = None
    scheduler: str | None = None
    processors: bool = True
    standalone: bool = False
    cache: CacheOptions = BY_DEFAULT


@click.command()
@shared.LOG_FOLDERS
@click.option(
    "--site-spec",
    "spec_file",
    required=True,
    type=click.Path(path_type=Path),
    help="The site's spec, JSON or YAML.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The LaTeX file to write.",
)
@click.option("--standalone", is_flag=True, help="A LaTeX document that compiles by itself.")
@click.option(
    "--bib",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Put the BibTeX entries there, behind what the file has; by default they follow the LaTeX.",
)
@COUNTRY
@SOCIAL_COST
@shared.PUE
@shared.INTENSITY
@click.option("--url", default="", help="Where the runs' pages are, to be said in the statement.")
@shared.JOBS
@shared.SCHEDULER
@shared.NO_PROCESSORS
@shared.with_cache
def appendix(
    log_folders: tuple[Folder, ...],
    spec_file: Path,
    output: Path,
    standalone: bool,
    bib: Path | None,
    country: str | None,
    scc: str,
    pue: float | None,
    intensity: str | None,
    url: str,
    jobs: int | None,
    scheduler: str | None,
    no_processors: bool,
    cache: CacheOptions,
) -> None:
    """Write a paper's appendix from the runs below LOGDIR… and a site's spec: tables, figures, checklists, sources."""
    if bib and standalone:
        raise click.UsageError("--standalone has its sources inside: give it without --bib")
    request = Request(
        log_folders,
        spec_file,
        country,
        scc,
        pue,
        intensity or OF_LOG,
        url,
        jobs,
        scheduler,
        not no_processors,
        standalone,
        cache,
    )
    made = made_of(request)
    text = as_document(made) if standalone else as_input(made, with_sources=bib is None)
    output.write_text(text, encoding="utf-8")
    if bib:
        add_sources(bib, made.sources)
    click.echo(
        f"{output}: {count(made.n_tables, 'table')}, {count(made.n_figures, 'figure')}", err=True
    )


def made_of(request: Request) -> Appendix:
    """The appendix that is asked for. Notes go to stderr.

    Raises:
        WattboardError: there is no run, the spec cannot be used, or something asked for is unknown.
    """
    country = None if request.country is None else find_country(request.country)
    pue, pue_source = override(request.pue)
    options = BuildOptions(
        request.log_folders,
        request.spec_file,
        pue=pue,
        pue_source=pue_source,
        reference=reference(request.intensity),
        jobs=request.jobs,
        scheduler=request.scheduler,
        with_processors=request.processors,
    )
    with archive(request.cache, request.spec_file) as kept:
        return _made_of(build(options, progress(), kept), request, country)


def _made_of(leaderboard: Leaderboard, request: Request, country: Zone | None) -> Appendix:
    found = distinct(leaderboard.runs)
    for problem in (*leaderboard.problems, *found.notes):
        click.echo(f"{problem.severity}: {problem}", err=True)
    runs = tuple(places.with_zone_names(run) for run in found.runs)
    if request.country is None:
        named = places.countries(runs)
        cost = _cost(request, named[0].id, runs) if len(named) == 1 else None
    else:
        cost = _cost(request, country.id if country else None, runs)
    widest_em = WIDEST_WITH_MARGINS_EM if request.standalone else WIDEST_EM
    return appendix_of(leaderboard, runs, cost, request.url, widest_em)


def _cost(request: Request, zone: str | None, runs: Sequence[RunResult]) -> SocialCost | None:
    """In the year of the newest run; None where no run tells when it was."""
    newest_s = last_end_s(runs)
    if newest_s is None:
        return None
    year = datetime.fromtimestamp(newest_s, UTC).year
    return social_cost(request.model, find_country(zone) if zone else None, year)
