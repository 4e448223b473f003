"""What the energy went into: a stacked bar a group or a run, of CPU, GPU and the facility's overhead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..charts import AxisText
from ..energy_split import Part, Split
from ..model import Provenance
from ..pages.views import ChartView, DataTable, KeyView
from ..scales import best
from ..svg.axes import axis
from ..svg.rows import Bar, BarRow, height, stacks
from ..text import count, number
from .parts import MOST_ROWS as MOST_LISTED
from .parts import axis_figure, listed, rounded

MOST_ROWS = 30
_MOST_PUES = 12
OVERHEAD = "Facility overhead"
REST = "Memory, or not told apart"
_COLOURS = {"CPU": 0, "GPU": 1, REST: 2, OVERHEAD: 6}
_CERTAIN: tuple[Provenance, ...] = ("measured", "reported")


@dataclass(frozen=True, slots=True)
class SplitRow:
    name: str
    url: str
    split: Split


@dataclass(frozen=True, slots=True)
class Further:
    """What is said of rows beyond those that the table below the chart lists."""

    facility_kwh: tuple[float, ...] = ()
    """A row each."""
    pues: frozenset[float] = frozenset()
    components: frozenset[str] = frozenset()
    """Those that one of the machines has."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a bar, as it is shown."""

    name: str
    value: float
    provenance: Provenance

    @property
    def is_certain(self) -> bool:
        """Never the overhead, which is a factor and no reading."""
        return self.name != OVERHEAD and self.provenance in _CERTAIN


def energy_chart(
    chart_id: str, rows: Sequence[SplitRow], *, of_runs: bool, further: Further = Further()
) -> ChartView:
    """What the energy of groups or of runs went into.

    Args:
        rows: In the order of the page, at least one.
        of_runs: A row is a run rather than the mean of a group.
        further: Of rows that come after, all of which `rows` need not hold.
    """
    shown = rows[:MOST_ROWS]
    scale = best("kWh", [*(row.split.facility_kwh for row in rows), *further.facility_kwh])
    x = AxisText("Energy, with PUE" if of_runs else "Mean energy of a run, with PUE", scale.unit)
    stretches = [_stretches(row.split, scale.factor) for row in shown]
    totals = np.array([0.0, *(row.split.facility_kwh * scale.factor for row in shown)])
    bars = [
        BarRow(_name(row), tuple(_bars(parts))) for row, parts in zip(shown, stretches, strict=True)
    ]
    return ChartView(
        id=chart_id,
        title="What the energy went into",
        svg=stacks(axis(x.title, [totals], from_zero=True), bars, f"{chart_id}-hatch"),
        figure={
            "kind": "energy",
            "title": "What the energy went into",
            "x": axis_figure(x),
            "rowLabel": "Run" if of_runs else "Experiment",
            "parts": [{"name": name, "colour": _COLOURS[name]} for name in _names(rows)],
            "rows": [_figure_row(row, parts) for row, parts in zip(shown, stretches, strict=True)],
        },
        description=_description(x, shown, stretches),
        kind="energy",
        legend=tuple(_legend(stretches)),
        notes=tuple(_notes(rows, further, shown, stretches, of_runs)),
        table=_table(x, rows, scale.factor, of_runs),
        height=height(len(shown)),
    )


def _stretches(split: Split, factor: float) -> tuple[_Stretch, ...]:
    """What a bar is made of: only what was measured, and the overhead where there is any."""
    measured = tuple(
        _Stretch(part.component, part.kwh * factor, part.provenance)
        for part in split.parts
        if part.kwh is not None
    )
    if split.rest_kwh > 0:
        measured += (_Stretch(REST, split.rest_kwh * factor, split.rest_provenance),)
    if split.overhead_kwh <= 0:
        return measured
    overhead = _Stretch(OVERHEAD, split.overhead_kwh * factor, split.overhead_provenance)
    return (*measured, overhead)


def _names(rows: Sequence[SplitRow]) -> list[str]:
    """Of all parts; the rest is named only where some row has it."""
    has_rest = any(row.split.rest_kwh > 0 for row in rows)
    return [name for name in _COLOURS if name != REST or has_rest]


def _bars(stretches: Sequence[_Stretch]) -> Iterator[Bar]:
    start = 0.0
    for stretch in stretches:
        end = start + stretch.value
        yield Bar(_COLOURS[stretch.name], start, end, not stretch.is_certain)
        start = end


def _name(row: SplitRow) -> str:
    missing = _missing(row.split)
    return f"{row.name} · {missing}" if missing else row.name


def _missing(split: Split) -> str:
    """ "GPU not measured", "GPU measured in 3 of 5 runs"; "" where nothing is missing."""
    return ", ".join(filter(None, map(_missing_part, split.parts)))


def _missing_part(part: Part) -> str:
    if part.n_measured == part.n_concerned:
        return ""
    if not part.n_measured:
        return f"{part.component} not measured"
    return f"{part.component} measured in {part.n_measured} of {part.n_concerned} runs"


def _figure_row(row: SplitRow, stretches: Sequence[_Stretch]) -> dict[str, object]:
    return {
        "name": row.name,
        "url": row.url,
        "note": _missing(row.split),
        "parts": {
            stretch.name: {
                "value": rounded(stretch.value),
                "provenance": _words(stretch),
                "hatched": not stretch.is_certain,
            }
            for stretch in stretches
        },
    }


def _words(stretch: _Stretch) -> str:
    if stretch.name != OVERHEAD:
        return stretch.provenance
    certain = stretch.provenance in _CERTAIN
    return "from the PUE" if certain else f"from the PUE, {stretch.provenance}"


def _legend(stretches: Sequence[Sequence[_Stretch]]) -> Iterator[KeyView]:
    present = {stretch.name for row in stretches for stretch in row}
    yield from (KeyView(n, "■", f"wb-c{c}") for n, c in _COLOURS.items() if n in present)
    if any(not stretch.is_certain for row in stretches for stretch in row):
        yield KeyView(
            "not measured in full: estimated, partial, or by the PUE", "▨", "wb-hatch-key"
        )


def _notes(
    rows: Sequence[SplitRow],
    further: Further,
    shown: Sequence[SplitRow],
    stretches: Sequence[Sequence[_Stretch]],
    of_runs: bool,
) -> Iterator[str]:
    without = [
        part.component
        for part in _overall(rows)
        if not part.n_concerned and part.component not in further.components
    ]
    if without:
        yield f"These machines have no {without[0]}."
    pues = sorted({pue for row in rows for pue in row.split.pues} | further.pues)
    if any(stretch.name == OVERHEAD for row in stretches for stretch in row):
        said = [f"{pue:g}" for pue in pues]
        if len(said) > _MOST_PUES:
            said = [f"{said[0]} to {said[-1]}"]
        yield f"The overhead follows from a PUE of {listed(said)}; it is never measured."
    n = len(rows) + len(further.facility_kwh)
    left = n - len(shown)
    if left:
        words = count(left, "further run" if of_runs else "further group")
        is_listed = n <= MOST_LISTED
        where = "in the table only" if is_listed else "left out; runs.csv has all"
        yield f"{words} {'is' if left == 1 else 'are'} {where}."


def _overall(rows: Sequence[SplitRow]) -> Iterator[Part]:
    """Each component over all rows, as far as it was measured and is there."""
    for of_one in zip(*(row.split.parts for row in rows), strict=True):
        measured = sum(part.n_measured for part in of_one)
        concerned = sum(part.n_concerned for part in of_one)
        yield Part(of_one[0].component, None, "not measured", measured, concerned)


def _description(
    x: AxisText, shown: Sequence[SplitRow], stretches: Sequence[Sequence[_Stretch]]
) -> str:
    rows = "; ".join(
        f"{_name(row)}: " + ", ".join(f"{s.name} {number(s.value)}" for s in parts)
        for row, parts in zip(shown, stretches, strict=True)
    )
    return f"{x.title}, a bar a row. {rows}."


def _table(x: AxisText, rows: Sequence[SplitRow], factor: float, of_runs: bool) -> DataTable:
    unit = f" ({x.unit})"
    names = _names(rows)
    head = ("Run" if of_runs else "Experiment", *(f"{n}{unit}" for n in (*names, "Together")))
    listed_rows = rows[:MOST_LISTED]
    return DataTable(
        head, tuple(_table_row(r, factor, REST in names) for r in listed_rows), 1, is_whole=True
    )


def _table_row(row: SplitRow, factor: float, has_rest: bool) -> tuple[str, ...]:
    split = row.split
    parts = [
        "—" if p.kwh is None else _sign(p.provenance) + number(p.kwh * factor) for p in split.parts
    ]
    if has_rest:
        parts.append(_sign(split.rest_provenance) + number(split.rest_kwh * factor))
    overhead = number(max(0.0, split.overhead_kwh) * factor)
    sign = _sign(split.overhead_provenance)
    return (row.name, *parts, sign + overhead, sign + number(split.facility_kwh * factor))


def _sign(provenance: Provenance) -> str:
    return {"estimated": "≈ ", "partial": "◐ "}.get(provenance, "")
