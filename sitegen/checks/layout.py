"""Whether logs lie where they are found: docs/contribute.md#layout."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from ..location import LOG_FOLDER, PART_PREFIX, SAMPLES_FILE
from .model import Finding, Submission

CHECK = "Layout"
_LOG_FILES = frozenset({SAMPLES_FILE, "info.json", "info.pkl"})


def layout(submission: Submission) -> Iterator[Finding]:
    """Folders that look like a run's and hold no log, and logs outside a folder `impacttracker`."""
    names: dict[str, set[str]] = {}
    for file in submission.files:
        folder, _, name = file.path.rpartition("/")
        names.setdefault(folder, set()).add(name)
    for folder, held in names.items():
        inner = folder.rpartition("/")[2]
        is_log = inner == LOG_FOLDER or (
            inner.startswith(PART_PREFIX) and folder.split("/")[-2:-1] == [LOG_FOLDER]
        )
        if is_log:
            yield from _empty(folder, held, submission)
        elif SAMPLES_FILE in held and held & (_LOG_FILES - {SAMPLES_FILE}):
            yield _finding(
                f"{folder}/{SAMPLES_FILE}",
                f"expected a log in a folder {LOG_FOLDER}, found it outside of one: it is not read",
                f"move its files into {folder}/{LOG_FOLDER}/",
            )


def _empty(folder: str, held: set[str], submission: Submission) -> Iterator[Finding]:
    run = folder.partition(f"/{LOG_FOLDER}")[0]
    if SAMPLES_FILE not in held and held & _LOG_FILES and run not in submission.used:
        yield _finding(
            f"{folder}/{sorted(held & _LOG_FILES)[0]}",
            f"expected a log with {SAMPLES_FILE} beside it, found none: there is no run here",
            "add the file that the tracker wrote, or remove the folder",
        )


def _finding(file: str, message: str, hint: str) -> Finding:
    return Finding(Problem(file, message, hint=hint, severity="error"), CHECK)
