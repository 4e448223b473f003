"""From the paths of runs to the groups of a spec: folders are levels, names that differ in a number one method."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

MOST_CHILDREN = 100
MOST_LEVELS = 6

_NUMBER = r"(?:[-_. ]?(?:seed|run|rep|trial|fold|row|repeat|s|v)?[-_. ]?\d+|-[0-9a-f]{8})"
"""What tells the runs of one method from each other: "_seed_3", "-12", or the first digits of an id."""
_NUMBERED = re.compile(rf"(.*?){_NUMBER}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """A node of a spec."""

    title: str
    filter: str
    """A regular expression over paths; "" for all that the parent has."""
    children: tuple[Guess, ...] = ()
    """None: a leaf."""


def guess(title: str, paths: Sequence[str]) -> Guess:
    """The groups of a leaderboard of these runs.

    Args:
        paths: Of runs, at least one, each beginning with the name of its log folder.
    """
    parts = sorted({tuple(path.split("/")) for path in paths})
    return Guess(title, "", _children((), parts, 0))


def _children(
    prefix: tuple[str, ...], parts: Sequence[tuple[str, ...]], level: int
) -> tuple[Guess, ...]:
    """The groups below a folder; none where all its runs are of one kind."""
    while len({run[0] for run in parts}) == 1 and all(len(run) > 1 for run in parts):
        prefix, parts = (*prefix, parts[0][0]), [run[1:] for run in parts]
    found: dict[str, Guess] = {}
    here = [run[0] for run in parts if len(run) == 1]
    by_method = {
        method: list(names) for method, names in groupby(sorted(here, key=_method), _method)
    }
    is_one_kind = len(by_method) == 1 or len(by_method) == len(here)
    below = [run for run in parts if len(run) > 1]
    if not (is_one_kind and not below):
        for method, names in by_method.items():
            _add(found, _title(method or "runs"), _of_method(prefix, method, names), ())
    for name, of_folder in groupby(below, lambda run: run[0]):
        inner = [run[1:] for run in of_folder]
        children = _children((*prefix, name), inner, level + 1) if level < MOST_LEVELS else ()
        _add(found, _title(name), f"^{_escaped((*prefix, name))}/", children)
    return tuple(found.values()) if 1 < len(found) <= MOST_CHILDREN else ()


def _add(found: dict[str, Guess], title: str, pattern: str, children: tuple[Guess, ...]) -> None:
    n, unique = 1, title
    while unique in found:
        n += 1
        unique = f"{title} ({n})"
    found[unique] = Guess(unique, pattern, children)


def _method(name: str) -> str:
    """A run's name without what tells it from others of its method; "" for a mere number."""
    match = _NUMBERED.fullmatch(name)
    return match[1] if match else name


def _of_method(prefix: tuple[str, ...], method: str, names: Sequence[str]) -> str:
    """Runs to come of this method are found as well."""
    whole = _escaped((*prefix, method))
    if names == [method]:
        return f"^{whole}$"
    optional = "?" if method in names else ""
    return rf"(?i)^{whole}{_NUMBER}{optional}$"


def _escaped(parts: tuple[str, ...]) -> str:
    return "/".join(re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", part) for part in parts)


def _title(name: str) -> str:
    """A folder's name as a reader sees it: "k_nearest_neighbours" as "K nearest neighbours", "PPO2" as it is."""
    words = " ".join(name.replace("_", " ").split()) or name
    return words[0].upper() + words[1:] if words.islower() and words.isascii() else words
