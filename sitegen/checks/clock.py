"""Whether a run's times can be true."""

from __future__ import annotations

from collections.abc import Iterator

from ..download import iso
from ..text import number
from ..units import SECONDS_PER_HOUR
from .model import Finding, Submission, figure, of_run

CHECK = "Clock"
_AHEAD_S = 3600.0
"""Clocks of machines differ; by more than an hour they are wrong."""
_FIRST_S = 1_262_304_000.0
"""2010-01-01: no tool that is read here is older."""
_TOLERANCE = 0.1
_LEAST_S = 60.0


def clock(submission: Submission) -> Iterator[Finding]:
    """Times in the future or long ago, an end before the start, and a duration longer than they leave."""
    for run in submission.runs:
        start_s, end_s = run.start_s, run.end_s
        for name, time_s in (("start", start_s), ("last sample or end", end_s)):
            if time_s is not None and time_s > submission.now_s + _AHEAD_S:
                yield of_run(
                    CHECK,
                    run,
                    f"expected a {name} in the past, found {iso(time_s)}",
                    "see that the machine's clock was right, and timestamps are in seconds since 1970, not in "
                    "milliseconds or local time",
                )
        if start_s is not None and start_s < _FIRST_S:
            yield of_run(
                CHECK,
                run,
                f"expected a start after 2009, found {iso(start_s)}",
                "see that timestamps are in seconds since 1970, and that the machine's clock was set",
                "warning",
            )
        if start_s is None or end_s is None:
            continue
        if end_s < start_s:
            yield of_run(
                CHECK,
                run,
                f"expected an end after the start, found {iso(end_s)} after {iso(start_s)}",
                "see which of the two times is wrong",
            )
            continue
        hours = figure(run, "duration_hours")
        span_h = (end_s - start_s) / SECONDS_PER_HOUR
        longest = max(span_h, _LEAST_S / SECONDS_PER_HOUR)
        if hours is not None and len(run.parts) == 1 and hours > longest * (1 + _TOLERANCE):
            yield of_run(
                CHECK,
                run,
                f"expected a duration of at most {number(span_h)} h between start and end, found {number(hours)} h",
                "see that the duration is in seconds, as the format has it",
                "warning",
            )
