"""Changes as Markdown for a job's summary, and as JSON. Names and titles come from strangers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

import msgspec

from ..text import count, number
from .changes import Changes, FigureChange, RowChange, TableChange

MOST_LISTED = 50
"""Of one kind: GitHub takes 1 MiB, and nobody reads more."""
MOST_TABLES = 40
MOST_BYTES = 900_000
_MOST_CHARS = 120
_MOST_FIGURES = 8
_SIGNS = re.compile(r"[\\`*_{}\[\]<>()#+!|~&@:=$^-]")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SHOWN = ("energy_kwh", "facility_energy_kwh", "emissions_kg", "duration_hours")


def escaped(text: str) -> str:
    """A stranger's text as Markdown that shows it and does nothing: no markup, link, mention or reference.

    Every sign that means something becomes its number in HTML, which Markdown and GitHub show and do not read.
    """
    line = _SPACES.sub(" ", text).strip()
    if len(line) > _MOST_CHARS:
        line = f"{line[: _MOST_CHARS - 1]}…"
    plain = _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", line)
    # GitHub makes links of addresses without a scheme, too.
    return re.sub(r"(?i)www\.", lambda found: f"{found[0][:-1]}&#46;", plain)


def as_markdown(changes: Changes) -> str:
    """A summary that is never longer than `MOST_BYTES`."""
    if changes.is_empty:
        return "## Leaderboard\n\nNo run and no figure changes.\n"
    head = (
        f"## Leaderboard\n\n{count(len(changes.new_runs), 'new run')}, "
        f"{len(changes.removed_runs)} removed, {len(changes.changed_runs)} with other figures.\n"
    )
    text = head
    for block in _blocks(changes):
        if len((text + block).encode()) > MOST_BYTES:
            return f"{text}\n… and more, left out here for its length: `wattboard diff --format json` has all.\n"
        text += block
    return text


def _blocks(changes: Changes) -> Iterator[str]:
    yield from _list("New groups", map(escaped, changes.new_groups))
    yield from _list("Groups that are gone", map(escaped, changes.removed_groups))
    for title, runs in (
        ("New runs", changes.new_runs),
        ("Runs that are gone", changes.removed_runs),
    ):
        rows = [
            [escaped(run.run), *(_value(run.metrics.get(name)) for name in _SHOWN)] for run in runs
        ]
        yield from _table(title, ["run", *_SHOWN], rows)
    changed = [[escaped(run.run), _figures(run.figures)] for run in changes.changed_runs]
    yield from _table("Runs with other figures", ["run", "figures"], changed)
    for table in changes.tables[:MOST_TABLES]:
        yield from _table_change(table)
    if len(changes.tables) > MOST_TABLES:
        yield f"\n… and {len(changes.tables) - MOST_TABLES:,} more tables change.\n"


def _table_change(table: TableChange) -> Iterator[str]:
    rows = [
        [escaped(row.row), _place(row), _count(row), _figures(row.figures)]
        for row in sorted(table.rows, key=lambda row: row.place_after or 1 << 60)
    ]
    title = f"Table “{escaped(table.title)}”"
    yield from _table(title, ["experiment", "place", "runs", "figures"], rows)


def _place(row: RowChange) -> str:
    if row.place_before is None:
        return f"new, at {row.place_after}"
    if row.place_after is None:
        return f"gone, was at {row.place_before}"
    if not row.moved:
        return f"still {row.place_after}"
    way = "up" if row.place_after < row.place_before else "down"
    return f"{way} from {row.place_before} to {row.place_after}"


def _count(row: RowChange) -> str:
    return (
        str(row.n_after) if row.n_before == row.n_after else f"from {row.n_before} to {row.n_after}"
    )


def _figures(figures: Sequence[FigureChange]) -> str:
    shown = [
        f"{escaped(one.name)} from {_value(one.before)} to {_value(one.after)}"
        for one in figures[:_MOST_FIGURES]
    ]
    more = len(figures) - _MOST_FIGURES
    return "<br>".join(shown + ([f"and {more} more"] if more > 0 else []))


def _value(value: float | None) -> str:
    return "absent" if value is None else number(value)


def _list(title: str, entries: Iterable[str]) -> Iterator[str]:
    yield from _table(title, ["group"], [[entry] for entry in entries])


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    cells = [head, ["---"] * len(head), *islice(rows, MOST_LISTED)]
    lines = "".join(f"| {' | '.join(row)} |\n" for row in cells)
    more = len(rows) - MOST_LISTED
    tail = f"\n… and {more:,} more.\n" if more > 0 else ""
    yield f"\n### {title}\n\n{lines}{tail}"


def as_json(changes: Changes) -> str:
    """Everything, by the names of `Changes`: docs/commands.md#wattboard-diff."""
    runs = {
        "new_runs": msgspec.to_builtins(changes.new_runs),
        "removed_runs": msgspec.to_builtins(changes.removed_runs),
    }
    record: dict[str, Any] = {
        **runs,
        "changed_runs": [asdict(run) for run in changes.changed_runs],
        "new_groups": changes.new_groups,
        "removed_groups": changes.removed_groups,
        "tables": [asdict(table) for table in changes.tables],
    }
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


FORMS: Mapping[str, Callable[[Changes], str]] = {"markdown": as_markdown, "json": as_json}
