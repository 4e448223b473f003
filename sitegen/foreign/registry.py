"""All readers of other tools' files: ours, a line each, and those of other packages."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from fnmatch import translate
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from ..entries import entries
from .model import FileReader

log = logging.getLogger(__name__)

ENTRY_POINTS = "wattboard.readers"
_MOST_NAMES = 4_096

_OURS = (
    "codecarbon",
    "carbontracker",
    "eco2ai",
    "boamps",
    "hf_card",
    "mlperf",
    "zeus",
)
"""Modules of this package, in the order in which they are asked."""


class Readers:
    """Those that are asked, in their order."""

    def __init__(self, readers: Sequence[FileReader]) -> None:
        self._readers = [
            (re.compile("|".join(map(translate, reader.file_names)), re.IGNORECASE), reader)
            for reader in readers
        ]
        patterns = [pattern for reader in readers for pattern in reader.file_names]
        matches = re.compile("|".join(map(translate, patterns)), re.IGNORECASE).match
        self._may_read = lru_cache(_MOST_NAMES)(lambda name: matches(name) is not None)

    def may_read(self, name: str) -> bool:
        """Whether a file of this name is worth opening. Files of one name lie in each of thousands of folders."""
        return self._may_read(name)

    def of(self, name: str) -> list[FileReader]:
        """Those that are asked whether a file of this name is theirs."""
        return [reader for pattern, reader in self._readers if pattern.match(name)]


@cache
def known_readers() -> tuple[FileReader, ...]:
    """Our own readers, then those that other packages offer. One that cannot be loaded is told of and left out."""
    ours: list[FileReader] = [import_module(f".{name}", __package__) for name in _OURS]
    return (*ours, *_of_others({reader.name for reader in ours}))


def _of_others(taken: set[str]) -> list[FileReader]:
    found: list[FileReader] = []
    for where, reader in entries(ENTRY_POINTS, "reader"):
        if not _is_fit(reader):
            log.warning("%s is left out: it has no name or no file names", where)
        elif reader.name in taken:
            log.warning("%s is left out: there is a reader of that name", where)
        else:
            taken.add(reader.name)
            found.append(reader)
    return found


def _is_fit(reader: Any) -> bool:
    file_names = getattr(reader, "file_names", ())
    if not isinstance(file_names, list | tuple) or not file_names:
        return False
    names = (getattr(reader, "name", None), *file_names)
    return all(isinstance(name, str) and name for name in names) and callable(
        getattr(reader, "read", None)
    )
