"""Values out of the text of another tool's file: each of the expected kind, or absent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ..errors import Problem
from ..readers.info_fields import shown
from .csv_rows import Row
from .model import ForeignFile

LARGEST = 1e15
"""What is beyond was not measured by anybody."""

UTC_ASSUMED = "written as local times without a zone, taken for UTC"

_EARLIEST_S, _LATEST_S = 31_536_000.0, 253_370_764_800.0
"""1971 and 9999: what lies outside is no time at which anything ran."""
_CLOCK = re.compile(r"(?:(\d{1,6})-)?(?:(\d{1,9}):)?(\d{1,9}):(\d{1,2}(?:\.\d{1,9})?)")


def number(value: object) -> float | None:
    """A finite number from 0 on, or a text that is one; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and 0 <= found <= LARGEST else None


def time_s(value: object, form: str = "") -> float | None:
    """Seconds since 1970 of a text, in UTC where it names no zone; None where it is no time.

    Args:
        form: As of `datetime.strptime`. "": ISO 8601.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.strptime(value, form) if form else datetime.fromisoformat(value.strip())  # noqa: DTZ007 - next
        found = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return found if _EARLIEST_S <= found <= _LATEST_S else None


def epoch_s(value: object) -> float | None:
    """Seconds since 1970 as a number; None where it is none, or no time at which anything ran."""
    found = number(value)
    return found if found is not None and _EARLIEST_S <= found <= _LATEST_S else None


def length_s(text: str) -> float | None:
    """Seconds of a length of time such as "0:02:22", "0:00:33.57", "90:00" or "1-02:03:04"; None where it is none."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


class Numbers:
    """The numbers of a row by column; one that is no good is absent, and noted once."""

    def __init__(self, file: ForeignFile, row: Row, values: Mapping[str, str]) -> None:
        self._file, self._row, self._values = file, row, values
        self._known: dict[str, float | None] = {}
        self.problems: list[Problem] = []

    def of(self, column: str, least: float = 0.0, most: float = LARGEST) -> float | None:
        """The number in a column; None where there is none within the bounds."""
        if column not in self._known:
            text = self._values.get(column)
            found = number(text)
            if found is not None and not least <= found <= most:
                found = None
            if text is not None and found is None:
                bounds = f"from {least:g} on" if most == LARGEST else f"from {least:g} to {most:g}"
                self.problems.append(
                    refused(self._file.path, self._row.line, column, f"a number {bounds}", text)
                )
            self._known[column] = found
        return self._known[column]


def refused(file: str, line: int | None, key: str, expected: str, found: object) -> Problem:
    """That a value is left out, since it is not what was expected."""
    message = f"expected {expected}, found {shown(found)}"
    return Problem(file, message, line, key, hint="it is left out")
