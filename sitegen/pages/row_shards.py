"""The rows of a long table as files beside its page: an index `rows.js`, and the rows in shards `rows-<name>.js`.

All are data files (see docs/adr/0005-data-in-scripts.md), read by `js/table-rows.js`. The index holds

    {"n": rows, "title": [head, tail, ending] of a `TitleRule`,
     "columns": [{"kind": "number", "absent": words, "factor", "digits", "best"}
                 | {"kind": "words" | "links" | "mark" | "date", "absent"}, …],
     "order": {"at": place of what sorts a row, "sign": 1 | -1} | null for that of the shards,
     "names_paths": whether a row is known by its whole path,
     "facets": {name of a facet: [[value, rows], …]},
     "shards": [name, …]}

and a shard {"words": [text, …], "links": [[title, address], …], "rows": [[path, page, note, cell, …], …]}: `page` is 1
where a run's page lies at its path, 0 where it has none, else its address; words and links are places in the shard's
lists. A cell is null where there is nothing; a figure its value in its own unit, or [value, provenance] where that
bears a mark. Units, titles and what is best are in the index, so that a shard depends on its own runs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..addresses import RUNS
from ..columns import PROVENANCES, Values
from ..model import RunResult
from ..shards import ROWS_FILE, Shard, shards
from ..titles import TitleRule
from .kept import Keep, made_now
from .page_data import as_script
from .table_legend import SIGNS
from .tables import run_notes

_MARKED = {code: provenance for code, provenance in enumerate(PROVENANCES) if provenance in SIGNS}


class Shared:
    """Texts, or links, of one shard, each once."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}

    def place(self, item: Any) -> int:
        """Where the item stands."""
        return self.places.setdefault(item, len(self.places))

    def all_places(self, items: Iterable[Any]) -> list[int] | None:
        """Of several items; None for none."""
        return [self.place(item) for item in items] or None


@dataclass(frozen=True, slots=True)
class RowTable:
    """The rows of a table, in the order in which they are kept."""

    runs: Sequence[RunResult]
    titles: TitleRule
    columns: Sequence[Mapping[str, Any]]
    cells: Callable[[int, Shared, Shared], list[Any]]
    """From a row's place, and the words and links of its shard, to its cells."""
    order: Mapping[str, Any] | None = None
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    names_paths: bool = False


def row_files(
    table: RowTable, run_addresses: Mapping[str, str], keep: Keep = made_now
) -> Iterator[tuple[str, str]]:
    """Name and text of each file.

    Args:
        run_addresses: As in `Leaderboard`.
        keep: Gives shards that were made before.
    """
    cut = shards([run.location.path for run in table.runs])
    for shard in cut:
        make = partial(_shard, table, shard, run_addresses)
        runs = table.runs[shard.start : shard.stop]
        yield f"rows-{shard.name}.js", keep("rows", runs, make)
    index = {
        "n": len(table.runs),
        "title": [table.titles.head, table.titles.tail, table.titles.ending],
        "names_paths": table.names_paths,
        "columns": table.columns,
        "order": table.order,
        "facets": table.facets,
        "shards": [shard.name for shard in cut],
    }
    yield ROWS_FILE, as_script(index)


def _shard(table: RowTable, shard: Shard, run_addresses: Mapping[str, str]) -> str:
    words, links = Shared(), Shared()
    rows = []
    for place in range(shard.start, shard.stop):
        run = table.runs[place]
        path, note = run.location.path, "; ".join(run_notes(run))
        rows.append(
            [
                path,
                _page(path, run_addresses),
                words.place(note) if note else None,
                *table.cells(place, words, links),
            ]
        )
    content = {"words": list(words.places), "links": list(links.places), "rows": rows}
    return as_script(content)


def _page(path: str, run_addresses: Mapping[str, str]) -> int | str:
    address = run_addresses.get(path)
    if address is None:
        return 0
    return 1 if address == f"{RUNS}/{path}/" else address


def figure_cells(values: Values) -> list[Any]:
    """A figure of each run, as the rows hold it."""
    return [
        None if value != value else ([value, _MARKED[code]] if code in _MARKED else value)
        for value, code in zip(values.value.tolist(), values.code.tolist(), strict=True)
    ]
