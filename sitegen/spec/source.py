"""Reads the spec's file: the one place here that touches the file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .document import Document, DocumentError
from .json_source import parse_json

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 10_000_000


def read_document(file: Path) -> Document:
    """Read a spec as JSON or YAML, by its suffix; by its contents where the suffix is another.

    Raises:
        DocumentError: The file cannot be read or parsed.
    """
    text = _read_text(file)
    if not text.strip():
        raise DocumentError("expected a site spec, found an empty file", hint=EXAMPLE_HINT)
    suffix = file.suffix.lower()
    if suffix == ".json":
        return parse_json(text)
    if suffix in {".yml", ".yaml"}:
        return _parse_yaml(text)
    try:
        return parse_json(text)
    except DocumentError:
        if text.lstrip().startswith("{"):
            raise
        return _parse_yaml(text)


EXAMPLE_HINT = 'the smallest spec is {"My leaderboard": {}}; docs/site-spec.md shows more'


def _parse_yaml(text: str) -> Document:
    from .yaml_source import parse_yaml

    return parse_yaml(text)


def _read_text(file: Path) -> str:
    if file.is_dir():
        raise DocumentError(
            "expected a file, found a folder", hint="name the spec's JSON or YAML file"
        )
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise DocumentError(
            "there is no such file", hint="check the name given to --site-spec"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"the file cannot be read: {reason}") from error
    if len(content) > MAX_BYTES:
        raise DocumentError(f"expected at most {MAX_BYTES:,} bytes, found more")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"expected text in UTF-8, found the byte 0x{content[error.start]:02x}",
            content.count(b"\n", 0, error.start) + 1,
            hint="save the file with the encoding UTF-8",
        ) from error
