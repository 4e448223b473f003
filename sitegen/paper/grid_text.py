"""Where runs drew their power and how dirty it was, in sentences and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from ..grid.tables import sources
from ..latex.table import TableColumn
from ..model import GridIntensity
from ..text import count, number
from .impact import GridUse, Impact
from .prose import ProseTable, Sentence, TableRef, cite, listing, quantity, with_article
from .sources import of_intensity

BASIS_WORDS = {
    "lifecycle": "lifecycle emissions",
    "direct": "direct emissions of the power plants",
    "marginal": "emissions of the plants that meet additional demand",
    "unknown": "on a basis that the logs do not state",
}
INTENSITY_UNIT = "g CO₂eq/kWh"
TABLE_LABEL = "tab:wattboard-grids"
_TABLE_FROM = 2
_MOST_GRIDS = 12


def place(grid: GridUse) -> str:
    """A grid's name for a sentence."""
    return (
        with_article(grid.name or grid.zone)
        if grid.name or grid.zone
        else "a place that the logs do not name"
    )


def grid_sentences(impact: Impact) -> Iterator[Sentence]:
    """The grids' intensities: in a sentence for one, in words and a table for several."""
    if impact.reference_place is not None:
        yield from _reference(impact.reference_place, impact.grids)
    elif len(impact.grids) == 1:
        yield _one_grid(impact.grids[0])
    elif impact.grids:
        yield _several(impact)
    if impact.n_without_zone and impact.grids:
        what = (
            "The log does"
            if impact.n_runs == 1
            else f"The logs of {count(impact.n_without_zone, 'run')} do"
        )
        yield (f"{what} not say where the computations took place.",)
    elif impact.n_without_zone:
        yield ("The logs do not say where the computations took place.",)


def _reference(reference: str, grids: Sequence[GridUse]) -> Iterator[Sentence]:
    """One intensity for all runs, and where they took place all the same."""
    grid = grids[0]
    what = (
        f"a reference grid, that of {with_article(reference)}" if reference else "a reference grid"
    )
    yield (
        f"For comparison, all emissions are computed with the carbon intensity of {what}: "
        f"{quantity(grid.g_per_kwh or 0.0, INTENSITY_UNIT)} ({details(grid)}",
        *cite(of_intensity(grid.source)),
        "), not with those of the grids that the power came from.",
    )
    places = dict.fromkeys(place(grid) for grid in grids if grid.name or grid.zone)
    if places:
        yield (f"The computations took place in {listing(places)}.",)


def _one_grid(grid: GridUse) -> Sentence:
    if grid.g_per_kwh is None:
        return (f"The computations took place in {place(grid)}.",)
    where = f" in {place(grid)}" if grid.name or grid.zone else ""
    value = quantity(grid.g_per_kwh, INTENSITY_UNIT)
    if grid.is_live:
        return (
            f"The grid\u2019s carbon intensity{where} was logged during the computations: {value} on average "
            f"({', '.join(filter(None, (BASIS_WORDS[grid.basis], _uncited(grid.source))))}",
            *cite(of_intensity(grid.source)),
            ").",
        )
    return (
        f"The carbon intensity of the grid{where} is taken as {value} ({details(grid)}",
        *cite(of_intensity(grid.source)),
        ").",
    )


def details(grid: GridUse | GridIntensity) -> str:
    """An average's year, basis and source; of the latter not what a citation says anyway."""
    words = _uncited(grid.source)
    if not grid.year and grid.basis == "unknown" and words:
        return words
    year = f"average of {grid.year}" if grid.year else "the year is not stated"
    return ", ".join(filter(None, (year, BASIS_WORDS[grid.basis], words)))


def _uncited(source: str) -> str:
    for known in sources().values():
        if source.startswith(known.name):
            return source.removeprefix(known.name).strip(" ,;")
    return source


def _several(impact: Impact) -> Sentence:
    cited = dict.fromkeys(of_intensity(grid.source) for grid in impact.grids)
    intensities = sorted(grid.g_per_kwh for grid in impact.grids if grid.g_per_kwh is not None)
    span = (
        f" were between {quantity(intensities[0], INTENSITY_UNIT)} and {quantity(intensities[-1], INTENSITY_UNIT)}"
        if len(intensities) > 1
        else " are known in part"
        if intensities
        else " are not known"
    )
    return (
        f"The carbon intensities of the grids{span}",
        *cite(*cited),
        "; place, year, basis and source of each are in ",
        TableRef(TABLE_LABEL),
        ".",
    )


def basis_sentences(impact: Impact) -> Iterator[Sentence]:
    """A warning where a sum mixes what cannot be compared."""
    if len(impact.bases) > 1:
        yield (
            f"The intensities differ in their basis ({listing(impact.bases)}), so that the emissions of some of the "
            "runs are not comparable with those of others, and the sum mixes them.",
        )


def grid_table(impact: Impact) -> ProseTable | None:
    """The grids, where there are several; of many the most used, and how many more there are."""
    if len(impact.grids) < _TABLE_FROM or impact.reference_place is not None:
        return None
    columns = (
        TableColumn("Grid", width_em=9),
        TableColumn("g/kWh", numeric=True),
        TableColumn("Year", numeric=True),
        TableColumn("Basis"),
        TableColumn("Source", width_em=11.5),
        TableColumn("Runs", numeric=True),
        TableColumn("kWh", numeric=True),
    )
    rows = [_row(grid) for grid in impact.grids[:_MOST_GRIDS]]
    if len(impact.grids) > _MOST_GRIDS:
        rows.append(_further(impact.grids[_MOST_GRIDS:]))
    return ProseTable(
        "The grids that the runs drew from: carbon intensity in g CO₂eq/kWh, and the energy drawn, with PUE.",
        TABLE_LABEL,
        columns,
        tuple(rows),
    )


def _row(grid: GridUse) -> tuple[str, ...]:
    known = grid.g_per_kwh is not None
    return (
        grid.name or grid.zone or "not stated",
        "not known" if grid.g_per_kwh is None else number(grid.g_per_kwh),
        "live" if grid.is_live else str(grid.year or "–"),
        grid.basis if known else "–",
        grid.source or "–",
        str(grid.n_runs),
        "–" if grid.facility_energy_kwh is None else number(grid.facility_energy_kwh),
    )


def _further(grids: Sequence[GridUse]) -> tuple[str, ...]:
    """The last row, for grids that have none."""
    energies = [g.facility_energy_kwh for g in grids if g.facility_energy_kwh is not None]
    return (
        f"{len(grids)} further ones",
        *("–",) * 4,
        str(sum(grid.n_runs for grid in grids)),
        number(fsum(energies)) if energies else "–",
    )
