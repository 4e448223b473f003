"""Filters: regular expressions searched for in a run's path, stopped when they run away."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import Problem, SpecError
from .text import shown

if TYPE_CHECKING:
    from regex import Pattern

TIMEOUT_S = 1.0
"""How long a filter may take over one path."""
MAX_PATTERN_LENGTH = 2000
MAX_UNROLLED = 100_000
"""How many characters a pattern may come to when its counted repeats are written out."""

RUNAWAY_HINT = (
    "two ways to match the same text inside a repeat, such as (a|a)* or (\\w+\\w*)*, take "
    "exponentially long; write the repeat so that it can match in one way only, such as \\w*"
)

_COUNT = re.compile(r"(?P<before>.?)\{(?P<count>\d+)", re.DOTALL)
_ESCAPED_TEXT = re.compile(r"(?:[^.^$*+?{}\[\]\\|()]|\\[ -/:-@\[-`{-~])+")
"""No character with a meaning, but behind a backslash: there letters and digits have a meaning, signs have none."""
_ESCAPE = re.compile(r"\\(.)")
_VERBOSE = re.compile(r"\(\?\^?[A-Za-z0-9-]*x")


class FilterTimeout(SpecError):  # noqa: N818  # named like the TimeoutError that it stands for
    """A filter took longer than `TIMEOUT_S` over one path.

    It does not know where the filter is written: `SiteSpec.filter_error` does.
    """

    def __init__(self, pattern: str, path: str) -> None:
        self.pattern = pattern
        self.path = path
        super().__init__(Problem("", self.message, hint=RUNAWAY_HINT, severity="error"))

    @property
    def message(self) -> str:
        return (
            f"the regular expression {shown(self.pattern)} took more than {TIMEOUT_S:g} s "
            f"over the path {shown(self.path, limit=300)}, and was stopped"
        )

    def __reduce__(self) -> tuple[type[FilterTimeout], tuple[str, str]]:
        return FilterTimeout, (self.pattern, self.path)


@dataclass(frozen=True, slots=True)
class PathFilter:
    """A regular expression that `pattern_fault` found no fault with."""

    pattern: str

    def matches(self, path: str) -> bool:
        """Whether the pattern is found anywhere in the path, as `re.search` would.

        Raises:
            FilterTimeout: The search took longer than `TIMEOUT_S`.
        """
        is_in = _as_text(self.pattern)
        if is_in is not None:
            return is_in(path)
        try:
            return _compiled(self.pattern).search(path, timeout=TIMEOUT_S) is not None
        except TimeoutError as error:
            raise FilterTimeout(self.pattern, path) from error

    def passing(self, paths: Iterable[str]) -> list[str]:
        """Those of some paths that it matches.

        Raises:
            FilterTimeout: as `matches`.
        """
        # Text is found many times as fast, and the siblings of a large group each look at all that it has.
        return list(filter(_as_text(self.pattern) or self.matches, paths))


@dataclass(frozen=True, slots=True)
class PatternFault:
    """Why a pattern cannot be a filter."""

    message: str
    position: int | None = None
    """Index into the pattern, where one place is at fault."""


def pattern_fault(pattern: str) -> PatternFault | None:
    """What is wrong with a pattern, None if it can be a filter.

    It must be one that `re` understands: the package `regex` only runs it, for its timeout. What
    `regex` adds to the syntax, such as recursion, could take any memory within the time allowed.
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        return PatternFault(
            f"it has {len(pattern)} characters, and {MAX_PATTERN_LENGTH} are allowed"
        )
    import regex

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
        if _VERBOSE.search(pattern):
            return PatternFault("the flag x (verbose) cannot be used in a filter")
        if unrolled_length(pattern) > MAX_UNROLLED:
            return PatternFault("its counted repeats, such as {1000}, multiply to too much")
        _compiled(pattern)
    except re.error as error:
        return PatternFault(error.msg, error.pos)
    except (RecursionError, OverflowError):
        return PatternFault("its parentheses are nested too deeply or its counts too large")
    except (regex.error, ValueError) as error:  # ValueError: flags that contradict each other
        return PatternFault(str(error))
    return None


def unrolled_length(pattern: str) -> int:
    """An upper bound for the length of a pattern whose counted repeats are written out.

    `regex` does write out the required part of a repeat: "((((a{1000}){1000}){1000}){1000})" takes
    all memory there is before any timeout can start. The bound needs no parsing: repeats of one
    character add up, repeats of what may be a group multiply.
    """
    length, factor = len(pattern), 1
    for match in _COUNT.finditer(pattern):
        count = int(match["count"])
        if match["before"].isalnum() or match["before"] in "._]":
            length += count
        else:
            factor *= max(count, 1)
    return length * factor


@lru_cache(maxsize=1024)
def _as_text(pattern: str) -> Callable[[str], bool] | None:
    """What finds a pattern that is text alone, anywhere or behind ^ at the start, as most filters are; else None."""
    text = pattern.removeprefix("^")
    if not _ESCAPED_TEXT.fullmatch(text):
        return None
    wanted = _ESCAPE.sub(r"\1", text)
    if text != pattern:
        return lambda path: path.startswith(wanted)
    return lambda path: wanted in path


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Pattern[str]:
    import regex

    return regex.compile(pattern, flags=regex.V0)
