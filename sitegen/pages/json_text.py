"""Records as the text that `json.dumps(…, indent=1)` makes of them: Python's own encoder takes ten times as long."""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as string
from typing import Any

__all__ = ["number_text", "object_text", "record", "scalar", "string"]


def number_text(value: float | None) -> str | None:
    """A number as JSON and CSV have it.

    Raises:
        ValueError: it is no number.
    """
    if value is None:
        return None
    if value - value != 0.0:  # infinite, or NaN
        raise ValueError(f"expected a finite number, found {value}")
    return float.__repr__(value) if isinstance(value, float) else repr(value)


def scalar(value: Any) -> str:
    """A number, a text or null.

    Raises:
        ValueError: it is no number.
    """
    if isinstance(value, str):
        return string(value)
    return "null" if value is None else number_text(value) or ""


def record(fields: Mapping[str, str], depth: int) -> str:
    """An object at some depth of a document, with what stands before it on its line."""
    return " " * depth + object_text(fields, depth)


def object_text(fields: Mapping[str, str], depth: int) -> str:
    """An object.

    Args:
        fields: Names to values that are text already.
    """
    keys = _KEYS[depth]
    lines = ",".join([keys[name] + text for name, text in fields.items()])
    return "{" + lines + "\n" + " " * depth + "}" if fields else "{}"


class _Keys(dict[str, str]):
    """Names in an object at some depth, each on a line of its own, as they stand before their values."""

    def __init__(self, depth: int) -> None:
        self._before = "\n" + " " * (depth + 1)

    def __missing__(self, name: str) -> str:
        key = self[name] = f"{self._before}{string(name)}: "
        return key


_KEYS = tuple(_Keys(depth) for depth in range(4))
