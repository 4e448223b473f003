"""Which runs had which packages, for the page of all runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ..model import RunResult
from ..shards import WHOLE_UP_TO, shards
from .kept import Keep, made_now
from .page_data import as_script

PACKAGES_FILE = "packages.js"


def packages_index(runs: Sequence[RunResult]) -> dict[str, dict[str, list[int]]]:
    """Package to version to the rows of the runs that had it, counted from 0 in the page's order."""
    index: dict[str, dict[str, list[int]]] = {}
    for row, run in enumerate(runs):
        for package in run.info.packages:
            index.setdefault(package.name, {}).setdefault(package.version, []).append(row)
    return dict(sorted(index.items(), key=lambda item: item[0].casefold()))


def package_files(runs: Sequence[RunResult], keep: Keep = made_now) -> Iterator[tuple[str, str]]:
    """Name and text of each file: the whole index, or of very many runs one a shard, and the names of all packages.

    In a shard rows are ranges, and count from its first run.

    Args:
        keep: Gives shards that were made before.
    """
    if len(runs) <= WHOLE_UP_TO:
        yield PACKAGES_FILE, as_script(packages_index(runs))
        return
    found = shards([run.location.path for run in runs])
    for shard in found:
        of_shard = runs[shard.start : shard.stop]
        yield f"packages-{shard.name}.js", keep("packages", of_shard, partial(_shard, of_shard))
    # Most runs share their list with others, as one object: what is in it is looked at once.
    lists = {id(run.info.packages): run.info.packages for run in runs}
    names = {package.name for packages in lists.values() for package in packages}
    head = {"names": sorted(names, key=str.casefold), "shards": [shard.name for shard in found]}
    yield PACKAGES_FILE, as_script(head)


def _shard(runs: Sequence[RunResult]) -> str:
    content = {
        name: {version: _ranges(rows) for version, rows in versions.items()}
        for name, versions in packages_index(runs).items()
    }
    return as_script(content)


def _ranges(rows: Sequence[int]) -> list[int]:
    """Rows as pairs: the first of a range, and how many follow one another."""
    ranges: list[int] = []
    for row in rows:
        if ranges and row == ranges[-2] + ranges[-1]:
            ranges[-1] += 1
        else:
            ranges += (row, 1)
    return ranges
