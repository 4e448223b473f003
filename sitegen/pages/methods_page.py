"""The page that says how the figures of this leaderboard came about, made from its spec and its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..addresses import METHODS
from ..alike import Alike, alike, tally
from ..carbon import basis_of, is_live
from ..catalog import figure_kinds
from ..columns import RunFigures
from ..metrics.energy import WELL_COVERED
from ..metrics.others import other_metrics
from ..model import ABSENT, Group, Leaderboard, Provenance, RunResult, first_start_s, last_end_s
from ..text import count, moment, number
from .carbon_text import attribution
from .hardware import gpus, processor
from .links import Links, run_url
from .methods_text import FORMULAS, OTHER_TOOLS, PROVENANCES, STATISTICS, SYMBOLS
from .power_words import UNNAMED_SOURCE, power_of
from .subject import program
from .tables import SPREADS

Value = TypeVar("Value")

HERE = f"{METHODS}/"
_POOREST = 10
_MOST_ROWS = 50
_UNTOLD = "not told by the log"
_PROVENANCES: tuple[Provenance, ...] = (
    "measured",
    "estimated",
    "partial",
    "reported",
    "not measured",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of a table."""

    text: str
    url: str = ""
    is_number: bool = False
    is_code: bool = False
    depth: int = 0
    """How far it is set in, for trees."""


@dataclass(frozen=True, slots=True)
class MethodsTable:
    caption: str
    head: tuple[Entry, ...]
    rows: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    text: tuple[str, ...] = ()
    warning: str = ""
    tables: tuple[MethodsTable, ...] = ()
    after: tuple[str, ...] = ()
    """Below the tables."""


@dataclass(frozen=True, slots=True)
class MethodsView:
    title: str
    lead: str
    sections: tuple[Section, ...]


def methods_view(
    leaderboard: Leaderboard, figures: RunFigures, kinds: Sequence[Alike], links: Links
) -> MethodsView:
    """All that the page shows.

    Args:
        figures: Of all runs.
        kinds: All runs, as `alike` gives them.
    """
    runs = leaderboard.runs
    sections = (
        _formulas(runs),
        _provenance(figures),
        _own_figures(leaderboard),
        _power(kinds),
        _measured_share(leaderboard, figures, links),
        _pue(runs),
        _carbon(runs),
        _statistics(leaderboard),
        _groups(leaderboard, links),
        _hardware(kinds, runs),
        _versions(leaderboard),
    )
    return MethodsView("Methods", _lead(runs), tuple(s for s in sections if s is not None))


def _lead(runs: Sequence[RunResult]) -> str:
    if not runs:
        return "There is no run."
    first, last = first_start_s(runs), last_end_s(runs)
    when = (
        ""
        if first is None or last is None
        else f", from the first that began on {moment(first)} to the last that ended on {moment(last)}"
    )
    return (
        f"How the figures of {count(len(runs), 'run')} came about{when}. This page is made from the logs and the "
        "spec of the site, and holds for all of its pages."
    )


def _formulas(runs: Sequence[RunResult]) -> Section:
    head = _head("Figure", "Formula", "Unit", "Name", "In experiment-impact-tracker")
    formulas = FORMULAS | {metric.kind.name: metric.formula for metric in other_metrics()}
    rows = tuple(
        _row(
            kind.label,
            formulas[kind.name],
            kind.unit,
            Entry(kind.name, is_code=True),
            Entry(kind.seed_name, is_code=True),
        )
        for kind in figure_kinds()
    )
    table = MethodsTable("Formulas", head, rows)
    tools = sorted({run.info.format for run in runs if run.location.reported is not None})
    others = (OTHER_TOOLS.format(tools=", ".join(tools)),) if tools else ()
    return Section("formulas", "Formulas", tables=(table,), after=(*SYMBOLS, *others))


def _provenance(figures: RunFigures) -> Section:
    """In how many runs each figure is measured, and in how many it is not."""
    names = ["absent" if name == "not measured" else name for name in _PROVENANCES]
    head = (Entry("Figure"), *(Entry(name.capitalize(), is_number=True) for name in names))
    rows = []
    for kind in figure_kinds():
        found = figures.of(kind.name).counts()
        rows.append((Entry(kind.label), *(_number(found[name]) for name in _PROVENANCES)))
    table = MethodsTable("Runs that have each figure, by how it came about", head, tuple(rows))
    return Section("provenance", "Measured or estimated", PROVENANCES, tables=(table,))


def _own_figures(leaderboard: Leaderboard) -> Section | None:
    """Figures that come from the site's own code rather than from the logs."""
    found: Counter[tuple[str, str]] = Counter()
    for run in leaderboard.runs:
        for code, extras in run.extras.items():
            found.update((code, name) for name, f in extras.items() if f.value is not None)
    if not found:
        return None
    labels = {
        name: variable.label
        for group in leaderboard.walk()
        for name, variable in group.node.variables.items()
    }
    rows = tuple(
        _row(
            labels.get(name) or name,
            Entry(name, is_code=True),
            Entry(code, is_code=True),
            _number(n),
        )
        for (code, name), n in found.items()
    )
    text = (
        "These are reported by the runs: code of this site reads them from each run’s own result files. Where one is "
        "made with the energy or the emissions, as its name or unit tells, it is no better than these. "
        "Wattboard shows them as they come.",
    )
    head = _head("Figure", "Name", "Computed by", runs=True)
    table = MethodsTable("Figures of the site’s own code", head, rows)
    return Section("own-figures", "Figures of the site’s own", text, tables=(table,))


def _power(kinds: Sequence[Alike]) -> Section:
    found = tally(
        kinds, lambda run: power_of(run) or [UNNAMED_SOURCE.get(run.info.format, _UNTOLD)]
    )
    rows = _tally_rows(found, lambda source: (Entry(source),))
    text = ("What read the power or the energy. A run may have several: one for each component.",)
    table = MethodsTable("Power sources", _head("Source", runs=True), rows)
    return Section("power", "Power sources", text, tables=(table,))


def _measured_share(leaderboard: Leaderboard, figures: RunFigures, links: Links) -> Section:
    of_runs = figures.of("measured_share").value
    shares = of_runs[~np.isnan(of_runs)]
    if not len(shares):
        return Section("measured-share", "Share of the time measured", ("No run tells it.",))
    well = int((shares >= WELL_COVERED).sum())
    # Runs are in the order of their paths, so equal shares are, too.
    order = np.argsort(of_runs, kind="stable")[:_POOREST].tolist()
    poorest = [(of_runs[i], leaderboard.runs[i]) for i in order if of_runs[i] < 1]
    least = f"The least share is {_percent(poorest[0][0])}." if poorest else "None has a gap."
    text = (
        f"{well} of {count(len(shares), 'run')} have samples for {WELL_COVERED:.0%} of their time or more. "
        f"Below that a figure is marked as partial. {least}",
    )
    if not poorest:
        return Section("measured-share", "Share of the time measured", text)
    addresses = leaderboard.run_addresses
    rows = tuple(
        (
            Entry(run.location.path, run_url(links, HERE, addresses, run.location.path)),
            Entry(_percent(share), is_number=True),
        )
        for share, run in poorest
    )
    head = (Entry("Run"), Entry("Share measured", is_number=True))
    table = MethodsTable("The runs that are measured for the least of their time", head, rows)
    return Section("measured-share", "Share of the time measured", text, tables=(table,))


def _percent(share: float) -> str:
    """Rounded down, so that 100 % means all of it."""
    return f"{int(share * 1000 + 1e-9) / 10:g}%"


def _pue(runs: Sequence[RunResult]) -> Section:
    found = Counter((run.pue, run.pue_source) for run in runs)
    rows = tuple(
        (Entry(f"{pue:g}", is_number=True), Entry(source), _number(n))
        for (pue, source), n in sorted(found.items())
    )
    mixed = len({run.pue for run in runs}) > 1
    head = (Entry("PUE", is_number=True), Entry("Where it is from"), Entry("Runs", is_number=True))
    return Section(
        "pue",
        "PUE",
        ("Energies with PUE are those of the computers times this factor.",),
        "The runs have different PUEs: compare their energies without PUE." if mixed else "",
        (MethodsTable("PUE", head, rows),),
    )


def _carbon(runs: Sequence[RunResult]) -> Section:
    # Most runs are on few grids, as one object each: these are put into words once.
    found = tally(alike(runs, _grid_key), lambda run: [_grid(run)])
    rows = _tally_rows(found, lambda grid: grid)
    bases = sorted({basis for run in runs if (basis := basis_of(run)) is not None})
    text = [
        "Emissions are the energy with PUE times the grid’s intensity: as it was logged during the run, else the "
        "yearly average that the log states, else that of the log’s region in Wattboard’s tables."
    ]
    if any(run.recomputed is not None for run in runs):
        text.append("This site computes all of them on one reference grid instead.")
    warning = (
        f"The intensities have different bases ({', '.join(bases)}), so the emissions cannot be compared: "
        "lifecycle counts building and fuel of power plants, direct counts what they burn, marginal what one more kWh "
        "sets off."
        if len(bases) > 1
        else ""
    )
    head = (
        Entry("Grid"),
        Entry("g CO₂eq/kWh", is_number=True),
        *map(Entry, ("Year", "Basis", "Source", "Licence")),
        Entry("Runs", is_number=True),
    )
    table = MethodsTable("Carbon intensity", head, rows)
    return Section("carbon", "Carbon intensity", tuple(text), warning, (table,))


def _grid_key(run: RunResult) -> tuple[object, ...]:
    """What `_grid` looks at."""
    mean = run.figures.get("mean_carbon_intensity_g_per_kwh", ABSENT).value
    info = run.info
    looked_at = (info.carbon_intensity, info.region, info.live_intensity, run.recomputed)
    return (*map(id, looked_at), mean is None, is_live(run))


def _grid(run: RunResult) -> tuple[Entry, ...]:
    """The grid behind a run's emissions: place, intensity, year, basis, source, licence."""
    grid, region = run.info.carbon_intensity, run.info.region
    mean = run.figures.get("mean_carbon_intensity_g_per_kwh", ABSENT).value
    place = (region.name or region.id) if region else _UNTOLD
    if run.recomputed is not None and grid is not None:
        place = f"Reference grid{': ' if run.recomputed.place else ''}{run.recomputed.place}"
    elif mean is None:
        return (Entry(place), *[Entry("")] * 3, Entry("none: no emissions"), Entry(""))
    elif grid is None or is_live(run):
        live = run.info.live_intensity
        basis, source = (live.basis, live.source) if live else ("unknown", "the run’s own log")
        credit = live.attribution if live else ""
        live_cell = Entry("live", is_number=True)
        return (Entry(place), live_cell, *map(Entry, ("", basis, source, credit)))
    return (
        Entry(place),
        Entry(number(grid.g_per_kwh), is_number=True),
        Entry(str(grid.year or "")),
        Entry(grid.basis),
        Entry(grid.source or _UNTOLD),
        Entry(attribution(grid.source)),
    )


def _statistics(leaderboard: Leaderboard) -> Section:
    intervals: dict[str, list[Group]] = {}
    for group in leaderboard.walk():
        intervals.setdefault(group.node.interval, []).append(group)
    said = [
        f"Behind ± stands the {SPREADS[interval]}"
        + (
            "."
            if len(intervals) == 1
            else f" on {count(len(groups), 'page')} (see the groups below)."
        )
        for interval, groups in intervals.items()
    ]
    return Section("statistics", "Statistics", (*said, *STATISTICS))


def _groups(leaderboard: Leaderboard, links: Links) -> Section:
    rows = tuple(row for root in leaderboard.roots for row in _group_rows(root, 0, links))
    head = (
        *map(Entry, ("Group", "Filter", "Files needed", "Least share measured", "±")),
        Entry("Runs", is_number=True),
    )
    text = (
        "A group holds the runs of the group above it whose path matches its filter, a regular expression, and "
        "that have the files and the share of measured time that it asks for.",
    )
    table = MethodsTable("Groups and filters", head, rows)
    return Section("groups", "Groups and filters", text, tables=(table,))


def _group_rows(group: Group, depth: int, links: Links) -> Iterator[tuple[Entry, ...]]:
    node = group.node
    share = node.min_measured_share
    yield (
        Entry(node.title, links.page(HERE, group.address), depth=depth),
        Entry(node.filter.pattern if node.filter else "", is_code=node.filter is not None),
        Entry(", ".join(node.requires), is_code=bool(node.requires)),
        Entry("" if share is None else _percent(share)),
        Entry("95 % interval" if node.interval == "ci95" else "standard error"),
        _number(len(group.runs)),
    )
    for child in group.children:
        yield from _group_rows(child, depth + 1, links)


def _hardware(kinds: Sequence[Alike], runs: Sequence[RunResult]) -> Section:
    one_by_one = [(run, 1) for run in runs]
    tables = (
        _tally("Processors", "Processor", kinds, lambda run: [processor(run) or _UNTOLD]),
        _tally("GPUs", "GPU", kinds, lambda run: gpus(run) or ["none"]),
        _tally("Operating systems", "System", one_by_one, _systems),
    )
    return Section("hardware", "Hardware", tables=tuple(table for table in tables if table.rows))


def _systems(run: RunResult) -> list[str]:
    told = (part.info.surroundings.operating_system for part in run.parts)
    return list(dict.fromkeys(filter(None, told)))


def _versions(leaderboard: Leaderboard) -> Section:
    def log_of(run: RunResult) -> list[str]:
        if run.location.reported is not None:
            return [run.location.reported.run.tool]
        if run.info.origin is not None:
            origin = run.info.origin
            return [
                f"{run.info.format}, converted from {f'{origin.tool} {origin.version}'.strip()}"
            ]
        collector = run.info.collector_version
        return [run.info.format + (f", collector {collector}" if collector else "")]

    severities = Counter(problem.severity for problem in leaderboard.problems)
    n_runs = sum(bool(run.problems) for run in leaderboard.runs)
    said = [
        f"The pages are made by {program()}.",
        f"Building them, it reported {count(severities['error'], 'error')} and "
        f"{count(severities['warning'], 'warning')}; "
        f"{count(n_runs, 'run has', 'runs have')} remarks on {'its page' if n_runs == 1 else 'their pages'}.",
    ]
    runs = [(run, 1) for run in leaderboard.runs]
    table = _tally("Logs", "Format and collector", runs, log_of)
    return Section("versions", "Versions", tuple(said), tables=(table,))


def _tally(
    caption: str, label: str, kinds: Iterable[Alike], of: Callable[[RunResult], Iterable[str]]
) -> MethodsTable:
    """How many runs have each value, the most frequent first."""
    found = tally(kinds, of)
    rows = _tally_rows(found, lambda value: (Entry(value),))
    return MethodsTable(caption, _head(label, runs=True), rows)


def _tally_rows(
    found: Counter[Value], entries: Callable[[Value], tuple[Entry, ...]]
) -> tuple[tuple[Entry, ...], ...]:
    ranked = found.most_common()
    rows = [(*entries(value), _number(n)) for value, n in ranked[:_MOST_ROWS]]
    others = ranked[_MOST_ROWS:]
    if others:
        blank = [Entry("")] * (len(rows[0]) - 2)
        label = Entry(f"{len(others)} others")
        rows.append((label, *blank, _number(sum(n for _, n in others))))
    return tuple(rows)


def _head(*labels: str, runs: bool = False) -> tuple[Entry, ...]:
    last = (Entry("Runs", is_number=True),) if runs else ()
    return (*map(Entry, labels), *last)


def _row(*cells: str | Entry) -> tuple[Entry, ...]:
    return tuple(Entry(cell) if isinstance(cell, str) else cell for cell in cells)


def _number(n: int) -> Entry:
    return Entry(str(n), is_number=True)
