"""Read the data files of a built site: `runs.json`, and the `leaderboard.json` of each group's page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from ..errors import Problem, WattboardError

_Kind = TypeVar("_Kind")

RUNS_FILE = "runs.json"
TABLE_FILE = "leaderboard.json"


class RunRecord(msgspec.Struct, frozen=True):
    """A run as `runs.json` has it; what else is there is passed over."""

    run: str
    metrics: dict[str, float | None]
    provenance: dict[str, str]
    address: str | None = None


class Column(msgspec.Struct, frozen=True):
    """Of a table."""

    name: str
    label: str = ""
    unit: str = ""


class Stat(msgspec.Struct, frozen=True):
    """A figure of a row."""

    mean: float | None = None


class Row(msgspec.Struct, frozen=True):
    """A child group, or a run of a leaf."""

    experiment: str
    path: str
    n: int
    values: dict[str, Stat]


class Table(msgspec.Struct, frozen=True):
    """A group's table, with its rows in the page's order."""

    title: str
    columns: list[Column]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class PublishedSite:
    """What a site says of its runs."""

    runs: Mapping[str, RunRecord]
    """By path."""
    tables: Mapping[str, Table]
    """By the address of the group's page below the leaderboard's front page, "" for that."""


def read_site(folder: Path) -> PublishedSite:
    """Read a site, or a site that has the leaderboard in one of its folders.

    Raises:
        WattboardError: it is no site of wattboard's, or of a format that this version does not know.
    """
    front = _front(folder)
    listed = _decoded(front / RUNS_FILE, list[RunRecord])
    tables = {}
    for place, folders, names in os.walk(front):
        inner = Path(place).relative_to(front).as_posix()
        if inner == ".":
            # Of all pages those of runs are the most, and none of them has a table.
            folders[:] = [name for name in folders if name not in {"runs", "assets", ".git"}]
        folders.sort()
        if TABLE_FILE in names:
            address = "" if inner == "." else f"{inner}/"
            tables[address] = _decoded(Path(place) / TABLE_FILE, Table)
    return PublishedSite({record.run: record for record in listed}, tables)


def _front(folder: Path) -> Path:
    """The folder of the leaderboard's front page."""
    if (folder / RUNS_FILE).is_file():
        return folder
    found = sorted(folder.glob(f"*/{RUNS_FILE}")) if folder.is_dir() else []
    if len(found) == 1:
        return found[0].parent
    what = "a folder without one" if folder.is_dir() else "no such folder"
    if found:
        what = f"several: {', '.join(file.parent.name for file in found[:3])}"
    raise WattboardError(
        Problem(
            str(folder),
            f"expected a site built by wattboard, with {RUNS_FILE}, found {what}",
            hint="give the --output-dir of `wattboard build`, or the leaderboard's folder in it",
            severity="error",
        )
    )


def _decoded(file: Path, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WattboardError(
            Problem(
                str(file),
                f"expected a data file of a leaderboard, found: {error}",
                hint="it is damaged, or of a newer version of wattboard: build both sites with the same one",
                severity="error",
            )
        ) from error
