"""What differs between two sites. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from .site import PublishedSite, RunRecord, Table

SAME_DIGITS = 1e-9
"""Figures that differ by less, relatively, are the same: sums may be taken in another order."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class ChangedRun:
    run: str
    figures: tuple[FigureChange, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a table that is new, gone, in another place or with other figures."""

    row: str
    """Its title."""
    place_before: int | None
    """From 1. None: it was not there."""
    place_after: int | None
    n_before: int
    n_after: int
    figures: tuple[FigureChange, ...]

    @property
    def moved(self) -> bool:
        """It was there before, in another place."""
        return None not in {self.place_before, self.place_after} and (
            self.place_before != self.place_after
        )


@dataclass(frozen=True, slots=True)
class TableChange:
    title: str
    address: str
    rows: tuple[RowChange, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    new_runs: tuple[RunRecord, ...]
    removed_runs: tuple[RunRecord, ...]
    changed_runs: tuple[ChangedRun, ...]
    new_groups: tuple[str, ...]
    """Titles, with the address of each."""
    removed_groups: tuple[str, ...]
    tables: tuple[TableChange, ...]
    """Of groups that are in both."""

    @property
    def is_empty(self) -> bool:
        """Nothing differs."""
        return not any(getattr(self, name) for name in self.__slots__)


def changes(old: PublishedSite, new: PublishedSite) -> Changes:
    """From one site to another, in the new one's order."""
    both = [address for address in new.tables if address in old.tables]
    tables = (
        TableChange(
            new.tables[address].title,
            address,
            tuple(_rows(old.tables[address], new.tables[address])),
        )
        for address in both
    )
    return Changes(
        tuple(run for path, run in new.runs.items() if path not in old.runs),
        tuple(run for path, run in old.runs.items() if path not in new.runs),
        tuple(_changed_runs(old, new)),
        tuple(_named(new, address) for address in new.tables if address not in old.tables),
        tuple(_named(old, address) for address in old.tables if address not in new.tables),
        tuple(table for table in tables if table.rows),
    )


def _named(site: PublishedSite, address: str) -> str:
    return f"{site.tables[address].title} ({address or '/'})"


def _changed_runs(old: PublishedSite, new: PublishedSite) -> Iterator[ChangedRun]:
    for path, run in new.runs.items():
        if path in old.runs:
            figures = _figures(old.runs[path].metrics, run.metrics)
            if figures:
                yield ChangedRun(path, figures)


def _rows(old: Table, new: Table) -> Iterator[RowChange]:
    before = {row.path: (place, row) for place, row in enumerate(old.rows, 1)}
    after = {row.path: (place, row) for place, row in enumerate(new.rows, 1)}
    for path in dict.fromkeys((*after, *before)):
        place_before, row_before = before.get(path, (None, None))
        place_after, row_after = after.get(path, (None, None))
        values = [
            {name: stat.mean for name, stat in row.values.items()} if row else {}
            for row in (row_before, row_after)
        ]
        change = RowChange(
            (row_after or row_before).experiment,  # type: ignore[union-attr]
            place_before,
            place_after,
            row_before.n if row_before else 0,
            row_after.n if row_after else 0,
            _figures(*values),
        )
        if change.figures or place_before != place_after or change.n_before != change.n_after:
            yield change


def _figures(
    old: Mapping[str, float | None], new: Mapping[str, float | None]
) -> tuple[FigureChange, ...]:
    names: Sequence[str] = list(dict.fromkeys((*new, *old)))
    each = (FigureChange(name, old.get(name), new.get(name)) for name in names)
    return tuple(one for one in each if not _same(one.before, one.after))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=SAME_DIGITS)
