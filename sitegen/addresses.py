"""Addresses of pages: readable, stable, and never two for one name or one for two."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

RUNS = "runs"
RESERVED_TITLES = frozenset({RUNS, "assets", "search", "index"})
_RESERVED_IN_RUNS = frozenset({"index.html"})

_NOT_TITLE = re.compile(r"[^0-9a-z]+")
_NOT_PATH = re.compile(r"[^0-9A-Za-z._-]+")


def title_slugs(titles: Sequence[str]) -> list[str]:
    """The folder names of sibling pages.

    A title in lower case, every run of other than letters and digits as "-". Where this leaves nothing, meets a
    reserved name, or makes two titles one, six hex digits of the title's hash are appended: never a counter, so that no
    address depends on the order of the spec.
    """
    return _distinct(
        titles, [_NOT_TITLE.sub("-", t.lower()).strip("-") for t in titles], RESERVED_TITLES
    )


def run_addresses(paths: Iterable[str]) -> dict[str, str]:
    """Run path to the folder of its page, "runs/…/".

    Each part of the path keeps letters, digits, "-", "_" and "."; all else becomes "-".
    """
    folders: dict[str, set[str]] = {}
    listed = list(paths)
    for path in listed:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            folders.setdefault("/".join(parts[:depth]), set()).add(part)
    slugs: Mapping[str, Mapping[str, str]] = {
        folder: _path_slugs(sorted(parts)) for folder, parts in folders.items()
    }
    return {path: f"{RUNS}/{_address(path.split('/'), slugs)}/" for path in listed}


def _address(parts: Sequence[str], slugs: Mapping[str, Mapping[str, str]]) -> str:
    return "/".join(slugs["/".join(parts[:depth])][part] for depth, part in enumerate(parts))


def _path_slugs(parts: Sequence[str]) -> dict[str, str]:
    slugs = [_NOT_PATH.sub("-", part) for part in parts]
    bare = ["" if not slug.strip("-.") else slug for slug in slugs]
    return dict(zip(parts, _distinct(parts, bare, _RESERVED_IN_RUNS), strict=True))


def _distinct(names: Sequence[str], slugs: Sequence[str], reserved: frozenset[str]) -> list[str]:
    # Folded, because some file systems do not tell "A" from "a".
    uses = Counter(slug.casefold() for slug in slugs)
    return [
        slug
        if slug and slug.casefold() not in reserved and uses[slug.casefold()] == 1
        else f"{slug}-{_hash(name)}".lstrip("-")
        for name, slug in zip(names, slugs, strict=True)
    ]


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]
