"""The columns of the table of all runs: names, types, units, meanings, and how each is filled. Knows no file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from .carbon import is_live
from .catalog import figure_kinds
from .model import ABSENT, Figure, RunResult
from .pages.carbon_text import carbon_source
from .pages.hardware import gpus, processor
from .spec.model import Variable

Kind = Literal["text", "category", "texts", "time", "flag", "count", "number", "provenance"]
"""`category`: text of which many runs have the same. `time`: seconds since 1970, UTC."""

PROVENANCE_MEANS = (
    "measured: by counters or sensors; estimated: from rated power; "
    "partial: from some of the components or some of the time; reported: read from the log or the run's own "
    "files; not measured: absent"
)
_PUE_MEANS = "Power usage effectiveness: facility_energy_kwh and emissions_kg hold it as a factor"
_INTENSITY = "mean_carbon_intensity_g_per_kwh"


@dataclass(frozen=True, slots=True)
class TableRun:
    """A run on its way into the table."""

    run: RunResult
    figures: Mapping[str, Figure]
    """Ours and those of the site's processors."""
    address: str | None = None
    """Of its page, relative to the leaderboard's front page. None: it has none."""
    leaves: tuple[str, ...] | None = None
    """Titles of those that list it, each behind its groups. None: there is no site that would say."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    name: str
    kind: Kind
    description: str
    values: Callable[[Sequence[TableRun]], list[Any]]
    """From rows to what stands in them; None: absent."""
    label: str = ""
    unit: str = ""
    figure: str = ""
    """The figure that it holds or tells of, by its own name; "" for what is none."""


def columns(extras: Mapping[str, Variable]) -> tuple[Column, ...]:
    """All columns: what a run is, its figures with their provenance, then what it ran on.

    Args:
        extras: What the site's processors give, by name. One whose name is a column's already, or differs from it only
            by capitals, which SQL does not tell apart, has "extra_" put before it.
    """
    described = {kind.name: Variable(kind.label, kind.unit) for kind in figure_kinds()}
    found = [*_HEAD, *_figure_columns(described, ours=True), *_TAIL]
    taken = {column.name.lower() for column in found}
    for name, variable in extras.items():
        free = name
        while {free.lower(), f"{free}_provenance".lower()} & taken:
            free = f"extra_{free}"
        added = list(_figure_columns({name: variable}, ours=False, column=free))
        taken.update(column.name.lower() for column in added)
        found += added
    return tuple(found)


def _figure_columns(
    figures: Mapping[str, Variable], *, ours: bool, column: str = ""
) -> Iterator[Column]:
    """Two for each figure: the number, and how it came about."""
    for name, shown in figures.items():
        what = (
            shown.label if ours else f"{shown.label}, from the run's own files by the site's code"
        )
        yield Column(
            column or name, "number", what, _value_of(name), shown.label, shown.unit, figure=name
        )
        yield Column(
            f"{column or name}_provenance",
            "provenance",
            "How the figure came about",
            _provenance_of(name),
            figure=name,
        )


def _value_of(name: str) -> Callable[[Sequence[TableRun]], list[Any]]:
    return lambda rows: [row.figures.get(name, ABSENT).value for row in rows]


def _provenance_of(name: str) -> Callable[[Sequence[TableRun]], list[Any]]:
    return lambda rows: [row.figures.get(name, ABSENT).provenance for row in rows]


def _each(value: Callable[[TableRun], object]) -> Callable[[Sequence[TableRun]], list[Any]]:
    return lambda rows: list(map(value, rows))


def _region(row: TableRun, part: Literal["id", "name"]) -> str | None:
    region = row.run.info.region
    return getattr(region, part) or None if region else None


def _basis(row: TableRun) -> str | None:
    """Of the intensity that the emissions are computed with; None where it is not known."""
    run = row.run
    if run.figures[_INTENSITY].value is None:
        return None
    grid = run.info.carbon_intensity
    of_log = run.recomputed is None and is_live(run)
    basis = (run.info.live_intensity if of_log else grid) or None
    return None if basis is None or basis.basis == "unknown" else basis.basis


def _year(row: TableRun) -> int | None:
    """Of the average that the emissions are computed with; None for live values."""
    run = row.run
    grid = run.info.carbon_intensity
    if run.figures[_INTENSITY].value is None or grid is None:
        return None
    return None if run.recomputed is None and is_live(run) else grid.year


def _gpu_names(row: TableRun) -> str | None:
    return ", ".join(gpus(row.run)) or None


_HEAD: Sequence[Column] = (
    Column(
        "run",
        "text",
        "Path of the run, starting with the name of the log folder",
        _each(attrgetter("run.location.path")),
    ),
    Column(
        "address",
        "text",
        "Address of the run's page, relative to the folder of this file",
        _each(attrgetter("address")),
    ),
    Column(
        "leaves",
        "texts",
        "Titles of the leaves that list the run, each behind the groups that it lies in, joined by ' › '",
        _each(attrgetter("leaves")),
    ),
    Column("experiment_start", "time", "When the run began", _each(attrgetter("run.start_s"))),
    Column(
        "experiment_end",
        "time",
        "When the run ended; absent where its log has no end",
        _each(lambda row: row.run.end_s if row.run.ended else None),
    ),
    Column("ended", "flag", "Whether the log has an end", _each(attrgetter("run.ended"))),
    Column("n_samples", "count", "Samples in the log", _each(attrgetter("run.n_samples"))),
    Column("pue", "number", _PUE_MEANS, _each(attrgetter("run.pue"))),
    Column("pue_source", "category", "Where the PUE is from", _each(attrgetter("run.pue_source"))),
)

_TAIL: Sequence[Column] = (
    Column("region_id", "category", "Grid zone of the run", _each(lambda row: _region(row, "id"))),
    Column("region_name", "category", "The zone in words", _each(lambda row: _region(row, "name"))),
    Column(
        "cpu", "category", "Name of the processor", _each(lambda row: processor(row.run) or None)
    ),
    Column("gpu", "category", "Names of the GPUs, each once, joined by commas", _each(_gpu_names)),
    Column(
        "n_gpus", "count", "How many GPUs there were", _each(lambda row: len(row.run.info.gpu_info))
    ),
    Column(
        "carbon_intensity_basis",
        "category",
        "lifecycle, direct or marginal: never add or compare emissions of different bases; absent: not known",
        _each(_basis),
    ),
    Column(
        "carbon_intensity_source",
        "category",
        "Where the carbon intensity is from, in words, as in runs.json",
        _each(lambda row: carbon_source(row.run)),
    ),
    Column("carbon_intensity_year", "count", "Of a yearly average: which year", _each(_year)),
    Column(
        "collector_version",
        "category",
        "Version of the program that recorded the run",
        _each(lambda row: row.run.info.collector_version or None),
    ),
    Column("log_bytes", "count", "Size of the log", _each(attrgetter("run.log_bytes")), unit="B"),
)
