"""Take values out of what a stranger wrote: each of the expected kind, or left out and noted."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from ..errors import Problem
from ..model import Package
from .foreign import Foreign

MAX_TEXT_CHARS = 500
MAX_PACKAGES = 5000
MAX_ENTRIES = 256
"""Of the other lists, such as GPUs."""
MAX_PROCESSES = 10_000_000
"""Of one run, on as many nodes: more than any computer has."""
MAX_PICKLE_BYTES = 16 << 20
"""A published one has some 80 KB. More is refused as made to do harm."""
WITHOUT_INFO = "the run is shown without its start, end and machine"

_LARGEST = 1e15
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 9998
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A path begins a text or follows a space, quote or bracket; "w/ Radeon" and "https://…" are none.
_PATH = re.compile(
    r"""(?: (?:^|[\s"'(\[<=,;:|]) (?:~[\w.-]*)? /[^\s/]  # /home/ada, ~ada/runs
          | (?<![A-Za-z]) [A-Za-z]: [\\/] (?!/)         # C:\runs
          | \\\\ [^\s\\]                                # \\server\share
          | \bfile: )""",
    re.VERBOSE | re.IGNORECASE,
)
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_PACKAGE_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,98}")


def clean(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """One line that can be shown anywhere: no control or invisible characters, cut to a length.

    A text with a file path in it comes out empty: paths tell the names of people and machines.
    """
    return _cleaned(text[: 4 * limit], limit)


@lru_cache(maxsize=1024)  # runs of one machine say the same
def _cleaned(cut: str, limit: int) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in cut).split())
    if _PATH.search(line):
        return ""
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def shown(value: object) -> str:
    """A value for a message: in the words of JSON, short, and without a path."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)[:40]
        case str():
            return f'"{clean(value, 40)}"'
        case datetime():
            return value.isoformat()
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
        case Foreign():
            return f"an object of {clean(f'{value.module}.{value.name}', 80)}"
    return f"a {type(value).__name__}"


def package(name: object, version: object) -> Package | None:
    """A package with its version, "" where that is unknown; None if the name is none."""
    if not isinstance(name, str) or not _PACKAGE_NAME.fullmatch(name):
        return None
    is_version = isinstance(version, str) and _PACKAGE_VERSION.fullmatch(version)
    return Package(name, str(version) if is_version else "")


class Fields:
    """Checks one field after the other and collects what is wrong with them.

    Every method takes the field's key, for messages, and its value; None is a field that is absent,
    which is no problem.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def refuse(self, key: str, expected: str, value: object) -> None:
        """Note that a field is left out because its value is not what was expected."""
        message = f"expected {expected}, found {shown(value)}"
        self.problems.append(Problem(self.file, message, key=key, hint="the field is left out"))

    def number(
        self, key: str, value: object, least: float = 0.0, most: float = math.inf
    ) -> float | None:
        """A finite number within bounds."""
        if value is None:
            return None
        # Compared before it is converted: an integer may be too large for a float.
        if (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and least <= value <= min(most, _LARGEST)
        ):
            return float(value)
        bounds = f"of {least:g} or more" if most == math.inf else f"from {least:g} to {most:g}"
        self.refuse(key, f"a number {bounds}", value)
        return None

    def text(self, key: str, value: object, limit: int = MAX_TEXT_CHARS) -> str:
        """A text made safe by `clean`."""
        if isinstance(value, str):
            return clean(value, limit)
        if value is not None:
            self.refuse(key, "a text", value)
        return ""

    def whole(self, key: str, value: object, *, least: int = 0, most: int) -> int | None:
        """A whole number within bounds."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.refuse(key, f"a whole number from {least} to {most}", value)
        return None

    def matching(self, key: str, value: object, form: re.Pattern[str], expected: str) -> str:
        """A text of a known form, "" where it is absent.

        Args:
            expected: The form in words, for a message.
        """
        if isinstance(value, str) and form.fullmatch(value):
            return value
        if value is not None:
            self.refuse(key, expected, value)
        return ""

    def iso_time(self, key: str, value: object) -> float | None:
        """Seconds since 1970 of a time in ISO 8601 that says its offset from UTC."""
        if value is None:
            return None
        try:
            time = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            time = None
        if time is None or time.tzinfo is None or not _EARLIEST_YEAR <= time.year <= _LATEST_YEAR:
            self.refuse(key, "a time in ISO 8601 with its offset from UTC", value)
            return None
        return epoch_seconds(time)

    def mapping(self, key: str, value: object) -> dict[str, Any]:
        """An object with its fields."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.refuse(key, "an object", value)
        return {}

    def entries(self, key: str, value: object, limit: int = MAX_ENTRIES) -> list[Any]:
        """The first entries of a list."""
        if isinstance(value, list | tuple):
            if len(value) > limit:
                message = f"expected at most {limit:,} entries, found {len(value):,}"
                hint = "the rest is left out"
                self.problems.append(Problem(self.file, message, key=key, hint=hint))
            return list(islice(value, limit))
        if value is not None:
            self.refuse(key, "a list", value)
        return []


def epoch_seconds(time: datetime) -> float:
    """Seconds since 1970 UTC; a time without an offset is read as if it were UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - _EPOCH).total_seconds()


def sorted_packages(packages: set[Package]) -> tuple[Package, ...]:
    """By name, as people look them up."""
    return tuple(sorted(packages, key=lambda p: (p.name.lower(), p.name, p.version)))
