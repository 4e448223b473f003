"""Files of other tools, read as they are found in a tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wattboard.sitegen.errors import Problem
from wattboard.sitegen.foreign.find import runs_in
from wattboard.sitegen.foreign.model import ReportedRun
from wattboard.sitegen.foreign.registry import Readers, known_readers

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def read(
    files: Mapping[str, bytes | str], name: str = ""
) -> tuple[list[ReportedRun], list[Problem]]:
    """The runs in a file, and what is wrong with it.

    Args:
        files: All of a folder by name.
        name: The file to be read; the first where it is left out.
    """
    contents = {n: c.encode() if isinstance(c, str) else c for n, c in files.items()}
    found, problems = runs_in(
        f"runs/{name or next(iter(contents))}", contents.get, Readers(known_readers())
    )
    return [source.run for _, source in found], problems


def one(files: Mapping[str, bytes | str], name: str = "") -> ReportedRun:
    """The only run in a file with which nothing is wrong."""
    runs, problems = read(files, name)
    assert not problems, problems
    assert len(runs) == 1
    return runs[0]


def value(run: ReportedRun, name: str) -> float | None:
    """A figure's value; None where it is absent."""
    figure = run.figures.get(name)
    return None if figure is None else figure.value
