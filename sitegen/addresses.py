"""Addresses of pages: readable, stable, and never two for one name or one for two."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

RUNS = "runs"
COMPARE = "compare"
METHODS = "methods"
RESERVED_TITLES = frozenset({RUNS, COMPARE, METHODS, "assets", "search", "index"})
LOG_ZIP = "log.zip"
"""The download beside a run's page."""
RUN_FILES = ("index.html", "data.js", "badge.svg", LOG_ZIP)
"""What lies in the folder of a run's page."""
RUN_TABLE = "runs.parquet"
"""The table of all runs, beside the leaderboard's front page."""
LINKABLE = frozenset({"leaderboard.json", "leaderboard.csv", "badge.svg"})
"""What beside a group's page a lab's own pages may link to."""
DATA_FILES = ("runs.json", "runs.csv", RUN_TABLE)
"""What lies there of all runs."""
_RESERVED_IN_RUNS = frozenset({*RUN_FILES, "packages.js", "rows.js"})
_SHARD = re.compile(r"(?:rows|packages)-[0-9a-f]+\.js", re.IGNORECASE)
"""Names of files beside the page of all runs, too."""

_MAX_SLUG_CHARS = 100
_MAX_PART_CHARS = 200
"""File systems allow 255 bytes for a name."""
_MAX_ADDRESS_CHARS = 1000
"""They allow some 4,000 for a path, and servers some 2,000 for an address."""

_NOT_TITLE = re.compile(r"[^0-9a-z]+")
_NOT_PATH = re.compile(r"[^0-9A-Za-z._-]+")


def title_slugs(titles: Sequence[str]) -> list[str]:
    """The folder names of sibling pages.

    A title in lower case, every run of other than letters and digits as "-". Where this leaves nothing, meets a
    reserved name, is too long, or makes two titles one, six hex digits of the title's hash are appended: never a
    counter, so that no address depends on the order of the spec.
    """
    slugs = [_NOT_TITLE.sub("-", title.lower()).strip("-") for title in titles]
    return _distinct(titles, slugs, RESERVED_TITLES, _MAX_SLUG_CHARS)


def run_addresses(paths: Iterable[str]) -> dict[str, str]:
    """Run path to the folder of its page, "runs/…/".

    Each part of the path keeps letters, digits, "-", "_" and "."; all else becomes "-". A path that is too long for an
    address is one hash below its log folder.
    """
    folders: dict[str, set[str]] = {}
    listed = list(paths)
    for path in listed:
        below = path
        while below:
            folder, _, part = below.rpartition("/")
            parts = folders.setdefault(folder, set())
            if part in parts:  # and so are all folders above
                break
            parts.add(part)
            below = folder
    address_of = {"": ""}
    for folder in sorted(folders):  # each behind those that it lies in
        within, above = (f"{folder}/", f"{address_of[folder]}/") if folder else ("", "")
        for part, slug in _path_slugs(sorted(folders[folder])).items():
            address_of[within + part] = above + slug
    return {path: f"{RUNS}/{_short(path, address_of[path])}/" for path in listed}


def _short(path: str, address: str) -> str:
    """The address of a path, or what stands for one that is too long."""
    if len(address) <= _MAX_ADDRESS_CHARS:
        return address
    return f"{address.partition('/')[0]}/{_hash(path, 24)}"


def _path_slugs(parts: Sequence[str]) -> dict[str, str]:
    slugs = [_NOT_PATH.sub("-", part) for part in parts]
    bare = ["" if not slug.strip("-.") or _SHARD.fullmatch(slug) else slug for slug in slugs]
    return dict(zip(parts, _distinct(parts, bare, _RESERVED_IN_RUNS, _MAX_PART_CHARS), strict=True))


def _distinct(
    names: Sequence[str], slugs: Sequence[str], reserved: frozenset[str], max_chars: int
) -> list[str]:
    # Folded, because some file systems do not tell "A" from "a".
    uses = Counter(slug.casefold() for slug in slugs)
    return [
        slug
        if 0 < len(slug) <= max_chars
        and slug.casefold() not in reserved
        and uses[slug.casefold()] == 1
        else f"{slug[:max_chars]}-{_hash(name)}".lstrip("-")
        for name, slug in zip(names, slugs, strict=True)
    ]


def _hash(name: str, digits: int = 6) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:digits]
