"""Find the logs of one run: what its folder `impacttracker` holds. Nothing is opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import Problem
from .location import (
    LOG_FOLDER,
    PART_PREFIX,
    SAMPLES_FILE,
    RunLocation,
    is_part_name,
    part_order,
)

# A stranger decides on their number. The largest clusters run fewer processes on one experiment.
MOST_FILES = 10_000

# Version control keeps its own copies of folders; there is no run to be found in them.
NEVER_ENTERED = frozenset({".git", ".hg", ".svn"})

BAD_PART_NAME = f'it in a folder whose name is not "{PART_PREFIX}" and small letters, digits and "-" (at most 40)'

# Control characters, line and paragraph separators, and what changes the direction of writing.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def run_in(
    log: str, listed: Sequence[os.DirEntry[str]], name: str, root: Path, problems: list[Problem]
) -> RunLocation | None:
    """The run whose logs lie in a folder `impacttracker`, if there is one.

    Args:
        listed: What the folder holds.
        name: The folder's, for messages.
    """
    entries = [*_logs(log, listed, root)]
    parts = sorted((entry.part for entry in entries if not entry.fault), key=part_order)
    lost = [entry for entry in entries if entry.fault]
    hint = (
        "the part is left out, and the run's figures are partial" if parts else "the run is skipped"
    )
    for entry in lost:
        message = f"expected a log file, found {entry.fault}"
        file = f"{name}/{name_text(entry.file)}"
        problems.append(Problem(file, message, hint=hint, severity="error"))
    if not parts:
        return None
    return RunLocation(
        Path(log.removesuffix(LOG_FOLDER)),
        root,
        name.removesuffix(f"/{LOG_FOLDER}"),
        tuple(parts),
        tuple(name_text(entry.part) for entry in lost),
    )


class _Log(NamedTuple):
    part: str
    file: str
    """Its samples, relative to the folder."""
    fault: str
    """What is there instead of a log that can be read; "" where it is one."""


def _logs(log: str, listed: Sequence[os.DirEntry[str]], root: Path) -> Iterator[_Log]:
    """All that stands where a log belongs."""
    for n, entry in enumerate(listed):
        if entry.name == SAMPLES_FILE:
            yield _Log("", entry.name, _unfit(entry.path, root))
        elif entry.name.startswith(PART_PREFIX):
            file = f"{entry.name}/{SAMPLES_FILE}"
            if _is_there(f"{log}/{file}"):
                fault = (
                    f"more than {MOST_FILES:,} files"
                    if n >= MOST_FILES
                    else _unfit_part(entry, root)
                )
                yield _Log(entry.name.removeprefix(PART_PREFIX), file, fault)


def _is_there(file: str) -> bool:
    """Also where permission is lacking to see it: a part is not passed over in silence."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _unfit_part(folder: os.DirEntry[str], root: Path) -> str:
    """What is there instead of a part with a log; "" where it is one."""
    if folder.is_symlink():
        return "it in a folder that is a symbolic link"
    if not is_part_name(folder.name.removeprefix(PART_PREFIX)):
        return BAD_PART_NAME
    return _unfit(f"{folder.path}/{SAMPLES_FILE}", root)


def _unfit(samples: str, root: Path) -> str:
    """What is there instead of a file of the tree; "" where it is one."""
    try:
        mode = os.lstat(samples).st_mode
        if stat.S_ISLNK(mode):
            mode = os.stat(samples).st_mode  # noqa: PTH116
            if not Path(samples).resolve().is_relative_to(root):
                return "a symbolic link out of the log folder"
    except PermissionError:
        return "a folder that may not be read"
    except (OSError, RuntimeError):
        return "a symbolic link that leads nowhere"
    return "" if stat.S_ISREG(mode) else "no regular file"


def name_text(name: str) -> str:
    """A file name as text that can be written anywhere.

    Escapes such as "\\xff" and "\\n" stand for bytes that are not UTF-8 and for signs that a terminal would obey: names
    are chosen by strangers, and stand in messages and on pages.
    """
    if name.isascii() and name.isprintable():
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return _CONTROLS.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), text)
