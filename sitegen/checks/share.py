"""Whether samples cover a run's time."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Finding, Submission, figure, of_run

CHECK = "Share measured"
LEAST_SHARE = 0.95
"""Below it, pages say so, too."""


def share(submission: Submission) -> Iterator[Finding]:
    """Runs with samples over less than 95 % of their time."""
    for run in submission.runs:
        found = figure(run, "measured_share")
        if found is not None and found < LEAST_SHARE:
            yield of_run(
                CHECK,
                run,
                f"expected samples over at least {LEAST_SHARE:.0%} of the run's time, found {found:.1%}",
                "the time without samples adds no energy, or that of the last sample; the page will say so",
                "warning",
            )
        if not run.ended:
            yield of_run(
                CHECK,
                run,
                "expected a log with its end, found none",
                "the run was killed or still goes on; if it ended well, let the tracker stop it",
                "warning",
            )
