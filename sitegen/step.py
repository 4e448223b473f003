"""The work on one run, as it is done in this process, in others, and on other machines: from its log to a small record
and two files."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from .cache import records
from .cache.files import RunFileNames, keep
from .errors import RunError
from .location import RunLocation
from .measure import MeasureOptions, SkippedRun, content_text, measure
from .readers import content_of
from .stamps import FRESH_S, run_stamp


@dataclass(frozen=True, slots=True)
class StepOptions:
    """What the work on every run has in common."""

    measure: MeasureOptions
    variant: str
    """Differs whenever the same log may give another result."""
    files: Path | None
    """Where the runs' chart data and downloads go. None: make none."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be worked on."""

    location: RunLocation
    known_content: str = ""
    """The hashes of its bytes when it was read last. Where they still are the same, what is known of it holds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task. Small, so that it can be sent."""

    location: RunLocation
    stamp: str
    is_fresh: bool
    """Its files had changed so shortly before that the stamp may not tell of a further change."""
    content: str
    """The hashes of the bytes that were read."""
    is_unchanged: bool = False
    """Nothing was done, since the bytes are those that are known."""
    fingerprint: str = ""
    encoded: records.Encoded | None = None
    skipped: SkippedRun | None = None
    """Why the run cannot be used."""


def step(task: Task, options: StepOptions) -> Outcome:
    """Work on one run.

    Raises:
        OSError: its files cannot be written.
    """
    location = task.location
    began_s = time.time()
    # Before the log is opened: a change from here on makes another stamp.
    stamp = run_stamp(location)
    is_fresh = began_s - stamp.changed_s < FRESH_S
    if task.known_content and _content_now(location) == task.known_content:
        return Outcome(location, stamp.text, is_fresh, task.known_content, is_unchanged=True)
    if options.files is None:
        measured = measure(location, options.measure, with_charts=False)
    else:
        unnamed = (
            options.files
            / f".{os.getpid()}-{hashlib.sha256(location.path.encode()).hexdigest()[:24]}"
        )
        measured = measure(location, options.measure, unnamed)
    if isinstance(measured, SkippedRun):
        return Outcome(location, stamp.text, is_fresh, "", skipped=measured)
    fingerprint = _fingerprint(location, options, measured.content or stamp.text)
    if options.files is not None:
        keep(RunFileNames(options.files, fingerprint), measured.charts, unnamed)
    return Outcome(
        location,
        stamp.text,
        is_fresh,
        measured.content,
        fingerprint=fingerprint,
        encoded=records.encoded(replace(measured.result, fingerprint=fingerprint)),
    )


def _fingerprint(location: RunLocation, options: StepOptions, content: str) -> str:
    named = (
        location.path,
        options.variant,
        content,
        *location.part_names,
        "|",
        *location.lost_parts,
    )
    return hashlib.blake2b("\0".join(named).encode(), digest_size=20).hexdigest()


def _content_now(location: RunLocation) -> str:
    """The hashes of the bytes that a run's logs have now; "" where they cannot be read."""
    if location.reported is not None:
        return location.reported.digest
    try:
        return content_text(content_of(part) for part in location.parts)
    except (RunError, OSError):
        return ""
