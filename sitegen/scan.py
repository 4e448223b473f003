"""Find the runs below the log folders. Nothing is opened, nothing written."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import Problem, WattboardError
from .model import RunLocation

LOG_FOLDER = "impacttracker"
SAMPLES_FILE = "data.json"
SAMPLES_PATH = f"{LOG_FOLDER}/{SAMPLES_FILE}"

# Version control keeps its own copies of folders; there is no run to be found in them.
_NEVER_ENTERED = frozenset({".git", ".hg", ".svn"})

# Control characters, line and paragraph separators, and what changes the direction of writing.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class ScanResult:
    runs: tuple[RunLocation, ...]
    """Sorted by path; each folder once, whatever the number of log folders that reach it."""
    problems: tuple[Problem, ...]


def scan(
    log_folders: Sequence[Path], on_progress: Callable[[int], None] = lambda _found: None
) -> ScanResult:
    """Find every folder with `impacttracker/data.json` below the log folders.

    Folders that are symbolic links are not entered: what lies inside the tree is found under its own name, what lies
    outside is not the tree's. A `data.json` that is a link counts if its target lies inside the log folder.

    Args:
        log_folders: Each is named by its last part, as given; a folder given twice counts once.
        on_progress: Called with the number of runs found so far.

    Raises:
        WattboardError: a log folder is missing, or two runs of different folders would bear the same name.
    """
    found: dict[str, RunLocation] = {}
    by_folder: dict[Path, str] = {}
    problems: list[Problem] = []
    for log_folder in _checked(log_folders):
        for location in _runs_below(log_folder, problems):
            real = location.folder.resolve()
            if real in by_folder:
                continue
            if location.path in found:
                other = found[location.path]
                if other.tree != location.tree:
                    raise _same_name(location, other)
                problems.append(_reads_alike(location))
                continue
            by_folder[real] = location.path
            found[location.path] = location
            on_progress(len(found))
    return ScanResult(tuple(found[path] for path in sorted(found)), tuple(problems))


def _checked(log_folders: Sequence[Path]) -> list[Path]:
    problems = []
    folders = []
    for given in log_folders:
        folder = Path(os.path.abspath(given))  # noqa: PTH100 - resolve() would lose a link's own name
        if not folder.is_dir():
            found = "a file" if folder.exists() else "nothing"
            problems.append(
                Problem(str(given), f"expected a folder of logs, found {found}", severity="error")
            )
        elif not folder.name:
            problems.append(
                Problem(
                    str(given),
                    "expected a folder with a name, found the root of the file system",
                    hint="runs are named by their log folder; give one or more folders below it",
                    severity="error",
                )
            )
        folders.append(folder)
    if problems:
        raise WattboardError(*problems)
    # The outermost first: a run in two of them is called by it, in whatever order they were given.
    return sorted(folders, key=lambda folder: len(folder.resolve().parts))


def _same_name(one: RunLocation, other: RunLocation) -> WattboardError:
    return WattboardError(
        Problem(
            str(one.folder),
            f'this run and {other.folder} would both be called "{one.path}"',
            hint="a run is named by its log folder's last part and the path below it: rename one of the log folders, "
            "or give their common parent instead",
            severity="error",
        )
    )


def _reads_alike(location: RunLocation) -> Problem:
    return Problem(
        location.path,
        "expected names that can be told apart, found two folders whose names come to this same text",
        hint="rename one of them; the run is skipped",
        severity="error",
    )


def _runs_below(log_folder: Path, problems: list[Problem]) -> Iterator[RunLocation]:
    """The runs of one log folder, in the order of their paths."""
    root = log_folder.resolve()
    pending = [(log_folder, _text(log_folder.name))]
    while pending:
        folder, name = pending.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            problems.append(
                Problem(
                    name,
                    f"expected a folder that can be read, found: {error.strerror}",
                    hint="runs below it are missing from the site",
                    severity="error",
                )
            )
            continue
        below = []
        for entry in listed:
            if entry.is_symlink():
                _note_link(entry, root, name, problems)
            elif entry.is_dir(follow_symlinks=False) and entry.name not in _NEVER_ENTERED:
                below.append((folder / entry.name, f"{name}/{_text(entry.name)}"))
                if entry.name == LOG_FOLDER and _holds_samples(folder, name, root, problems):
                    yield RunLocation(folder, root, name)
        pending.extend(reversed(below))


def _text(name: str) -> str:
    """A file name as text that can be written anywhere.

    Escapes such as "\\xff" and "\\n" stand for bytes that are not UTF-8 and for signs that a terminal would obey: names
    are chosen by strangers, and stand in messages and on pages.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return _CONTROLS.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), text)


def _note_link(entry: os.DirEntry[str], root: Path, parent: str, problems: list[Problem]) -> None:
    """Say so where a link to a folder outside the tree is not followed."""
    try:
        target = Path(entry.path).resolve(strict=True)
        leads_out = entry.is_dir() and not target.is_relative_to(root)
    except (OSError, RuntimeError):  # a loop, or a link to nothing
        return
    if leads_out:
        problems.append(
            Problem(
                f"{parent}/{_text(entry.name)}",
                "a symbolic link that leads out of the log folder is not followed",
                hint="give its target as a log folder of its own",
            )
        )


def _holds_samples(folder: Path, name: str, root: Path, problems: list[Problem]) -> bool:
    samples = folder / LOG_FOLDER / SAMPLES_FILE
    if not os.path.lexists(samples):
        return False
    found = _unfit(samples, root)
    if found:
        problems.append(
            Problem(
                f"{name}/{SAMPLES_PATH}",
                f"expected a log file, found {found}",
                hint="the run is skipped",
                severity="error",
            )
        )
    return not found


def _unfit(samples: Path, root: Path) -> str:
    """What is there instead of a file of the tree; "" where it is one."""
    try:
        mode = samples.stat().st_mode
        inside = samples.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return "a symbolic link that leads nowhere"
    if not inside:
        return "a symbolic link out of the log folder"
    return "" if stat.S_ISREG(mode) else "no regular file"
