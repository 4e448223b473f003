"""Short names of runs, and the order of their paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DIGITS = re.compile(r"(\d+)")
_MARKS = "_-"
"""By which a name is parted."""


def natural(path: str) -> list[tuple[int, str]]:
    """A sorting key that puts seed_2 before seed_10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(path)]


@dataclass(frozen=True, slots=True)
class TitleRule:
    """What of their paths some runs are called by. `js/table-rows.js` follows it, too."""

    head: int
    """Folders at the beginning that are left out."""
    tail: int
    """At the end."""
    ending: int
    """Pieces of the name, from a "_" or "-" on, that are left out at its end."""

    def of(self, path: str) -> str:
        """The short name of one of the runs."""
        name = self._name(path)
        end = len(name)
        for _ in range(self.ending):
            end = max(name.rfind(mark, 0, end) for mark in _MARKS)
        return name[:end]

    def _name(self, path: str) -> str:
        if not self.head and not self.tail:
            return path
        parts = path.split("/")
        return "/".join(parts[self.head : len(parts) - self.tail])


def title_rule(paths: Sequence[str]) -> TitleRule:
    """How runs are told from their siblings.

    Folders that all share at either end are left out, and so is what the names that remain all end with, from a "_" or
    "-" on: "results/seed_0_dqn_gpu/logs" and "results/seed_1_dqn_gpu/logs" become "seed_0" and "seed_1". Of each name
    something is left: as all lose the same, no two become alike.
    """
    if len(paths) < 2:
        return TitleRule(sum(path.count("/") for path in paths), 0, 0)
    spare = min(path.count("/") for path in paths)
    head = min(_n_in_beginning(f"{path}/" for path in paths), spare)
    tail = min(_n_in_beginning(f"{path[::-1]}/" for path in paths), spare - head)
    names = list(map(TitleRule(head, tail, 0)._name, paths))
    ending = _n_in_beginning((name[::-1] for name in names), _MARKS)
    return TitleRule(head, tail, min(ending, min(_n_marks(name[1:]) for name in names)))


def run_titles(paths: Sequence[str]) -> dict[str, str]:
    """Short names that tell runs from their siblings: see `title_rule`."""
    rule = title_rule(paths)
    return {path: rule.of(path) for path in paths}


def _n_marks(text: str) -> int:
    return sum(text.count(mark) for mark in _MARKS)


def _n_in_beginning(texts: Iterable[str], of: str = "/") -> int:
    """How often some characters come in what all texts begin with."""
    # The first and the last in order have in common what all have.
    listed = list(texts)
    first, last = min(listed), max(listed)
    same = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
    return sum(first.count(char, 0, same) for char in of)
