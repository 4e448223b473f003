"""`wattboard cache`."""

from __future__ import annotations

from pathlib import Path

import click

from ..cache.folder import CacheFolder, default_folder, existing, remove
from ..cache.store import Store
from ..text import count, size
from . import options as shared


@click.group()
def cache() -> None:
    """Say what is kept from one command to the next, or delete it.

    With --site-spec, that of a site: .cache/wattboard beside its spec. Without, that of commands that have no spec.
    """


_CACHE_DIR = click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    help="Where the cache is, if not in its usual place.",
)


@cache.command()
@shared.SITE_SPEC
@_CACHE_DIR
def info(spec_file: Path | None, cache_dir: Path | None) -> None:
    """Say what a cache holds and what room it takes."""
    folder = _found(spec_file, cache_dir)
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
@shared.SITE_SPEC
@_CACHE_DIR
def clear(spec_file: Path | None, cache_dir: Path | None) -> None:
    """Delete a cache. The next build reads every log anew."""
    folder = _found(spec_file, cache_dir)
    if folder is not None:
        click.echo(f"{folder.path}: {size(remove(folder))} deleted")


def _found(spec_file: Path | None, cache_dir: Path | None) -> CacheFolder | None:
    path = cache_dir or default_folder(spec_file)
    folder = existing(path)
    if folder is None:
        click.echo(f"{path}: there is no cache")
    return folder
