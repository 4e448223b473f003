"""Whether a run's energy was measured."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import ABSENT
from .model import Finding, Submission, of_run

CHECK = "Provenance"
_TOLD = {
    "estimated": "expected measured energy, found an estimate from rated power",
    "partial": "expected energy of all components, found that of some of them or of some of the time",
    "not measured": "expected energy, found none",
}


def provenance(submission: Submission) -> Iterator[Finding]:
    """Energy that is estimated, partial or absent: no fault, but whoever merges the run should know."""
    for run in submission.runs:
        kind = run.figures.get("energy_kwh", ABSENT).provenance
        if kind in _TOLD:
            yield of_run(
                CHECK,
                run,
                _TOLD[kind],
                "the leaderboard marks it; `wattboard doctor` says what can be measured on a machine",
                "warning",
            )
