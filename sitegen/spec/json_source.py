"""JSON with the line of every key and value, which the standard library's parser does not tell."""

from __future__ import annotations

import re
from bisect import bisect_left
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from .document import Document, DocumentError, KeyPath, Recorder
from .text import shown

_SPACE = re.compile(r"[ \t\n\r]*")
_TEXT_HINT = (
    "a text ends with a double quote in the line where it begins; inside it, write \\n for a line "
    'break, \\" for a quote and \\\\ for a backslash'
)
_HINTS = {
    "'": "JSON's quotes are double quotes",
    "/": "JSON has no comments; YAML has",
    "#": "JSON has no comments; YAML has",
    "T": "JSON writes true, in lower case",
    "F": "JSON writes false, in lower case",
    "N": "JSON writes null for nothing",
}


def parse_json(text: str) -> Document:
    """Read JSON, noting lines and keys that occur twice (the first is kept).

    Raises:
        DocumentError: The text is not JSON, or goes beyond the limits of `document`.
    """
    parser = _Parser(text)
    start = parser.skip(0)
    value, end = parser.value(start, ())
    end = parser.skip(end)
    if end < len(text):
        parser.stop(end, "the end of the file after the last bracket")
    return parser.recorder.document(value)


class _Parser:
    """Recursive descent over objects and lists; the standard library reads texts and numbers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.recorder = Recorder()
        self._decoder = JSONDecoder(parse_constant=_refuse_constant)
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def line(self, at: int) -> int:
        return bisect_left(self._newlines, at) + 1

    def skip(self, at: int) -> int:
        """Where the white space from here on ends."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def stop(self, at: int, expected: str, hint: str = "") -> NoReturn:
        char = self.text[at : at + 1]
        there = shown(char) if char else "the end of the file"
        raise DocumentError(
            f"expected {expected}, found {there}", self.line(at), hint or _HINTS.get(char, "")
        )

    def value(self, at: int, path: KeyPath) -> tuple[object, int]:
        """The value that begins here, and where it ends."""
        self.recorder.value(path, self.line(at))
        match self.text[at : at + 1]:
            case "{":
                return self._object(at, path)
            case "[":
                return self._list(at, path)
            case _:
                value, end = self._scalar(at)
                if isinstance(value, str):
                    self.recorder.text(value, path, self.line(at))
                return value, end

    def _object(self, at: int, path: KeyPath) -> tuple[dict[str, object], int]:
        members: dict[str, object] = {}
        at = self.skip(at + 1)
        if self.text[at : at + 1] == "}":
            return members, at + 1
        while True:
            key, key_path, at = self._key(at, path)
            value, at = self.value(self.skip(at), key_path)
            members.setdefault(key, value)
            at, ended = self._next(at, "}")
            if ended:
                return members, at

    def _key(self, at: int, path: KeyPath) -> tuple[str, KeyPath, int]:
        """The key that begins here, the path of its value, and where the colon after it ends."""
        char = self.text[at : at + 1]
        if char != '"':
            hint = "take out the comma before it" if char == "}" else ""
            self.stop(at, "a key in double quotes", hint)
        scalar, end = self._scalar(at)
        key = str(scalar)
        key_path = self.recorder.key((*path, key), self.line(at))
        end = self.skip(end)
        if self.text[end : end + 1] != ":":
            self.stop(end, f'":" after the key {shown(key)}')
        return key, key_path, end + 1

    def _list(self, at: int, path: KeyPath) -> tuple[list[object], int]:
        items: list[object] = []
        at = self.skip(at + 1)
        if self.text[at : at + 1] == "]":
            return items, at + 1
        while True:
            if self.text[at : at + 1] == "]":
                self.stop(at, "a value", hint="take out the comma before it")
            value, at = self.value(at, (*path, len(items)))
            items.append(value)
            at, ended = self._next(at, "]")
            if ended:
                return items, at

    def _next(self, at: int, closing: str) -> tuple[int, bool]:
        """Where the next member begins, or where the closing bracket ends."""
        at = self.skip(at)
        char = self.text[at : at + 1]
        if char == closing:
            return at + 1, True
        if char != ",":
            self.stop(at, f'"," or "{closing}"')
        return self.skip(at + 1), False

    def _scalar(self, at: int) -> tuple[object, int]:
        try:
            value, end = self._decoder.raw_decode(self.text, at)
        except JSONDecodeError as error:
            if error.msg == "Expecting value":
                self.stop(at, "a value")
            fault = error.msg.removesuffix(" at").removesuffix(" starting")
            raise DocumentError(f"not JSON: {fault}", self.line(error.pos), _TEXT_HINT) from error
        except (
            ValueError
        ) as error:  # a constant that JSON has not, or a number of thousands of digits
            raise DocumentError(f"expected a number, {error}", self.line(at)) from error
        return value, end


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"found {name}")
