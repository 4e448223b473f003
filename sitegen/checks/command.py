"""Whether what was measured did its work."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Finding, Submission, of_run

CHECK = "Command"


def command(submission: Submission) -> Iterator[Finding]:
    """Commands that ended with another exit code than 0: what they used is real, what they found out may be missing."""
    for run in submission.runs:
        code = run.info.exit_code
        if code:
            yield of_run(
                CHECK,
                run,
                f"expected a command that ended with exit code 0, found {code}",
                "see why it failed; a run that came to nothing is better left out",
                "warning",
            )
