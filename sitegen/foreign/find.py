"""From a file that may be another tool's to the runs in it."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..errors import Problem
from .model import FileReader, ForeignFile, ReportedRun, ReportedSource
from .registry import Readers

log = logging.getLogger(__name__)

MAX_FILE_BYTES = 64 << 20
"""A stranger's file is held in memory while it is read; the longest of real ones have some 10 MB."""

_MAX_KEY_CHARS = 80
_NO_KEY = re.compile(r"[^\w.+@=-]+")


def runs_in(
    path: str, read: Callable[[str], bytes | None], readers: Readers
) -> tuple[list[tuple[str, ReportedSource]], list[Problem]]:
    """The runs that a file holds, each with what its path has behind the file's: "" where the file is one run.

    Args:
        path: The file's, as in `ForeignFile`.
        read: Gives the content of a file of the same folder by name; None where it cannot be read.

    Returns:
        No run and no problem for a file that no reader recognises.
    """
    name = path.rpartition("/")[2]
    of_name = readers.of(name)
    data = read(name) if of_name else None
    if data is None:
        return [], []
    for reader in of_name:
        file = ForeignFile(path, data, _beside(read))
        try:
            if not reader.recognises(file):
                continue
            runs, problems = reader.read(file)
            return list(_named(reader, file, runs)), list(problems)
        except Exception as error:
            log.debug("%s: reader %s", path, reader.name, exc_info=True)
            return [], [_failed(path, reader, error)]
    return [], []


def _beside(read: Callable[[str], bytes | None]) -> Callable[[str], bytes | None]:
    """Reads neighbours of a file, and nothing elsewhere."""

    def beside(name: str) -> bytes | None:
        is_elsewhere = not name or name in {".", ".."} or "/" in name or "\\" in name
        return None if is_elsewhere else read(name)

    return beside


def _named(
    reader: FileReader, file: ForeignFile, runs: tuple[ReportedRun, ...]
) -> Iterator[tuple[str, ReportedSource]]:
    """Each run with a key that is its own, and can be part of a path."""
    taken: set[str] = set()
    next_of: dict[str, int] = {}
    whole_file = _hash(file.data)
    for run in runs:
        wanted = _NO_KEY.sub("-", run.key[:_MAX_KEY_CHARS]).strip("-.")
        key = wanted
        while key in taken:
            next_of[wanted] = n = next_of.get(wanted, 1) + 1
            key = f"{wanted}-{n}"
        taken.add(key)
        content_hash = _hash(run.excerpt) if run.excerpt else whole_file
        named = replace(run, key=key)
        digest = _digest(reader, named, content_hash)
        yield key, ReportedSource(file.name, named, run.excerpt or file.data, digest)


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=20).digest()


def _digest(reader: FileReader, run: ReportedRun, content_hash: bytes) -> str:
    """Of all that the run's result is made of: not of its line, nor of the neighbours that the reader looked into."""
    digest = hashlib.blake2b(digest_size=20)
    for part in (
        f"{reader.name} {reader.version}".encode(),
        repr((run.key, run.tool, run.figures, run.info, run.start_s, run.end_s)).encode(),
        repr((run.emissions_pue, run.problems)).encode(),
        content_hash,
        *(p.component.encode() for p in run.power),
        *(array.tobytes() for p in run.power for array in (p.start_s, p.end_s, p.power_w)),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _failed(path: str, reader: FileReader, error: Exception) -> Problem:
    return Problem(
        path,
        f"this file cannot be read by the reader {reader.name}: {type(error).__name__}: {error}",
        hint="its runs are skipped; please report this as a defect of the reader, with the file",
        severity="error",
    )
