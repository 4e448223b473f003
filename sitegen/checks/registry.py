"""All checks. A new one is a file with a function, and a line here."""

from __future__ import annotations

from collections.abc import Iterator

from .clock import clock
from .command import command
from .duplicates import duplicates
from .energy import energy
from .layout import layout
from .model import Check, Finding, Submission
from .names import names
from .power import power
from .provenance import provenance
from .share import share
from .sizes import sizes
from .twice_measured import twice_measured

CHECKS: tuple[Check, ...] = (
    layout,
    names,
    clock,
    power,
    energy,
    share,
    command,
    provenance,
    duplicates,
    twice_measured,
    sizes,
)


def findings(submission: Submission) -> Iterator[Finding]:
    """What all checks find, in their order."""
    for check in CHECKS:
        yield from check(submission)
