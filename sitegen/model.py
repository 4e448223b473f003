"""The values that flow through the program. Read this first, then `build.py`.

    scan -> RunLocation -> read -> RunLog -> measure -> RunResult -> group -> Group -> pages

A run has one log, or one for each of its parts (ranks, resumed pieces): `measure` sums them into the one run.

Every value is frozen; each step takes some and returns new ones. Seconds, watts, joules and g/kWh inside; what a
person reads is made from them in `text.py`, at the end.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from .catalog import kinds_by_name
from .errors import Problem
from .location import PartLocation, RunLocation

if TYPE_CHECKING:
    from pathlib import Path

    from .spec.model import Node, SiteSpec

FloatArray = NDArray[np.float64]

Provenance = Literal["measured", "estimated", "partial", "reported", "not measured"]
"""How a figure came about.

`measured`: by counters or sensors. `estimated`: from rated power. `partial`: from some of the components or some of the
time. `reported`: read from the run's own result files. `not measured`: absent.
"""

GPU_ID_LABEL = "Id"
"""Among a GPU's facts, what tells it from others where two logs list it. Not shown."""

WEAKEST_FIRST: tuple[Provenance, ...] = ("partial", "estimated", "reported", "measured")
"""A figure made of several is no better than the weakest of them."""


def weakest(kinds: Container[Provenance]) -> Provenance:
    """The provenance of a figure that is made of several; "not measured" where none of them is there."""
    return next((kind for kind in WEAKEST_FIRST if kind in kinds), "not measured")


Basis = Literal["lifecycle", "direct", "marginal", "unknown"]


@dataclass(frozen=True, slots=True)
class GridIntensity:
    """What a kWh of a grid emits."""

    g_per_kwh: float
    source: str = ""
    year: int | None = None
    basis: Basis = "unknown"
    fossil_share: float | None = None
    """0 to 1."""
    renewable_share: float | None = None


@dataclass(frozen=True, slots=True)
class LiveIntensity:
    """Who told what the grid emitted while a run went on."""

    provider: str
    zone: str = ""
    basis: Basis = "unknown"
    source: str = ""
    attribution: str = ""
    """How the provider wants to be named."""
    is_estimated: bool = False
    """Some of the values were forecasts."""


@dataclass(frozen=True, slots=True)
class Region:
    """The grid zone in which a run drew its power."""

    id: str
    name: str = ""
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class PowerSource:
    """What measured a component of the machine."""

    name: str
    kind: Literal["counter", "power", "estimate", "reported"]
    """`reported`: a converted log's tool does not tell whether it was measured or estimated."""
    component: str
    """"cpu" or "gpu"."""
    rated_power_w: float | None = None
    """Of an estimate: the watts that it starts from."""
    found_by: str = ""
    """How they were found."""
    note: str = ""
    """What a reader of the figures should know."""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Commit:
    """The state of the experiment's code."""

    id: str
    """Of git, in hexadecimal."""
    modified: bool | None = None
    """Files differed from the commit. None: not known."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """What gave a run its place on a cluster."""

    name: str
    """Such as "slurm"."""
    nodes: int | None = None
    tasks: int | None = None


@dataclass(frozen=True, slots=True)
class Cloud:
    """Whose machine a run was on."""

    provider: str
    """Such as "aws"."""
    machine_type: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run ran on and under, beside the processors."""

    node: str = ""
    """The same for all logs of one machine since its last start; says nothing else of it."""
    operating_system: str = ""
    commit: Commit | None = None
    scheduler: Scheduler | None = None
    container: str = ""
    """Such as "docker"; "" for none."""
    cloud: Cloud | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The log of another tool that a log was converted from."""

    tool: str
    version: str = ""
    file: str = ""
    """Its name, without folders."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a log says of the run, other than its samples. Holds no path, user or host name."""

    format: str
    """"wattboard/1", or "experiment-impact-tracker" for the seed's pickle."""
    start_s: float | None = None
    """Seconds since 1970, UTC. For the seed's naive local times see `start_is_local`."""
    end_s: float | None = None
    start_is_local: bool = False
    """The two times are clock readings without an offset, still to be placed with the help of the samples."""
    run_id: str = ""
    interval_s: float | None = None
    cpu_info: Mapping[str, str] = field(default_factory=dict)
    """Label to text, in the order to be shown."""
    gpu_info: tuple[Mapping[str, str], ...] = ()
    """One a GPU. Empty: no GPU."""
    packages: tuple[Package, ...] = ()
    region: Region | None = None
    carbon_intensity: GridIntensity | None = None
    live_intensity: LiveIntensity | None = None
    """Behind the samples' own intensities. None: they have none, or the log does not say whose."""
    power_sources: tuple[PowerSource, ...] = ()
    pue: float | None = None
    collector_version: str = ""
    rank: int | None = None
    """This log's number among those of the processes that worked on the run at once."""
    n_ranks: int | None = None
    """How many such processes there were."""
    surroundings: Surroundings = Surroundings()
    exit_code: int | None = None
    """Of the command, where one was tracked."""
    origin: Origin | None = None
    """None: the log is as it was written, or a download of that."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What else the file of another tool says of the run: label to text, in the order to be shown."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one log, sorted by time. Shape (n,) each, n >= 1; NaN where there was no reading."""

    time_s: FloatArray
    """Seconds since 1970, strictly increasing."""
    channels: Mapping[str, FloatArray]
    """Channel name (see `readers/fields.py`) to values. A channel without a single reading is left out."""
    cpu_seconds: float | None
    """CPU time of the process tree: the last (user + system) of each process, summed."""
    energy_j: Mapping[str, FloatArray] = field(default_factory=dict)
    """Cumulative joules since the first sample: by device ("cpu:package-0", "gpu:0"), and by component those attributed
    to the run ("attributable:cpu")."""


@dataclass(frozen=True, slots=True)
class RunLog:
    """One log as read: the seam between the readers and the metrics. Most runs have one, others one a part."""

    location: PartLocation
    info: RunInfo
    samples: Samples
    start_s: float
    end_s: float
    ended: bool
    """False when the log has no end of the experiment: the run was killed, or still goes on."""
    log_bytes: int
    problems: tuple[Problem, ...] = ()

    @property
    def gpu_ids(self) -> tuple[str, ...]:
        """An id for each GPU that the log lists, "" where it does not tell."""
        return tuple(gpu.get(GPU_ID_LABEL, "") for gpu in self.info.gpu_info)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number about a run, and how it came about."""

    value: float | None
    """None: absent, which is never zero."""
    provenance: Provenance


ABSENT = Figure(None, "not measured")


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """What a line comes to, over all its readings."""

    low: float
    mean: float
    """Of the readings, each counted once."""
    high: float
    last: float


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a time-series chart, already downsampled."""

    name: str
    time_s: tuple[float, ...]
    """Seconds since the run began."""
    value: tuple[float | None, ...]
    summary: SeriesSummary | None = None
    """Of the readings before they were thinned out. None: not known."""


@dataclass(frozen=True, slots=True)
class TimeChart:
    """The series of a run that share one pair of axes."""

    key: str
    title: str
    quantity: str
    """What the upright axis shows, in a word or two."""
    unit: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class RunPart:
    """What a run's page says of one of its logs."""

    name: str
    """As in `PartLocation`."""
    info: RunInfo
    """Of this log alone; without packages where the run has several."""
    start_s: float | None
    """Seconds since 1970. None: the file of another tool does not tell."""
    end_s: float | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Recomputed:
    """That emissions are those on a reference grid (the run's `info.carbon_intensity`), and what they are as logged."""

    place: str
    """The reference grid's, in words; "" for a number that was stated."""
    logged_grid: GridIntensity | None
    """The average in the log, or of the log's region."""
    logged_mean_g_per_kwh: Figure
    logged_emissions_kg: Figure


@dataclass(frozen=True, slots=True)
class RunResult:
    """All that the rest of the program knows of a run. What is cached and what comes back from a worker."""

    location: RunLocation
    info: RunInfo
    """Of the run as a whole: where its parts differ, what they have in common or what the first says."""
    parts: tuple[RunPart, ...]
    """At least one, in the order of their names."""
    start_s: float | None
    """Seconds since 1970. None: the file of another tool does not tell."""
    end_s: float | None
    ended: bool
    """Every process of the run came to its end."""
    n_samples: int
    pue: float
    pue_source: str
    """In words, such as "the default"."""
    figures: Mapping[str, Figure]
    """By our names (see `catalog.py`)."""
    chart_keys: tuple[str, ...]
    """Of the charts that its page has. The charts themselves stay out of memory: see `RunFiles`."""
    log_bytes: int
    zip_bytes: int | None = None
    """Size of its download. None: none was made."""
    problems: tuple[Problem, ...] = ()
    fingerprint: str = ""
    """Another one for whatever differs in the log, in the options it was measured with, or in this program."""
    extras: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    """What the site's own processors made of the run's files: processor to figures by name."""
    recomputed: Recomputed | None = None
    """None: emissions and intensity are as logged."""


def first_start_s(runs: Iterable[RunResult]) -> float | None:
    """When the first of some runs began; None where no file tells it."""
    return min((run.start_s for run in runs if run.start_s is not None), default=None)


def last_end_s(runs: Iterable[RunResult]) -> float | None:
    """When the last of some runs ended; None where no file tells it."""
    return max((run.end_s for run in runs if run.end_s is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stat:
    """A figure over the runs of a row."""

    mean: float | None
    stderr: float | None
    """Standard error of the mean. None for one run."""
    total: float | None
    """None where a sum means nothing."""
    n: int
    """How many runs have the figure."""
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Group:
    """A node of the spec with the runs that belong to it."""

    node: Node
    address: str
    """Folder of the page below the leaderboard's own, "" for its front page, else ending with "/"."""
    runs: tuple[RunResult, ...]
    """In the order of their paths."""
    children: tuple[Group, ...]
    """In the spec's order. Empty for a leaf."""

    def walk(self) -> Iterator[Group]:
        """This group and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def figure(self, run: RunResult, name: str) -> Figure:
        """A figure of one of this group's runs, by our name, the seed's, or the processor's.

        A processor's figure is that of this node's processor, else of the first one below it that gives it.
        """
        kind = kinds_by_name().get(name)
        if kind is not None:
            return run.figures.get(kind.name, ABSENT)
        for group in self.walk():
            extras = run.extras.get(group.node.processor or "", {})
            if name in extras:
                return extras[name]
        return ABSENT


def extra_figures(run: RunResult, leaf: Group | None) -> dict[str, Figure]:
    """What processors gave for a run, as a leaf that lists it knows it; what the leaf does not know, by itself.

    Args:
        leaf: The first that lists the run, None where none does.
    """
    figures: dict[str, Figure] = {}
    for extras in run.extras.values():
        for name, figure in extras.items():
            known = ABSENT if leaf is None else leaf.figure(run, name)
            figures.setdefault(name, figure if known is ABSENT else known)
    return figures


class RunFiles(Protocol):
    """What is too large to be kept in memory for every run."""

    def charts(self, run: RunResult) -> tuple[TimeChart, ...]:
        """The chart data of a run."""

    def download(self, run: RunResult) -> Path:
        """A run's zip. It stays where it is; the site gets a copy or a link."""


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All that the pages are made from."""

    spec: SiteSpec
    roots: tuple[Group, ...]
    runs: tuple[RunResult, ...]
    """Every run that was read, in the order of their paths, whether a page lists it or not."""
    run_addresses: Mapping[str, str]
    """Run path to the folder of its page below the leaderboard's own, ending with "/". Lacks runs without a page."""
    files: RunFiles
    problems: tuple[Problem, ...]

    def walk(self) -> Iterator[Group]:
        """All groups, parents first."""
        for root in self.roots:
            yield from root.walk()
