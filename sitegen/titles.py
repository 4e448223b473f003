"""Short names of runs, and the order of their paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = re.compile(r"(\d+)")


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
        if not self.ending:
            return name or path
        tokens = _tokens(name)
        return "".join(tokens[: len(tokens) - self.ending]) or path

    def _name(self, path: str) -> str:
        parts = path.split("/")
        return "/".join(parts[self.head : len(parts) - self.tail])


def title_rule(paths: Sequence[str]) -> TitleRule:
    """How runs are told from their siblings.

    Folders that all share at either end are left out, and so is what the names that remain all end with, from a "_" or
    "-" on: "results/seed_0_dqn_gpu/logs" and "results/seed_1_dqn_gpu/logs" become "seed_0" and "seed_1".
    """
    if len(paths) < 2:
        return TitleRule(sum(path.count("/") for path in paths), 0, 0)
    parts = [path.split("/") for path in paths]
    head = _shared(parts)
    tail = _shared([p[: head - 1 if head else None : -1] for p in parts])
    names = map(TitleRule(head, tail, 0)._name, paths)
    return TitleRule(head, tail, _shared([_tokens(name)[:0:-1] for name in names]))


def run_titles(paths: Sequence[str]) -> dict[str, str]:
    """Short names that tell runs from their siblings: see `title_rule`."""
    rule = title_rule(paths)
    return {path: rule.of(path) for path in paths}


_BEFORE_MARK = re.compile(r"(?=[_-])")


def _tokens(name: str) -> list[str]:
    return _BEFORE_MARK.split(name)


def _shared(lists: Sequence[list[str]]) -> int:
    """How many items all lists have in common at their beginning: as many as the first and the last in order."""
    first, last = min(lists), max(lists)
    return next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
