"""The page that lists all runs, with what a reader narrows the list by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..addresses import RUNS
from ..catalog import BY_NAME
from ..model import Leaderboard, Provenance, RunResult
from ..scales import Scale, best
from ..table import run_titles
from ..text import number
from .links import Links
from .run_page import Shown
from .table_legend import MEANINGS, SIGNS
from .tables import run_notes
from .views import CellView, ColumnView, LegendItem, Length, Link, length_of

PACKAGES_FILE = "packages.js"
FIGURES = ("facility_energy_kwh", "emissions_kg", "duration_hours")
"""Of the table's columns, those with numbers."""
_MEASURED_BY = "facility_energy_kwh"
"""The figure whose provenance stands for a run's."""
_HERE = f"{RUNS}/"
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
    start_s: float
    date: str
    cells: tuple[CellView, ...]
    """One for each of `FIGURES`."""
    note: str


@dataclass(frozen=True, slots=True)
class AllRunsView:
    title: str
    n_runs: int
    columns: tuple[ColumnView, ...]
    rows: tuple[RunRow, ...]
    legend: tuple[LegendItem, ...]
    packages_file: str
    length: Length


def all_runs_view(
    leaderboard: Leaderboard, shown_in: Mapping[str, Sequence[Shown]], links: Links
) -> AllRunsView:
    """All that the page of all runs shows, in the order of their paths.

    Args:
        shown_in: Run path to the leaves that list the run.
    """
    runs = leaderboard.runs
    scales = {
        name: best(BY_NAME[name].unit, (run.figures[name].value for run in runs))
        for name in FIGURES
    }
    titles = run_titles([run.location.path for run in runs])
    rows = tuple(
        _row(leaderboard, run, titles[run.location.path], shown_in, scales, links) for run in runs
    )
    columns = tuple(
        ColumnView(name, BY_NAME[name].label, scales[name].unit, "", has_sum=False)
        for name in FIGURES
    )
    return AllRunsView(
        "All runs",
        len(runs),
        columns,
        rows,
        tuple(_legend(rows)),
        PACKAGES_FILE,
        length_of(len(rows)),
    )


def packages_index(runs: Sequence[RunResult]) -> dict[str, dict[str, list[int]]]:
    """Package to version to the rows of the runs that had it, counted from 0 in the page's order."""
    index: dict[str, dict[str, list[int]]] = {}
    for row, run in enumerate(runs):
        for package in run.info.packages:
            index.setdefault(package.name, {}).setdefault(package.version, []).append(row)
    return dict(sorted(index.items(), key=lambda item: item[0].casefold()))


def _row(
    leaderboard: Leaderboard,
    run: RunResult,
    title: str,
    shown_in: Mapping[str, Sequence[Shown]],
    scales: Mapping[str, Scale],
    links: Links,
) -> RunRow:
    path = run.location.path
    has_one_root = len(leaderboard.roots) == 1
    return RunRow(
        Link(title, links.page(_HERE, leaderboard.run_addresses[path])),
        path,
        tuple(_place(shown, links, has_one_root=has_one_root) for shown in shown_in.get(path, ())),
        run.info.cpu_info.get("Processor", ""),
        tuple(gpus_in_words(run)),
        region_in_words(run),
        run.figures[_MEASURED_BY].provenance,
        run.start_s,
        datetime.fromtimestamp(run.start_s, UTC).strftime("%Y-%m-%d"),
        tuple(_cell(run, name, scales[name]) for name in FIGURES),
        "; ".join(run_notes(run)),
    )


def _place(shown: Shown, links: Links, *, has_one_root: bool) -> Link:
    """A leaf below the groups that it lies in; a root that holds everything goes without saying."""
    titles = [group.node.title for group in (*shown.ancestors, shown.leaf)]
    said = titles[1:] if has_one_root and len(titles) > 1 else titles
    return Link(_BELOW.join(said), links.page(_HERE, shown.leaf.address))


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


def _legend(rows: Sequence[RunRow]) -> Iterator[LegendItem]:
    cells = [cell for row in rows for cell in row.cells]
    found = {cell.provenance for cell in cells}
    for provenance, sign in SIGNS.items():
        if provenance in found:
            yield LegendItem(sign, MEANINGS[provenance])
    if any(not cell.text for cell in cells):
        yield LegendItem("—", "not measured")
    yield LegendItem("", "Dates are in UTC")
