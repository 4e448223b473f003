"""A parsed JSON or YAML file with the line of every key and value, and the limits it must keep."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""From the top: keys of objects and indices of lists."""

MAX_LEVELS = 32
"""How deep nodes may be nested."""
MAX_DEPTH = 2 * MAX_LEVELS + 8
"""How deep objects and lists may be nested: two a node, and some within the last."""
MAX_VALUES = 100_000
MAX_CHARACTERS = 10_000_000
"""Both count what YAML's aliases repeat, so that ten lines cannot come to gigabytes."""

DEPTH_HINT = "show the deeper nodes as children of a node further up"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class DocumentError(Exception):
    """The text cannot be read any further."""

    def __init__(self, message: str, line: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


def too_deep(line: int | None) -> DocumentError:
    """The error for values nested beyond all measure."""
    return DocumentError(
        f"expected at most {MAX_LEVELS} levels of nodes, found more", line, DEPTH_HINT
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake after which reading went on."""

    path: KeyPath
    message: str
    line: int | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: dict, list, str, int, float, bool and None only, the keys all text."""

    value: object
    key_lines: Mapping[KeyPath, int]
    """Where the key of each member of an object stands. Lines count from 1."""
    value_lines: Mapping[KeyPath, int]
    """Where each value begins."""
    faults: tuple[Fault, ...] = ()

    def line(self, path: KeyPath) -> int | None:
        """The line of the key where there is one, else of the value, else of what contains it."""
        while path not in self.value_lines and path not in self.key_lines and path:
            path = path[:-1]
        return self.key_lines.get(path, self.value_lines.get(path))

    def value_line(self, path: KeyPath) -> int | None:
        """As `line`, but where the value itself begins."""
        return self.value_lines.get(path) or self.line(path)


@dataclass(slots=True)
class Recorder:
    """Notes places and faults for a parser, and stops it at the limits."""

    key_lines: dict[KeyPath, int] = field(default_factory=dict)
    value_lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    values: int = 0
    characters: int = 0

    def document(self, value: object) -> Document:
        return Document(value, self.key_lines, self.value_lines, tuple(self.faults))

    def key(self, path: KeyPath, line: int) -> KeyPath:
        """Note a key, and return the path for its value.

        A second key with the same path is a fault. Its value is to be read and dropped: the path
        returned for it ends with a negative number, where nothing else is.
        """
        self._count(str(path[-1]), path, line)
        if path not in self.key_lines:
            self.key_lines[path] = line
            return path
        self.fault(
            path,
            f"expected each key once, found {shown(str(path[-1]))} "
            f"in line {self.key_lines[path]} and again in line {line}",
            line,
            hint="rename one of the two, or put their contents together",
        )
        return (*path, -len(self.faults))

    def value(self, path: KeyPath, line: int) -> None:
        """Note that a value begins, before what it contains."""
        if len(path) > MAX_DEPTH:
            raise too_deep(line)
        self._count("", path, line)
        self.value_lines.setdefault(path, line)

    def text(self, text: str, path: KeyPath, line: int) -> None:
        """Note a text, which is a value."""
        self._count(text, path, line)

    def repeat(self, line: int) -> None:
        """Note work that leaves no value, such as a merge."""
        self._count("", (), line)

    def fault(self, path: KeyPath, message: str, line: int | None, hint: str = "") -> None:
        self.faults.append(Fault(path, message, line, hint))

    def _count(self, text: str, path: KeyPath, line: int) -> None:
        self.values += 1
        self.characters += len(text)
        if self.values > MAX_VALUES or self.characters > MAX_CHARACTERS:
            raise DocumentError(
                f"expected at most {MAX_VALUES:,} values and {MAX_CHARACTERS:,} characters, "
                "found more",
                line,
                hint="each use of a YAML alias counts in full: use fewer, or split the spec",
            )
        bad = _FORBIDDEN.search(text)
        if bad:
            code = f"U+{ord(bad[0]):04X}"
            self.fault(
                path,
                f"expected text without control characters, found the character {code}",
                line,
                hint="take it out of the text",
            )
