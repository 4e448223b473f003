"""Runs measured and leaderboards built as commands do it, with no cache but for the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wattboard.sitegen.build import BuildOptions, build
from wattboard.sitegen.cache.archive import Archive, archive
from wattboard.sitegen.cache.folder import CacheOptions
from wattboard.sitegen.location import RunLocation
from wattboard.sitegen.measure import MeasuredRun, MeasureOptions, measure
from wattboard.sitegen.model import Leaderboard
from wattboard.sitegen.progress import Silence


def measured(location: RunLocation, download: Path | None = None, **options: Any) -> MeasuredRun:
    """A run that can be used."""
    run = measure(location, MeasureOptions(**options), download)
    assert isinstance(run, MeasuredRun), run
    return run


@contextmanager
def opened(log_folder: Path, spec_file: Path) -> Iterator[tuple[Leaderboard, Archive]]:
    """A leaderboard with the archive that has its runs' chart data and downloads."""
    asked = BuildOptions((log_folder,), spec_file, jobs=1)
    with archive(CacheOptions(is_off=True), spec_file) as kept:
        yield build(asked, Silence(), kept), kept


def built(log_folder: Path, spec_file: Path, **options: Any) -> Leaderboard:
    """A leaderboard. Chart data and downloads are gone when it is returned."""
    asked = BuildOptions((log_folder,), spec_file, with_files=False, jobs=1, **options)
    with archive(CacheOptions(is_off=True), spec_file) as kept:
        return build(asked, Silence(), kept)
