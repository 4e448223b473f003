"""What a group shows of its runs: how each figure is shown, and its values as arrays, looked up once for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .catalog import kinds_by_name, our_name
from .model import ABSENT, Figure, FloatArray, Group, Provenance, RunResult, Stat
from .scales import Scale, best
from .spec.model import Node, Variable
from .stats import summary
from .text import words
from .titles import TitleRule, title_rule

PROVENANCES: tuple[Provenance, ...] = (
    "not measured",
    "measured",
    "estimated",
    "partial",
    "reported",
)
_CODES = {provenance: code for code, provenance in enumerate(PROVENANCES)}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    """As the spec writes it."""
    variable: Variable
    """Label, own unit and the rest; values in files are in this unit."""
    summable: bool
    shown: Scale
    """The unit in which pages show it, the same for all tables and charts of one page."""


@dataclass(frozen=True, slots=True)
class Values:
    """A figure of some runs. Shape (n,) each."""

    value: FloatArray
    """In the figure's own unit; NaN where a run lacks it."""
    code: NDArray[np.uint8]
    """Places in `PROVENANCES`."""

    @property
    def present(self) -> FloatArray:
        """The values of those runs that have the figure."""
        return self.value[~np.isnan(self.value)]

    def take(self, places: NDArray[np.intp] | slice) -> Values:
        """Those of some of the runs."""
        return Values(self.value[places], self.code[places])

    def provenances(self) -> set[Provenance]:
        """Of all the runs, with "not measured" for those that lack the figure."""
        return {PROVENANCES[code] for code in np.unique(self.code).tolist()}

    def counts(self) -> Mapping[str, int]:
        """How many of the runs have each provenance."""
        counts = np.bincount(self.code, minlength=len(PROVENANCES)).tolist()
        return dict(zip(PROVENANCES, counts, strict=True))

    def describe(self, *, summable: bool) -> Stat:
        """As `stats.describe` does of figures."""
        found = {PROVENANCES[c] for c in np.unique(self.code[~np.isnan(self.value)]).tolist()}
        return summary(self.present.tolist(), found, summable=summable)


class RunFigures:
    """The catalogue's figures of runs, in their order. Each is looked up when first asked for.

    Args:
        runs: Those of a whole site, of which each group takes its own.
    """

    def __init__(self, runs: Sequence[RunResult]) -> None:
        self._runs = runs
        self._values: dict[str, Values] = {}

    def of(self, name: str) -> Values:
        """A figure, by our name."""
        known = self._values.get(name)
        if known is None:
            figures = [run.figures.get(name, ABSENT) for run in self._runs]
            known = self._values[name] = _looked_up(figures)
        return known

    def places(self, runs: Sequence[RunResult]) -> NDArray[np.intp] | slice:
        """Where some of the runs, in the same order, stand among all."""
        if len(runs) == len(self._runs):
            return slice(None)
        return np.array([self._place_of[run.location.path] for run in runs], np.intp)

    @cached_property
    def _place_of(self) -> Mapping[str, int]:
        return {run.location.path: place for place, run in enumerate(self._runs)}


class GroupFigures:
    """The figures of a group's runs, in their order. Each is looked up when first asked for.

    It holds an array a figure, so it must not outlive the page that it is made for.

    Args:
        site: Of runs among which the group's are; None: of the group's own.
    """

    def __init__(self, group: Group, site: RunFigures | None = None) -> None:
        self.group = group
        self._site = site or RunFigures(group.runs)
        self._values: dict[str, Values] = {}
        self._columns: dict[str, Column] = {}
        self._children: dict[str, GroupFigures] = {}

    def of(self, name: str) -> Values:
        """A figure as the group itself knows it: see `Group.figure`."""
        known = self._values.get(name)
        if known is None:
            known = self._values[name] = self._look_up(name)
        return known

    def _look_up(self, name: str) -> Values:
        kind = kinds_by_name().get(name)
        if kind is None:
            return _looked_up([self.group.figure(run, name) for run in self.group.runs])
        return self._site.of(kind.name).take(self._places)

    @cached_property
    def _places(self) -> NDArray[np.intp] | slice:
        return self._site.places(self.group.runs)

    def column(self, name: str) -> Column:
        """How the group shows a figure, with the unit that suits its runs."""
        known = self._columns.get(name)
        if known is None:
            known = self._columns[name] = _column(self, name)
        return known

    @cached_property
    def titles(self) -> TitleRule:
        """How the group makes short names of its runs' paths."""
        return title_rule([run.location.path for run in self.group.runs])

    def child(self, child: Group) -> GroupFigures:
        """Those of one of the group's children."""
        known = self._children.get(child.address)
        if known is None:
            known = self._children[child.address] = GroupFigures(child, self._site)
        return known

    def forget(self, child: Group) -> None:
        """Let go of what is known of a child, whose pages are made."""
        self._children.pop(child.address, None)

    def of_child(self, child: Group, name: str) -> Values:
        """A figure of a child's runs, as this group knows it: its processor, not the child's, gives it."""
        if name in kinds_by_name():
            return self.child(child).of(name)
        return _looked_up([self.group.figure(run, name) for run in child.runs])


def _looked_up(figures: Sequence[Figure]) -> Values:
    return Values(
        np.array([figure.value for figure in figures], float),
        np.array([_CODES[figure.provenance] for figure in figures], np.uint8),
    )


def column(group: Group, name: str) -> Column:
    """How a group shows a figure, with the unit that suits its runs."""
    return GroupFigures(group).column(name)


def _column(figures: GroupFigures, name: str) -> Column:
    kind = kinds_by_name().get(name)
    described = variable(figures.group, name)
    shown = (
        Scale(1.0, described.unit)
        if described.digits is not None
        else best(described.unit, figures.of(name).present.tolist())
    )
    return Column(name, described, kind is not None and kind.summable, shown)


def variable(group: Group, name: str) -> Variable:
    """What a figure is in a group: by its `variables`, else as the catalogue has it, else under its name in words."""
    kind = kinds_by_name().get(name)
    declared = _declared(group.node, name)
    if kind is None:
        return replace(declared, label=declared.label or words(name))
    # The unit of a figure of ours is not the spec's to choose.
    label, better = declared.label or kind.label, declared.better or kind.better
    return replace(declared, label=label, better=better, unit=kind.unit)


def _declared(node: Node, name: str) -> Variable:
    """What the spec says of a figure, by whichever of its names."""
    by_any_name: Iterable[Variable] = (
        v for n, v in node.variables.items() if our_name(n) == our_name(name)
    )
    return node.variables.get(name) or next(iter(by_any_name), Variable(""))
