"""What the cache's contents depend on beside logs and spec: this program, and what it computes with."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..metrics.others import said_of_metrics

_SITEGEN = Path(__file__).parents[1]
_THEMES = _SITEGEN.parent / "themes"

_MEASURE_NOTHING = frozenset(
    {
        "assets",
        "cache",
        "cli",
        "convert",
        "latex",
        "pages",
        "paper",
        "plots",
        "spec",
        "svg",
        "templates",
    }
)
"""Folders of which no figure of a run is made. All that is not named here counts."""
_MEASURING_LIBRARIES = ("isal", "msgspec", "numpy", "tsdownsample")
_RENDERING_LIBRARIES = ("jinja2", "markdown", "markupsafe", "mkdocs", "nh3", "numpy", "plotly")
_CODE = frozenset(
    {".csv", ".css", ".geojson", ".html", ".js", ".json", ".md", ".py", ".svg", ".xml", ".yml"}
)


@cache
def measuring() -> str:
    """Changes whenever a run's figures, chart data or download may come out differently from the same log."""
    files = [file for file in _files(_SITEGEN) if file.parts[0] not in _MEASURE_NOTHING]
    return _digest(_SITEGEN, files, _MEASURING_LIBRARIES) + _of_metrics()


@cache
def rendering() -> str:
    """Changes whenever a page may come out differently from the same figures."""
    own = _digest(_SITEGEN, _files(_SITEGEN), _RENDERING_LIBRARIES)
    return own + _digest(_THEMES, _files(_THEMES), ()) + _of_metrics()


def _of_metrics() -> str:
    """Tells the metrics of other packages apart, and their versions; "" without any."""
    said = "\0".join(said_of_metrics())
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest() if said else ""


@cache
def _files(folder: Path) -> tuple[Path, ...]:
    """Relative to the folder, in a fixed order."""
    return tuple(
        file.relative_to(folder)
        for file in sorted(folder.rglob("*"))
        if file.suffix in _CODE and "__pycache__" not in file.parts
    )


def _digest(folder: Path, files: Sequence[Path], libraries: Sequence[str]) -> str:
    # By content: an installation anew gives files new times, and a cache shall outlive it.
    digest = hashlib.blake2b(sys.version.encode(), digest_size=16)
    for library in libraries:
        digest.update(f"{library} {_version(library)}\0".encode())
    for file in files:
        digest.update(file.as_posix().encode() + b"\0")
        digest.update(_content(folder / file))
    return digest.hexdigest()


@cache
def _content(file: Path) -> bytes:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).digest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
