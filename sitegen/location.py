"""Where runs lie, what they and their parts are called, and in which folders their logs are."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .store import StoredFile

if TYPE_CHECKING:
    from .foreign.model import ReportedSource
    from .store import Folder

LOG_FOLDER = "impacttracker"
SAMPLES_FILE = "data.json"
INFO_FILE = "info.json"
SAMPLES_PATH = f"{LOG_FOLDER}/{SAMPLES_FILE}"
PART_PREFIX = "part-"

_PART_NAME = re.compile(r"[a-z0-9-]{1,40}")
_RESUMED = re.compile(r"(?:(?P<process>.+)-)?resume-(?P<piece>\d{1,9})")
_RANK = re.compile(r"rank-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class PartLocation:
    """Where one log of a run lies: the whole run's, or that of a rank or of a resumed piece."""

    folder: Folder
    """The folder that holds data.json."""
    tree: Folder
    """The log folder it lies in, links resolved. Nothing outside is read for it."""
    path: str
    """The folder's name for messages, such as "runs/ppo/impacttracker/part-rank-1"."""
    name: str = ""
    """"" for the log in `impacttracker` itself, else such as "rank-1" or "rank-1-resume-2"."""
    stored: tuple[StoredFile, ...] | None = None
    """Where it lies in a store: its data.json, info.json and info.pkl, those that are there. None: on this machine."""

    @property
    def log_bytes(self) -> int:
        """Size of its data.json; one that is not there any more counts nothing."""
        if self.stored is not None:
            return sum(file.size for file in self.stored if file.name == SAMPLES_FILE)
        return _size(f"{self.folder}/{SAMPLES_FILE}")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What listing a store told of a run's files."""

    parts: tuple[tuple[StoredFile, ...], ...]
    """Of each part, in the order of `RunLocation.part_names`."""
    others: tuple[StoredFile, ...]
    """All else in the run's folder that is no log and not another run's, by name."""


@dataclass(frozen=True, slots=True)
class RunLocation:
    """Where a run lies, and what it is called."""

    folder: Folder
    """The run's folder on this machine or in a store. Never shown on a page."""
    tree: Folder
    """The log folder it lies in, links resolved. Nothing outside is read for it."""
    path: str
    """The run's name: its path relative to the log folder's parent, with "/", starting with that folder's own name."""
    part_names: tuple[str, ...] = ("",)
    """Of its logs: at least one, in the order of `part_order`."""
    lost_parts: tuple[str, ...] = ()
    """Of those that are no logs, which scanning has told."""
    stored: StoredRun | None = None
    """None: on this machine."""
    reported: ReportedSource | None = None
    """What another tool's file says of it: there are no logs then, and the folder is the file's. None: it has logs."""

    @property
    def place(self) -> Hashable:
        """The same for one run that is reached by several names."""
        folder = str(self.folder.resolve())
        if self.reported is None:
            return folder
        return folder, self.reported.file_name, self.reported.run.key

    @property
    def parts(self) -> tuple[PartLocation, ...]:
        """Where its logs lie."""
        stored = self.stored.parts if self.stored else (None,) * len(self.part_names)
        return tuple(
            PartLocation(self.folder / inner, self.tree, f"{self.path}/{inner}", name, files)
            for name, files in zip(self.part_names, stored, strict=True)
            for inner in (part_folder(name),)
        )

    @property
    def log_bytes(self) -> int:
        """Size of all its logs; one that is not there any more counts nothing."""
        if self.reported is not None:
            return len(self.reported.content)
        if self.stored is not None:
            files = (file for part in self.stored.parts for file in part)
            return sum(file.size for file in files if file.name == SAMPLES_FILE)
        return sum(
            _size(f"{self.folder}/{part_folder(name)}/{SAMPLES_FILE}") for name in self.part_names
        )


def _size(file: str) -> int:
    try:
        return os.stat(file).st_size  # noqa: PTH116 - a path of its own would cost more than the question
    except OSError:
        return 0


def part_folder(name: str) -> str:
    """The folder of a part's log, relative to the run's own."""
    return f"{LOG_FOLDER}/{PART_PREFIX}{name}" if name else LOG_FOLDER


def is_part_name(name: str) -> bool:
    """Whether a folder may be called by it, behind `PART_PREFIX`."""
    return bool(_PART_NAME.fullmatch(name))


def process_and_piece(name: str) -> tuple[str, int]:
    """Which process of a run wrote a part, and in which of its pieces, counted from 1.

    >>> process_and_piece(""), process_and_piece("resume-2"), process_and_piece("rank-1-resume-3")
    (('', 1), ('', 2), ('rank-1', 3))
    """
    resumed = _RESUMED.fullmatch(name)
    return (resumed["process"] or "", int(resumed["piece"])) if resumed else (name, 1)


def rank_of(process: str) -> int | None:
    """The number of a process by its name, 0 for the one in `impacttracker` itself; None where it has none."""
    if not process:
        return 0
    rank = _RANK.fullmatch(process)
    return int(rank[1]) if rank else None


def part_order(name: str) -> tuple[tuple[tuple[int, str], ...], int]:
    """A sorting key: each process's pieces together, rank 2 before rank 10."""
    process, piece = process_and_piece(name)
    words = re.split(r"(\d+)", process)
    return tuple((int(w), "") if w.isdecimal() else (-1, w) for w in words), piece
