"""`wattboard build`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..cache.archive import archive
from ..cache.folder import CacheOptions
from ..cache.published import Published
from ..plugin import HostError, build_site, site_sources
from ..publish import alone_in, check_output, publish, staging
from ..run_pages import RunPages
from ..site_settings import SiteOptions
from . import options as shared
from .site import site_options

if TYPE_CHECKING:
    from ..store import Folder


@click.command()
@shared.OPTIONAL_LOG_FOLDERS
@shared.SITE_SPEC
@click.option(
    "--output-dir",
    "output",
    type=click.Path(path_type=Path),
    help="Where the site goes. [default: as mkdocs.yml says, else site]",
)
@shared.CONFIG
@shared.PUE
@shared.INTENSITY
@shared.JOBS
@shared.SCHEDULER
@shared.STRICT
@shared.NO_PROCESSORS
@shared.RUN_PAGES
@shared.THEME
@click.option(
    "--force",
    is_flag=True,
    help="Write into a folder that holds other files. They stay, but for those of the same name.",
)
@shared.with_cache
def build(
    log_folders: tuple[Folder, ...],
    spec_file: Path | None,
    output: Path | None,
    config_file: Path | None,
    pue: float | None,
    intensity: str | None,
    jobs: int | None,
    scheduler: str | None,
    strict: bool,
    no_processors: bool,
    run_pages: RunPages | None,
    theme: str | None,
    force: bool,
    cache: CacheOptions,
) -> None:
    """Build a static site from the runs below LOGDIR… and a spec; or as the mkdocs.yml of this folder says.

    Files that did not change are not touched; a build that fails leaves the old site as it was.
    """
    if output is None and config_file is None and (log_folders or spec_file):
        raise click.UsageError("expected --output-dir, or --config with a mkdocs.yml")
    options = site_options(
        log_folders,
        spec_file,
        config_file,
        theme,
        pue,
        jobs,
        strict=strict,
        processors=not no_processors,
        intensity=intensity,
        cache=cache,
        run_pages=run_pages,
        scheduler=scheduler,
    )
    build_into(options, output, force=force)


def build_into(options: SiteOptions, wanted: Path | None, *, force: bool) -> None:
    """Build a site beside its place, and put it there if that went well.

    Args:
        wanted: Where it goes. None: as the config file says.

    Raises:
        WattboardError: the output folder cannot be used.
        SystemExit: the site could not be built; why was logged.
    """
    try:
        sources = site_sources(options)
        output = wanted or sources.site_folder
        logs = [folder for folder in sources.log_folders if isinstance(folder, Path)]
        check_output(output, logs, force=force)
        with (
            archive(sources.cache, sources.spec_file) as kept,
            alone_in(output),
            staging(output) as folder,
        ):
            published = Published(kept.store, output)
            build_site(options, folder, kept, published)
            written = publish(folder, output, logs, published.kept, force=force)
            published.finish()
    except HostError:
        sys.exit(1)
    click.echo(f"{output}: {written} files written", err=True)
