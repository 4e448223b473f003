"""The site spec after it was read and found to be right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import Problem, Severity, SpecError
from .filters import RUNAWAY_HINT, FilterTimeout, PathFilter
from .tables import TableReader
from .text import shown_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DEFAULT_SUMMARY_VARIABLES = (
    "facility_energy_kwh",
    "duration_hours",
    "cpu_hours",
    "gpu_hours",
    "emissions_kg",
)


@dataclass(frozen=True, slots=True)
class Variable:
    """How a figure is shown."""

    label: str
    """"" for that of the catalogue, else the name in words."""
    unit: str = ""
    better: Literal["lower", "higher", ""] = ""
    digits: int | None = None
    """Decimal places; None: as many as the spread or four significant digits ask for."""


@dataclass(frozen=True, slots=True)
class Plot:
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Node:
    """A group or a leaf of the leaderboard, with what it inherits filled in."""

    title: str
    key: str
    """Place in the spec for messages, such as `RL Leaderboard > Pong`."""
    line: int | None
    filter: PathFilter | None
    description: str
    """Markdown with inline HTML, as written; not yet safe to show."""
    children: tuple[Node, ...]
    is_leaf: bool
    """A node without the key `child_experiments`. A group may have no children."""
    summary_variables: tuple[str, ...]
    ordering_variable: str | None
    ordering: Literal["ascending", "descending"]
    plots: tuple[Plot, ...]
    variables: Mapping[str, Variable]
    """By name, with those of its ancestors."""
    processor: str | None
    """"module.function", its own or the nearest ancestor's."""
    interval: Literal["stderr", "ci95"]
    min_measured_share: float | None
    """0 to 1."""
    requires: tuple[str, ...]
    """Files that each run's folder must have, those of its ancestors first."""
    readers: tuple[TableReader, ...] = ()
    """Its own. They hold for the whole site."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Line of each key that the node itself has, such as `executive_summary_plots[0].x`.

    Nothing inherited is here.
    """

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class SiteSpec:
    file: Path
    roots: tuple[Node, ...]
    warnings: tuple[Problem, ...] = ()
    """What can be used as it is, but is hardly what was meant."""

    def walk(self) -> Iterator[Node]:
        """All nodes, parents first."""
        for root in self.roots:
            yield from root.walk()

    def problem(
        self, node: Node, key: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> Problem:
        """Something wrong with a node, at the line of one of its keys ("" for the node itself)."""
        place = f"{shown_place(node.key)} > {key}" if key else shown_place(node.key)
        line = node.lines.get(key, node.line)
        return Problem(str(self.file), message, line, place, hint, severity)

    def filter_error(self, node: Node, timeout: FilterTimeout) -> SpecError:
        """The error to raise where a node's filter ran away: it names the place in the spec."""
        return SpecError(self.problem(node, "filter", timeout.message, RUNAWAY_HINT))
