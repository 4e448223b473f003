"""`wattboard cache`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..cache.folder import CacheFolder, default_folder, existing, remove
from ..cache.store import Store
from ..plugin import HostError, site_sources
from ..site_settings import SiteOptions
from ..text import count, size
from .site import config_here


@click.group()
def cache() -> None:
    """Say what is kept from one command to the next, or delete it.

    That of a site: .cache/wattboard beside its spec, or where its mkdocs.yml says. Where neither is named nor in this
    folder, that of commands that have no spec.
    """


_SITE_SPEC = click.option(
    "--site-spec",
    "spec_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The spec of the site whose cache it is.",
)
_CACHE_DIR = click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    help="Where the cache is, if not in its usual place.",
)
_CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A mkdocs.yml whose site's cache it is. [default: that of this folder, if there is one]",
)


@cache.command()
@_SITE_SPEC
@_CONFIG
@_CACHE_DIR
def info(spec_file: Path | None, config_file: Path | None, cache_dir: Path | None) -> None:
    """Say what a cache holds and what room it takes."""
    folder = _found(_place(spec_file, config_file, cache_dir))
    if folder is None:
        return
    store = Store(folder.database)
    counts = store.counts()
    store.close()
    lines = (
        f"{folder.path}: {size(folder.size_bytes())}",
        f"  {count(counts['runs'], 'run')} as they were read",
        f"  {count(counts['extras'], 'result')} of processors",
        f"  {count(counts['pages'], 'page')} of groups",
        f"  {count(counts['published'], 'page')} known to stand in a site's folder",
    )
    click.echo("\n".join(lines))


@cache.command()
@_SITE_SPEC
@_CONFIG
@_CACHE_DIR
def clear(spec_file: Path | None, config_file: Path | None, cache_dir: Path | None) -> None:
    """Delete a cache. The next build reads every log anew."""
    folder = _found(_place(spec_file, config_file, cache_dir))
    if folder is not None:
        click.echo(f"{folder.path}: {size(remove(folder))} deleted")


def _place(spec_file: Path | None, config_file: Path | None, cache_dir: Path | None) -> Path:
    """Where the cache is that was asked for: a site's as its build has it."""
    named = [part for part in (spec_file, config_file, cache_dir) if part is not None]
    if len(named) > 1:
        raise click.UsageError("expected one of --site-spec, --config and --cache-dir")
    if cache_dir is not None:
        return cache_dir
    config_file = config_file or (None if spec_file else config_here())
    if config_file is None:
        return default_folder(spec_file)
    try:
        sources = site_sources(SiteOptions((), None, config_file=config_file))
    except HostError:
        sys.exit(1)
    return sources.cache.folder or default_folder(sources.spec_file)


def _found(path: Path) -> CacheFolder | None:
    folder = existing(path)
    if folder is None:
        click.echo(f"{path}: there is no cache")
    return folder
