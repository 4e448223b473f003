"""Find the runs in a store by its one listing. Nothing is opened; links and folders do not exist there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .errors import Problem
from .location import (
    LOG_FOLDER,
    PART_PREFIX,
    SAMPLES_FILE,
    RunLocation,
    StoredRun,
    is_part_name,
    part_order,
)
from .scan_foreign import reported_runs
from .scan_logs import BAD_PART_NAME, MOST_FILES, NEVER_ENTERED, name_text
from .stamps import FILES
from .store import StoredFile, folder_name, listing

if TYPE_CHECKING:
    from upath import UPath

    from .foreign.registry import Readers

_NO_NAMES = frozenset({"", ".", ".."})
"""What no file of a folder can be called, and a key of a store can: it would lead elsewhere."""


@dataclass(slots=True)
class _Found:
    """What a listing has of one run."""

    logs: defaultdict[str, list[StoredFile]] = field(default_factory=lambda: defaultdict(list))
    """By the folder below `impacttracker`: "" for that itself, else such as "part-rank-1"."""
    others: list[StoredFile] = field(default_factory=list)


def runs_in_store(tree: UPath, readers: Readers, problems: list[Problem]) -> Iterator[RunLocation]:
    """The runs below a log folder in a store: those with logs in the order of their paths, then those of other tools.

    Raises:
        StoreError: the store does not answer, refuses, or has nothing of that name.
    """
    name = name_text(folder_name(tree))
    files = [file for file in listing(tree) if _is_usable(file, name, problems)]
    runs = _logs(files)
    for file in files:
        inner = file.name.split("/")
        owner = next((n for n in range(len(inner) - 1, -1, -1) if "/".join(inner[:n]) in runs), -1)
        if owner >= 0 and inner[owner] != LOG_FOLDER:
            run = runs["/".join(inner[:owner])]
            run.others.append(replace(file, name="/".join(inner[owner:])))
    for path in sorted(runs):
        shown = name_text(f"{name}/{path}" if path else name)
        location = _location(tree, path, shown, runs[path], problems)
        if location is not None:
            yield location
    yield from _reported(tree, name, files, readers, problems)


def _reported(
    tree: UPath, name: str, files: Sequence[StoredFile], readers: Readers, problems: list[Problem]
) -> Iterator[RunLocation]:
    """The runs in files of other tools."""
    folders: defaultdict[str, list[StoredFile]] = defaultdict(list)
    for file in files:
        folder, _, own = file.name.rpartition("/")
        folders[folder].append(replace(file, name=own))
    for folder, listed in folders.items():
        shown = name_text(f"{name}/{folder}" if folder else name)
        for file in listed:
            if readers.may_read(file.name):
                yield from reported_runs(
                    tree / folder if folder else tree,
                    tree,
                    shown,
                    file.name,
                    readers,
                    problems,
                    tuple(listed),
                )


def _is_usable(file: StoredFile, tree: str, problems: list[Problem]) -> bool:
    inner = file.name.split("/")
    if not NEVER_ENTERED.isdisjoint(inner[:-1]):
        return False
    if _NO_NAMES.isdisjoint(inner):
        return True
    if inner[-1] == SAMPLES_FILE:
        problems.append(
            Problem(
                f"{tree}/{name_text(file.name)}",
                'expected the name of a file, found one with an empty part, "." or ".."',
                hint="the run is skipped",
                severity="error",
            )
        )
    return False


def _logs(files: Iterable[StoredFile]) -> dict[str, _Found]:
    """The logs of each run by its path below the log folder, "" for that itself."""
    found: defaultdict[str, _Found] = defaultdict(_Found)
    for file in files:
        *above, name = file.name.split("/")
        if name not in FILES or not above:
            continue
        part = above.pop() if above[-1].startswith(PART_PREFIX) else ""
        if above and above[-1] == LOG_FOLDER:
            found["/".join(above[:-1])].logs[part].append(replace(file, name=name))
    return {path: run for path, run in found.items() if any(map(_has_samples, run.logs.values()))}


def _has_samples(files: Sequence[StoredFile]) -> bool:
    return any(file.name == SAMPLES_FILE for file in files)


def _location(
    tree: UPath, path: str, shown: str, run: _Found, problems: list[Problem]
) -> RunLocation | None:
    logs = {part: tuple(files) for part, files in run.logs.items() if _has_samples(files)}
    faults = {part: fault for n, part in enumerate(sorted(logs)) if (fault := _fault(part, n))}
    good = {part.removeprefix(PART_PREFIX): logs[part] for part in logs if part not in faults}
    hint = (
        "the part is left out, and the run's figures are partial" if good else "the run is skipped"
    )
    for part, fault in faults.items():
        file = f"{shown}/{LOG_FOLDER}/{name_text(part)}/{SAMPLES_FILE}"
        message = f"expected a log file, found {fault}"
        problems.append(Problem(file, message, hint=hint, severity="error"))
    if not good:
        return None
    names = tuple(sorted(good, key=part_order))
    return RunLocation(
        tree / path if path else tree,
        tree,
        shown,
        names,
        tuple(name_text(part.removeprefix(PART_PREFIX)) for part in faults),
        StoredRun(tuple(good[name] for name in names), tuple(run.others)),
    )


def _fault(part: str, n: int) -> str:
    """What is wrong with the folder of a part's log; "" where nothing is."""
    if n >= MOST_FILES:
        return f"more than {MOST_FILES:,} files"
    if part and not is_part_name(part.removeprefix(PART_PREFIX)):
        return BAD_PART_NAME
    return ""
