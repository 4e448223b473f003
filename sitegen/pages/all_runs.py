"""The page that lists all runs, with what a reader narrows the list by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from ..addresses import RUNS
from ..alike import Alike, alike, tally
from ..catalog import kinds_by_name
from ..columns import RunFigures, Values
from ..model import Leaderboard, Provenance, RunResult
from ..scales import Scale, best
from ..shards import ROWS_FILE, WHOLE_UP_TO
from ..text import day, number
from ..titles import TitleRule, title_rule
from .hardware import processor
from .kept import Keep
from .links import Links, run_url
from .package_files import PACKAGES_FILE, package_files
from .row_shards import RowTable, Shared, figure_cells, row_files
from .run_page import Shown
from .table_legend import MEANINGS, SIGNS
from .tables import FIRST_ROWS, NOT_MEASURED, run_notes
from .views import CellView, ColumnView, LegendItem, Length, Link, length_of

FIGURES = ("facility_energy_kwh", "emissions_kg", "duration_hours")
"""Of the table's columns, those with numbers."""
_MEASURED_BY = "facility_energy_kwh"
"""The figure whose provenance stands for a run's."""
_HERE = f"{RUNS}/"
_T = TypeVar("_T")
_BELOW = " › "


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Link
    path: str
    """In full; the link's title leaves out what all runs share."""
    groups: tuple[Link, ...]
    """The leaves that list it, each with the groups that it lies in."""
    processor: str
    gpus: tuple[str, ...]
    """Such as "2 × TITAN V", one a kind."""
    region: str
    provenance: Provenance
    start_s: float | None
    date: str
    """"" where the file of another tool does not tell."""
    cells: tuple[CellView, ...]
    """One for each of `FIGURES`."""
    note: str


@dataclass(frozen=True, slots=True)
class AllRunsView:
    title: str
    n_runs: int
    columns: tuple[ColumnView, ...]
    rows: tuple[RunRow, ...]
    """All, or of very many the first."""
    legend: tuple[LegendItem, ...]
    packages_file: str
    rows_file: str
    """As in `TableView`."""
    length: Length


@dataclass(frozen=True)
class AllRuns:
    """All runs of a leaderboard as their page shows them, in the order of their paths."""

    leaderboard: Leaderboard
    of_runs: RunFigures
    """Of all runs."""
    kinds: Sequence[Alike]
    """All runs, as `alike` gives them."""
    shown_in: Mapping[str, Sequence[Shown]]
    """Run path to the leaves that list the run."""
    links: Links
    keep: Keep
    """Gives shards that were made before."""

    @property
    def is_in_shards(self) -> bool:
        return len(self.leaderboard.runs) > WHOLE_UP_TO

    def view(self) -> AllRunsView:
        """What the page itself holds."""
        runs = self.leaderboard.runs
        figures = self._figures
        scales = {name: _scale(name, figures[name]) for name in FIGURES}
        listed = runs[:FIRST_ROWS] if self.is_in_shards else runs
        columns = tuple(
            ColumnView(name, kinds_by_name()[name].label, scales[name].unit, "", has_sum=False)
            for name in FIGURES
        )
        return AllRunsView(
            "All runs",
            len(runs),
            columns,
            tuple(self._row(run, self._titles.of(run.location.path), scales) for run in listed),
            tuple(_legend(figures.values())),
            PACKAGES_FILE,
            ROWS_FILE if self.is_in_shards else "",
            length_of(len(runs)),
        )

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of what lies beside the page."""
        runs = self.leaderboard.runs
        yield from package_files(runs, self.keep)
        if not self.is_in_shards:
            return
        figures = self._figures
        cells = list(zip(*(figure_cells(figures[name]) for name in FIGURES), strict=True))

        def of_row(place: int, words: Shared, links: Shared) -> list[Any]:
            run = runs[place]
            processor, region = run.info.cpu_info.get("Processor", ""), region_in_words(run)
            return [
                links.all_places(self._places(run, lambda address: address)),
                run.start_s,
                *cells[place],
                words.place(_provenance(run)),
                words.place(processor) if processor else None,
                words.all_places(gpus_in_words(run)),
                words.place(region) if region else None,
            ]

        table = RowTable(
            runs,
            self._titles,
            list(_kinds(figures)),
            of_row,
            facets=self._facets(),
            names_paths=True,
        )
        yield from row_files(table, self.leaderboard.run_addresses, self.keep)

    @cached_property
    def _figures(self) -> Mapping[str, Values]:
        return {name: self.of_runs.of(name) for name in FIGURES}

    @cached_property
    def _titles(self) -> TitleRule:
        return title_rule([run.location.path for run in self.leaderboard.runs])

    def _row(self, run: RunResult, title: str, scales: Mapping[str, Scale]) -> RunRow:
        path = run.location.path
        groups = self._places(run, lambda address: self.links.page(_HERE, address))
        return RunRow(
            Link(title, run_url(self.links, _HERE, self.leaderboard.run_addresses, path)),
            path,
            tuple(Link(*place) for place in groups),
            run.info.cpu_info.get("Processor", ""),
            tuple(gpus_in_words(run)),
            region_in_words(run),
            _provenance(run),
            run.start_s,
            "" if run.start_s is None else day(run.start_s),
            tuple(_cell(run, name, scales[name]) for name in FIGURES),
            "; ".join(run_notes(run)),
        )

    def _places(self, run: RunResult, url: Callable[[str], str]) -> Iterator[tuple[str, str]]:
        """The leaves that list a run: title below the groups that it lies in, and where its page is."""
        for shown in self.shown_in.get(run.location.path, ()):
            titles = [group.node.title for group in (*shown.ancestors, shown.leaf)]
            # A root that holds everything goes without saying.
            has_one_root = len(self.leaderboard.roots) == 1 and len(titles) > 1
            said = titles[1:] if has_one_root else titles
            yield _BELOW.join(said), url(shown.leaf.address)

    def _leaves(self, run: RunResult) -> tuple[int, ...]:
        """The same for runs that the same leaves list: these have it as one object each."""
        return tuple(map(id, self.shown_in.get(run.location.path, ())))

    def _groups(self, run: RunResult) -> Iterator[str]:
        """The leaves that list a run, and the groups above them."""
        for leaf, _ in self._places(run, str):
            titles = leaf.split(_BELOW)
            yield from (_BELOW.join(titles[: i + 1]) for i in range(len(titles)))

    def _facets(self) -> dict[str, list[tuple[str, int]]]:
        """What the list can be narrowed by, with how many runs each value has. `js/facets.js` counts the same way."""
        runs = self.leaderboard.runs
        found: dict[str, Mapping[str, int]] = {
            "group": tally(alike(runs, self._leaves), self._groups),
            "hardware": tally(self.kinds, _hardware),
            "region": tally(self.kinds, lambda run: [region_in_words(run)]),
            "provenance": self._figures[_MEASURED_BY].counts(),
            "date": tally(_months(runs), lambda month: (month[:4], month)),
        }
        return {
            name: sorted((value, n) for value, n in counts.items() if value and n)
            for name, counts in found.items()
        }


def _hardware(run: RunResult) -> Iterator[str]:
    return map(_without_number, (*gpus_in_words(run), processor(run)))


def _months(runs: Sequence[RunResult]) -> Iterator[tuple[str, int]]:
    """Each month in which runs began, such as "2026-11", with how many did."""
    starts_s = np.array([run.start_s for run in runs if run.start_s is not None], float)
    moments = np.round(starts_s * 1e6).astype("datetime64[us]")
    months, counts = np.unique(moments.astype("datetime64[M]"), return_counts=True)
    yield from zip(months.astype(str).tolist(), counts.tolist(), strict=True)


def _kinds(figures: Mapping[str, Values]) -> Iterator[dict[str, Any]]:
    """How the scripts show each column but the first."""
    yield {"kind": "links", "absent": "on no page"}
    yield {"kind": "date", "absent": ""}
    for name in FIGURES:
        factor = _scale(name, figures[name]).factor
        how = {"factor": factor, "digits": None, "best": None}
        yield {"kind": "number", "absent": NOT_MEASURED, **how}
    yield {"kind": "mark", "absent": ""}
    for absent in ("not known", "none logged", "not known"):
        yield {"kind": "words", "absent": absent}


def _scale(name: str, values: Values) -> Scale:
    return best(kinds_by_name()[name].unit, values.present.tolist())


def _provenance(run: RunResult) -> Provenance:
    return run.figures[_MEASURED_BY].provenance


def _without_number(gpus: str) -> str:
    """ "TITAN V" of "2 × TITAN V"."""
    return re.sub(r"^\d+ × ", "", gpus)


def gpus_in_words(run: RunResult) -> Iterator[str]:
    """A run's GPUs, each kind with how many there were: "2 × TITAN V"."""
    names = Counter(gpu.get("Name", "") or "unnamed GPU" for gpu in run.info.gpu_info)
    for name, n in names.items():
        yield name if n == 1 else f"{n} × {name}"


def region_in_words(run: RunResult) -> str:
    """A run's region as lists show it; "" where none is known."""
    region = run.info.region
    return (region.name or region.id) if region else ""


def _cell(run: RunResult, name: str, scale: Scale) -> CellView:
    figure = run.figures[name]
    if figure.value is None:
        return CellView(None, "", "", "", "not measured", "")
    value = figure.value * scale.factor
    return CellView(value, number(value), "", "", figure.provenance, "")


def _legend(figures: Iterable[Values]) -> Iterator[LegendItem]:
    listed = list(figures)
    found = {
        kind for values in listed for kind in values.take(~np.isnan(values.value)).provenances()
    }
    for provenance, sign in SIGNS.items():
        if provenance in found:
            yield LegendItem(sign, MEANINGS[provenance])
    if any(np.isnan(values.value).any() for values in listed):
        yield LegendItem("—", "not measured")
    yield LegendItem("", "Dates are in UTC")
