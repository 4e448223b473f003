"""Values out of another tool's JSON: each of the expected kind, or absent. Never an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

MAX_BYTES = 4 << 20
"""A value in memory takes up to 25 times its text."""


def parsed(data: bytes) -> object:
    """What a JSON text holds; None where it is none, or too long."""
    if len(data) > MAX_BYTES:
        return None
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def mapping(value: object, key: str = "") -> Mapping[str, Any]:
    """An object, or the one under a key of it; an empty one where there is none."""
    if key:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value: object, most: int = 1_000) -> list[Any]:
    """A list, cut to a length; an empty one where there is none."""
    return value[:most] if isinstance(value, list) else []


def text(value: object) -> str:
    """A text; a number as text; "" for all else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
