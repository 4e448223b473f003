"""What the templates are given: text and numbers ready to show. Templates compute nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from markupsafe import Markup

from ..model import Provenance


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str
    """Relative to the page that shows it."""


Length = Literal["", "tall", "paged"]
"""Of a table. `tall`: too long to be seen as a whole, it scrolls in a box of its own, under its heads. `paged`: also
too long to be laid out as a whole; where scripts run, one shows a page of it at a time."""

_TALL_FROM_ROWS = 25
_PAGED_FROM_ROWS = 101
"""One more than `PAGE_ROWS` in `table-model.js`; `table-tools.css` knows it, too."""


def length_of(n_rows: int) -> Length:
    """How a table with so many rows is shown."""
    if n_rows < _TALL_FROM_ROWS:
        return ""
    return "tall" if n_rows < _PAGED_FROM_ROWS else "paged"


@dataclass(frozen=True, slots=True)
class ColumnView:
    name: str
    """As the spec writes it."""
    label: str
    """In words, such as "Energy, with PUE"."""
    unit: str
    """"" for a pure number."""
    better: Literal["lower", "higher", ""]
    has_sum: bool
    """The rows of this column carry a sum that means something."""
    ranks_said: str = ""
    """The label within a sentence, for a column with ranks; else ""."""
    provenance: str = ""
    """That of all its figures, where it is one and another than "measured"; else ""."""
    spread_chars: int = 0
    """Of its widest ± and number, 0 for none: what keeps the numbers before it below each other."""


@dataclass(frozen=True, slots=True)
class BarView:
    """A mean with its interval, in hundredths of the width of a column's drawing. All between 0 and 100."""

    zero: float
    """Where the bar begins."""
    mean: float
    """Where it ends."""
    low: float
    high: float
    """The interval; equal where there is none."""
    is_mixed: bool
    """Figures of both signs share the column: its zero is drawn."""


class CellView(NamedTuple):
    """A figure in a table. Of these there are so many that it counts how fast they are made."""

    value: float | None
    """For sorting."""
    text: str
    """Such as "0.0532"; "" when absent."""
    spread: str
    """Such as "0.0023", shown behind ±; "" for one run."""
    total: str
    """The sum, "" where it means nothing."""
    provenance: Provenance
    note: str
    """For a tooltip and screen readers, such as "mean of 5 runs ± standard error; measured"."""
    spread_value: float | None = None
    """In full, for who takes the table elsewhere."""
    is_best: bool = False
    rank: str = ""
    """Such as "1–2", among the rows of this column; "" where none is claimed."""
    fewer: str = ""
    """Such as "n = 3 of 5", where not all runs of the row have the figure."""
    bar: BarView | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    title: str
    url: str
    """"" when the row has no page."""
    n: int
    cells: tuple[CellView, ...]
    """One a column."""
    note: str = ""
    """What a reader must know of this row, such as "measured for 91 % of the time"."""
    rank: str = ""
    """By the figure that orders the rows; "" where none is claimed."""
    unranked: str = ""
    """Why none is claimed, such as "one run: no rank is claimed"."""


@dataclass(frozen=True, slots=True)
class LegendItem:
    sign: str
    """"" for plain words."""
    text: str


@dataclass(frozen=True, slots=True)
class TableView:
    caption: str
    row_label: str
    """Heading of the first column: "Experiment" or "Run"."""
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    show_n: bool
    spread_label: str
    """What ± means, such as "standard error of the mean"."""
    ordering: str
    """In words, such as "Ordered by AverageReturnPerkWh, highest first"; "" for the spec's order."""
    ranked_by: ColumnView | None = None
    """The column that the ranks are for. None: the table has none."""
    rank_method: str = ""
    """How they come about, such as "pairwise Welch tests, Holm's correction, alpha 0.05"."""
    methods_url: str = ""
    legend: tuple[LegendItem, ...] = ()
    length: Length = ""
    n_rows: int = 0
    """All of them, those that come later among them."""
    rows_file: str = ""
    """Where all the rows lie, if the page holds the first alone: see `row_shards.py`."""


@dataclass(frozen=True, slots=True)
class KeyView:
    """A line of a chart's legend."""

    name: str
    sign: str
    """Such as "●"."""
    css: str
    """Class of its colour."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A chart's data in text, all of it or a summary."""

    head: tuple[str, ...]
    """With units."""
    rows: tuple[tuple[str, ...], ...]
    n_words: int
    """So many columns at the front hold words, the others numbers."""
    is_whole: bool
    """False: a script adds the whole data on request."""


@dataclass(frozen=True, slots=True)
class LogSwitch:
    """Lets the reader choose a logarithmic axis."""

    axis: Literal["x", "y"]
    label: str
    reason: str
    """Why there is no logarithmic axis; "" where there is."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart: drawn at build time as SVG, replaced by a Plotly chart when it comes into view."""

    id: str
    """Unique on its page, usable as an HTML id."""
    title: str
    svg: Markup
    figure: Mapping[str, Any]
    """What chart-figures.js draws, for the page's data file."""
    description: str
    """The text alternative: what the axes are and what the chart shows."""
    kind: Literal["scatter", "time", "strip", "energy"] = "scatter"
    legend: tuple[KeyView, ...] = ()
    """Beside the drawing, as text. Empty for one trace."""
    notes: tuple[str, ...] = ()
    """What must be said below the chart, such as what is left out of it."""
    table: DataTable | None = None
    log_switches: tuple[LogSwitch, ...] = ()
    height: int = 340
    """Of the drawing, which is 560 wide."""


@dataclass(frozen=True, slots=True)
class FactTable:
    title: str
    rows: tuple[tuple[str, str], ...]
    folded: bool
    """Long tables are folded at first."""
    summary: str = ""
    """Shown while it is folded, such as "112 packages"."""


@dataclass(frozen=True, slots=True)
class FigureView:
    label: str
    name: str
    text: str
    """"" when absent: shown as "not measured"."""
    unit: str
    provenance: Provenance
    note: str
    aside: str = ""
    """What is in the figure beside what was measured, such as "with a PUE of 1.58 (the default)"."""


@dataclass(frozen=True, slots=True)
class Download:
    title: str
    url: str
    detail: str
    """Size or kind, such as "zip, 1.2 MB"."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group page, or a leaf page (whose rows are runs)."""

    kind: Literal["group", "leaf"]
    title: str
    breadcrumbs: tuple[Link, ...]
    """Ancestors, outermost first; without the page itself."""
    siblings: tuple[Link, ...]
    description: Markup
    """Sanitised HTML."""
    n_runs: int
    summary: TableView
    """Group: a row a child. Leaf: one row over all its runs."""
    runs: TableView | None
    """Leaf: a row a run."""
    charts: tuple[ChartView, ...]
    children: tuple[Link, ...]
    downloads: tuple[Download, ...]
    notes: tuple[str, ...]
    """Warnings for the reader, such as mixed PUEs or bases."""
    pue_note: str
    intensity_note: str
    """Which carbon intensity the emissions are by, and who it is from; "" where there are none."""


@dataclass(frozen=True, slots=True)
class IndexView:
    """The front page where a spec has several roots."""

    title: str
    roots: tuple[tuple[Link, Markup, int], ...]
    """Link, description, number of runs."""
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    title: str
    """Short name that tells it from its siblings."""
    path: str
    """The run's full name."""
    breadcrumbs: tuple[Link, ...]
    shown_in: tuple[Link, ...]
    """The leaves that list it, each with its breadcrumbs in its title."""
    when: str
    """Start and duration in words, with the offset from UTC."""
    parts: str
    """What logs it is the sum of, in words; "" for a run with one log."""
    figures: tuple[FigureView, ...]
    """The main figures, shown as tiles."""
    more_figures: tuple[FigureView, ...]
    """All others, as a table."""
    warnings: tuple[str, ...]
    """Such as "This run ended abruptly"."""
    siblings_of: Link | None
    """The first leaf that lists it; None where none does."""
    siblings_file: str
    """Where that leaf's figures lie, relative to the page; "" without a leaf."""
    charts: tuple[ChartView, ...]
    facts: tuple[FactTable, ...]
    """CPU, GPU, carbon and region, power sources, packages."""
    downloads: tuple[Download, ...]
