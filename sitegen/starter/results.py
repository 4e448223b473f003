"""Which of the experiments' own CSV files a leaderboard could show, and which of its columns."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..catalog import known_names
from ..location import RunLocation

MOST_RUNS = 20
MOST_COLUMNS = 4
_MOST_FILES = 50
_MOST_BYTES = 4 << 20
_TELLING = re.compile(r"eval|test|result|metric|score|progress", re.IGNORECASE)
_INDEX = re.compile(
    r"|index|id|seed|time|timestamp|date|wall.?time|step|steps|iter|iteration|epoch|episode|timesteps?|total.?timesteps|n|"
    r"unnamed.*",
    re.IGNORECASE,
)
_HIGHER = re.compile(
    r"acc|reward|return|score|f1|auc|bleu|rouge|precision|recall|success|throughput|map\b",
    re.IGNORECASE,
)
_LOWER = re.compile(r"loss|error|mse|mae|rmse|perplexity|ppl|wer|cer|latency", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    """In the file."""
    figure: str
    """As the spec calls it."""
    better: Literal["higher", "lower", ""]


@dataclass(frozen=True, slots=True)
class ResultsFile:
    name: str
    columns: tuple[Column, ...]
    """At least one."""


def results_file(locations: Sequence[RunLocation]) -> ResultsFile | None:
    """The CSV that most runs have beside their logs, with the columns that end in a number; None where there is none.

    Args:
        locations: Of runs on this machine; some of them are looked at.
    """
    own = [run for run in locations if run.reported is None and isinstance(run.folder, Path)]
    looked_at = own[:: max(1, len(own) // MOST_RUNS)][:MOST_RUNS]
    found: dict[str, list[frozenset[str]]] = {}
    for run in looked_at:
        for file in sorted(Path(str(run.folder)).glob("*.csv"))[:_MOST_FILES]:
            if file.is_file() and not file.is_symlink():
                found.setdefault(file.name, []).append(_numbers(file))
    usable = {
        name: columns
        for name, each in found.items()
        if len(each) * 2 >= len(looked_at) and (columns := _of_most(each))
    }
    if not usable:
        return None
    name = max(usable, key=lambda of: (_TELLING.search(of) is not None, len(found[of]), of))
    return ResultsFile(name, _chosen(usable[name]))


def _numbers(file: Path) -> frozenset[str]:
    """The columns whose last value is a number."""
    if file.stat().st_size > _MOST_BYTES:
        return frozenset()
    try:
        with file.open(newline="", encoding="utf-8") as opened:
            last: dict[str | None, object] = {}
            for row in csv.DictReader(opened):
                last = dict(row)
    except (OSError, UnicodeDecodeError, csv.Error):
        return frozenset()
    return frozenset(
        name for name, text in last.items() if isinstance(name, str) and _is_number(text)
    )


def _is_number(text: object) -> bool:
    try:
        return isinstance(text, str) and math.isfinite(float(text))
    except ValueError:
        return False


def _of_most(each: Sequence[frozenset[str]]) -> list[str]:
    counted = Counter(name for names in each for name in names)
    return [
        name
        for name, n in sorted(counted.items())
        if n * 2 >= len(each) and not _INDEX.fullmatch(name.strip())
    ]


def _chosen(names: Sequence[str]) -> tuple[Column, ...]:
    """Those that say how good a run is; where none does, some of the others. Each under a name of its own."""
    telling = [name for name in names if _better(name)]
    ranked = (telling or list(names))[:MOST_COLUMNS]
    taken: dict[str, Column] = {}
    for name in ranked:
        figure = re.sub(r"\W+", "_", name.strip().lower()).strip("_") or "result"
        if figure in known_names() or figure in taken:
            figure = f"{figure}_result"
        taken.setdefault(figure, Column(name, figure, _better(name)))
    return tuple(taken.values())


def _better(name: str) -> Literal["higher", "lower", ""]:
    if _LOWER.search(name):
        return "lower"
    return "higher" if _HIGHER.search(name) else ""
