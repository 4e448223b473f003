"""Whether files are of a size that a repository takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..errors import Problem
from ..text import size
from .model import Finding, Submission, of_run

CHECK = "Sizes"
MOST_FILE_BYTES = 100 << 20
"""GitHub refuses larger files."""
MOST_RUN_BYTES = 500 << 20
"""Of all files of a run together."""


def sizes(submission: Submission) -> Iterator[Finding]:
    """Files above 100 MiB, and runs above 500 MiB."""
    total: Counter[str] = Counter()
    for file in submission.files:
        if file.size > MOST_FILE_BYTES:
            message = f"expected a file of at most {size(MOST_FILE_BYTES)}, found {size(file.size)}"
            hint = "GitHub refuses larger ones; log at longer intervals, or leave checkpoints out"
            yield Finding(Problem(file.path, message, hint=hint, severity="error"), CHECK)
        for folder in _folders(file.path):
            if folder in submission.used:
                total[folder] += file.size
                break
    for run in submission.runs:
        if total[run.location.path] > MOST_RUN_BYTES:
            yield of_run(
                CHECK,
                run,
                f"expected a run of at most {size(MOST_RUN_BYTES)}, found {size(total[run.location.path])}",
                "leave out what the leaderboard does not need, such as checkpoints",
                "warning",
            )


def _folders(path: str) -> Iterator[str]:
    """The folders that a file lies in, innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
