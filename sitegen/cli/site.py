"""What a command line says of a site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..cache.folder import BY_DEFAULT, CacheOptions
from ..carbon import OF_LOG, reference
from ..catalog import known_names
from ..pue import override
from ..run_pages import RunPages
from ..site_settings import SiteOptions
from ..spec import load_spec

if TYPE_CHECKING:
    from ..store import Folder


def config_here() -> Path | None:
    """The mkdocs.yml of the current folder, relative to it; None where there is none."""
    file = Path("mkdocs.yml")
    return file if file.is_file() else None


def site_options(
    log_folders: tuple[Folder, ...],
    spec_file: Path | None,
    config_file: Path | None,
    theme: str | None,
    pue: float | None,
    jobs: int | None,
    *,
    strict: bool,
    processors: bool,
    intensity: str | None = None,
    scheduler: str | None = None,
    watch_logs: bool = False,
    cache: CacheOptions = BY_DEFAULT,
    run_pages: RunPages | None = None,
) -> SiteOptions:
    """Check that all is there that a site needs, and name it.

    Raises:
        click.UsageError: neither a config file nor log folders and a spec were given.
        SpecError: the spec cannot be used.
    """
    if config_file is None and not log_folders and spec_file is None:
        config_file = config_here()
    override(pue)
    reference(intensity or OF_LOG)
    site_name = ""
    if config_file is None:
        if not log_folders or spec_file is None:
            raise click.UsageError(
                "expected log folders and --site-spec, or a mkdocs.yml in this folder, or --config with one; "
                "`wattboard init` lays down a site for logs"
            )
        roots = load_spec(spec_file, known_names()).roots
        site_name = roots[0].title if len(roots) == 1 else spec_file.stem
    return SiteOptions(
        log_folders=log_folders,
        spec_file=spec_file,
        config_file=config_file,
        site_name=site_name,
        theme=theme,
        strict=strict,
        pue=pue,
        intensity=intensity,
        jobs=jobs,
        scheduler=scheduler,
        processors=processors,
        watch_logs=watch_logs,
        cache=cache,
        run_pages=run_pages,
    )
