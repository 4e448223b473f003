"""Find the runs below the log folders. Nothing is written, and of our own logs nothing opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Problem, WattboardError
from .foreign.registry import Readers, known_readers
from .location import LOG_FOLDER, RunLocation
from .scan_foreign import reported_runs
from .scan_logs import NEVER_ENTERED, name_text, run_in
from .scan_store import runs_in_store
from .store import folder_name

if TYPE_CHECKING:
    from .foreign.model import FileReader
    from .store import Folder

_LOG_FOLDER_END = f"{os.sep}{LOG_FOLDER}"


@dataclass(frozen=True, slots=True)
class ScanResult:
    runs: tuple[RunLocation, ...]
    """Sorted by path; each folder once, whatever the number of log folders that reach it."""
    problems: tuple[Problem, ...]


def scan(
    log_folders: Sequence[Folder],
    on_progress: Callable[[int], None] = lambda _found: None,
    readers: Sequence[FileReader] | None = None,
) -> ScanResult:
    """Find every folder with `impacttracker/data.json`, or `impacttracker/part-*/data.json`, below the log folders.

    Files of other tools hold runs, too, and are read for it: those alone whose names are such tools'.
    Folders that are symbolic links are not entered: what lies inside the tree is found under its own name, what lies
    outside is not the tree's. A `data.json` that is a link counts if its target lies inside the log folder.
    A store of objects, which has no links, is asked once for all that lies below a log folder.

    Args:
        log_folders: Each is named by its last part, as given; a folder given twice counts once.
        on_progress: Called with the number of runs found so far.
        readers: Of other tools' files. None: all that are known.

    Raises:
        WattboardError: a log folder is missing, a store does not answer, or two runs of different folders would bear
            the same name.
    """
    found: dict[str, RunLocation] = {}
    seen: set[str] = set()
    problems: list[Problem] = []
    known = Readers(known_readers() if readers is None else readers)
    for log_folder in _checked(log_folders):
        for real, location in _runs_below(log_folder, known, problems):
            if real in seen:
                continue
            if location.path in found:
                other = found[location.path]
                if other.tree != location.tree:
                    raise _same_name(location, other)
                problems.append(_reads_alike(location))
                continue
            seen.add(real)
            found[location.path] = location
            on_progress(len(found))
    return ScanResult(tuple(found[path] for path in sorted(found)), tuple(problems))


def scan_run(folder: Path) -> ScanResult:
    """The run whose logs lie in `impacttracker` of a folder, if there is one; without those below.

    Args:
        folder: The run's, links resolved. The run is named by its last part.
    """
    problems: list[Problem] = []
    name = f"{name_text(folder.name)}/{LOG_FOLDER}"
    logs = str(folder / LOG_FOLDER)
    run = run_in(logs, _listed(logs, name, problems), name, folder, problems)
    return ScanResult(() if run is None else (run,), tuple(problems))


def _checked(log_folders: Sequence[Folder]) -> list[Folder]:
    problems: list[Problem] = []
    folders: list[Folder] = []
    for given in log_folders:
        folder = given
        if isinstance(given, Path):
            # resolve() would lose a link's own name.
            folder = local = Path(os.path.abspath(given))  # noqa: PTH100
            problems += _unfit_folder(given, local)
        if not folder_name(folder):
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


def _unfit_folder(given: Path, folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        yield Problem(str(given), f"expected a folder of logs, found {found}", severity="error")


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


def _runs_below(
    log_folder: Folder, readers: Readers, problems: list[Problem]
) -> Iterator[tuple[str, RunLocation]]:
    """The runs of one log folder in the order of their paths, each with where it really lies, links resolved."""
    if isinstance(log_folder, Path):
        return _runs_in_folder(log_folder, readers, problems)
    return ((str(run.place), run) for run in runs_in_store(log_folder, readers, problems))


def _runs_in_folder(
    log_folder: Path, readers: Readers, problems: list[Problem]
) -> Iterator[tuple[str, RunLocation]]:
    """As `_runs_below`, on this machine.

    Paths are text here, and entries are asked for no more than listing them told: a tree may hold 100,000 runs.
    """
    root = log_folder.resolve()
    top, real_top = str(log_folder), str(root).rstrip(os.sep)
    pending = [(top, name_text(log_folder.name))]
    while pending:
        folder, name = pending.pop()
        listed = _listed(folder, name, problems)
        is_logs = folder.endswith(_LOG_FOLDER_END) and folder != top
        if is_logs:
            run = run_in(folder, listed, name, root, problems)
            if run is not None:
                # No folder below the first is a link, so that nothing but the first needs resolving.
                yield f"{real_top}{folder[len(top) :]}", run
        below = []
        for entry in listed:
            if entry.is_symlink():
                _note_link(entry, root, name, problems)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER_ENTERED:
                    below.append((entry.path, f"{name}/{name_text(entry.name)}"))
            elif not is_logs and readers.may_read(entry.name):
                real_folder = f"{real_top}{folder[len(top) :]}"
                for run in reported_runs(Path(folder), root, name, entry.name, readers, problems):
                    yield f"{real_folder}/{run.path[len(name) + 1 :]}", run
        pending.extend(reversed(below))


def _listed(folder: str, name: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=attrgetter("name"))
    except OSError as error:
        problems.append(
            Problem(
                name,
                f"expected a folder that can be read, found: {error.strerror}",
                hint="runs below it are missing from the site",
                severity="error",
            )
        )
        return []


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
                f"{parent}/{name_text(entry.name)}",
                "a symbolic link that leads out of the log folder is not followed",
                hint="give its target as a log folder of its own",
            )
        )
