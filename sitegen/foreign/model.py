"""What a reader of another tool's files is, and what it gives.

One file may hold many runs (a row each). A reader works on the bytes of one file alone and does nothing else: what it
gives is made into figures, pages and downloads elsewhere, in the same way for all tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import Problem
from ..model import Figure, FloatArray, RunInfo


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file that a reader may recognise."""

    path: str
    """For messages: the log folder's own name and the path below it, with "/"."""
    data: bytes
    """All of it; the size is bounded by who made this."""
    beside: Callable[[str], bytes | None] = field(default=lambda _name: None, compare=False)
    """Another file of the same folder by its name; None where there is none that can be read."""

    @property
    def name(self) -> str:
        """Such as "emissions.csv"."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ReportedPower:
    """The power of a component over time, where the tool logged it. Shape (n,) each, n >= 1."""

    component: str
    """"cpu", "gpu", "ram" or "machine" (all of it, at the wall)."""
    start_s: FloatArray
    """Seconds since 1970, increasing: from when each value stands."""
    end_s: FloatArray
    """Until when."""
    power_w: FloatArray


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """What a tool's file says of one run."""

    key: str
    """Tells the run from the others of its file, the same whenever the file is read again: an id that the tool wrote,
    else such as "row-3". Becomes part of the run's path."""
    tool: str
    """With its version where the file tells: "CodeCarbon 2.4.2"."""
    figures: Mapping[str, Figure]
    """By our names (see `catalog.py`), in their units; never `facility_energy_kwh`. `energy_kwh` and its parts are
    those of the hardware: without PUE, whether the file has them with it or not."""
    info: RunInfo
    """Its `format` is the reader's name. `pue` is what the tool multiplied by, None where it did not."""
    start_s: float | None = None
    """Seconds since 1970, UTC. None: the file does not tell."""
    end_s: float | None = None
    spans: tuple[tuple[float, float], ...] = ()
    """Start and end of each stretch of time of which `duration_hours` is the sum. Empty: all from start to end."""
    emissions_pue: float = 1.0
    """The factor that is within the file's emissions, 1 where they are of the hardware's energy alone."""
    power: tuple[ReportedPower, ...] = ()
    """Empty where the tool keeps no series."""
    line: int | None = None
    """Where in the file it begins, counted from 1."""
    excerpt: bytes = b""
    """What the download has of the file: a header and the run's rows. Empty: the whole file."""
    problems: tuple[Problem, ...] = ()
    """Among them what is known to be wrong with such files: warnings on the run's page."""


@dataclass(frozen=True, slots=True)
class ReportedSource:
    """Where a reported run was read, and all that was read: what stands in a run's location in place of its logs."""

    file_name: str
    run: ReportedRun = field(compare=False)
    content: bytes = field(compare=False, repr=False)
    """What the download has: the excerpt, else the whole file."""
    digest: str
    """Another one for whatever differs in the content, in what was made of it, or in the reader's version."""


class FileReader(Protocol):
    """What a module of this package, or a third party's entry point `wattboard.readers`, has to offer."""

    @property
    def name(self) -> str:
        """Such as "codecarbon". Names it in messages, in the spec and in `RunInfo.format`."""

    @property
    def file_names(self) -> Sequence[str]:
        """Patterns of the names that its files bear, such as "emissions*.csv". No other file is opened for it."""

    @property
    def version(self) -> int:
        """Another number whenever the same file gives another result: what is cached is read anew."""

    def recognises(self, file: ForeignFile) -> bool:
        """Whether the content is this tool's: asked of every file whose name fits, so it looks at the head alone."""

    def read(self, file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
        """The runs in it, and what is wrong with it: rows that are refused, each with its line.

        Never raises for what is in the file.
        """
