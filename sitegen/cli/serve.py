"""`wattboard serve`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..cache.folder import CacheOptions
from ..plugin import HostError, serve_site
from ..run_pages import RunPages
from . import options as shared
from .site import site_options

if TYPE_CHECKING:
    from ..store import Folder


@click.command()
@shared.OPTIONAL_LOG_FOLDERS
@shared.SITE_SPEC
@shared.CONFIG
@click.option("--dev-addr", "address", metavar="IP:PORT", help="[default: 127.0.0.1:8000]")
@shared.PUE
@shared.INTENSITY
@shared.JOBS
@shared.SCHEDULER
@shared.STRICT
@shared.NO_PROCESSORS
@shared.RUN_PAGES
@shared.THEME
@click.option(
    "--watch-logs", is_flag=True, help="Rebuild as logs grow, too. Slow for thousands of runs."
)
@shared.with_cache
def serve(
    log_folders: tuple[Folder, ...],
    spec_file: Path | None,
    config_file: Path | None,
    address: str | None,
    pue: float | None,
    intensity: str | None,
    jobs: int | None,
    scheduler: str | None,
    strict: bool,
    no_processors: bool,
    run_pages: RunPages | None,
    theme: str | None,
    watch_logs: bool,
    cache: CacheOptions,
) -> None:
    """Serve a site for preview, built again whenever its spec changes."""
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
        run_pages=run_pages,
        scheduler=scheduler,
        watch_logs=watch_logs,
        cache=cache,
    )
    # Where it serves, and each rebuild: that is what someone at a preview waits for.
    logging.getLogger("mkdocs").setLevel(logging.INFO)
    try:
        serve_site(options, address)
    except HostError:
        sys.exit(1)
