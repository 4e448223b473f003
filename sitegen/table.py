"""The tables of a page as numbers: what `leaderboard.json` holds and what the pages show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .catalog import BY_NAME, our_name
from .model import Group, RunResult, Stat
from .scales import Scale, best
from .spec.model import Node, Variable
from .stats import describe
from .text import words


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
class Row:
    title: str
    path: str
    """A run's path; for a group the address of its page."""
    n: int
    stats: Mapping[str, Stat]
    """By the column's name."""
    runs: tuple[RunResult, ...]
    is_run: bool = False
    """A leaf's row: of one run."""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def column(group: Group, name: str) -> Column:
    """How a group shows a figure, with the unit that suits its runs."""
    kind = BY_NAME.get(name)
    described = variable(group, name)
    values = (group.figure(run, name).value for run in group.runs)
    shown = (
        Scale(1.0, described.unit) if described.digits is not None else best(described.unit, values)
    )
    return Column(name, described, kind is not None and kind.summable, shown)


def variable(group: Group, name: str) -> Variable:
    """What a figure is in a group: by its `variables`, else as the catalogue has it, else under its name in words."""
    kind = BY_NAME.get(name)
    declared = _declared(group.node, name)
    if kind is None:
        return replace(declared, label=declared.label or words(name))
    # The unit of a figure of ours is not the spec's to choose.
    label, better = declared.label or kind.label, declared.better or kind.better
    return replace(declared, label=label, better=better, unit=kind.unit)


def _declared(node: Node, name: str) -> Variable:
    """What the spec says of a figure, by whichever of its names."""
    by_any_name = (v for n, v in node.variables.items() if our_name(n) == our_name(name))
    return node.variables.get(name) or next(by_any_name, Variable(""))


def main_table(group: Group) -> Table:
    """What a group's page and files show: a row a child, or for a leaf a row a run."""
    return _runs_table(group) if group.node.is_leaf else _children_table(group)


def _children_table(group: Group) -> Table:
    """A row a child, ordered as the spec asks."""
    columns = _columns(group)
    rows = [_group_row(child.node.title, child, columns) for child in group.children]
    return Table(columns, _ordered(group, rows))


def _runs_table(group: Group) -> Table:
    """A row a run, ordered as the spec asks, else by path."""
    columns = _columns(group)
    titles = run_titles([run.location.path for run in group.runs])
    rows = [
        Row(
            titles[run.location.path],
            run.location.path,
            1,
            {c.name: describe([group.figure(run, c.name)], summable=c.summable) for c in columns},
            (run,),
            is_run=True,
        )
        for run in sorted(group.runs, key=lambda run: natural(run.location.path))
    ]
    return Table(columns, _ordered(group, rows))


def whole_table(group: Group) -> Table:
    """One row over all runs of a group."""
    columns = _columns(group)
    return Table(columns, (_group_row(group.node.title, group, columns),))


def _columns(group: Group) -> tuple[Column, ...]:
    return tuple(column(group, name) for name in group.node.summary_variables)


def _group_row(title: str, group: Group, columns: Sequence[Column]) -> Row:
    stats = {
        c.name: describe([group.figure(run, c.name) for run in group.runs], summable=c.summable)
        for c in columns
    }
    return Row(title, group.address, len(group.runs), stats, group.runs)


def _ordered(group: Group, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows by the mean of the ordering variable, which need not be among the columns; absent ones last."""
    name = group.node.ordering_variable
    if name is None:
        return tuple(rows)
    sign = 1.0 if group.node.ordering == "ascending" else -1.0

    def key(row: Row) -> tuple[bool, float]:
        mean = _ordering_stat(group, row, name).mean
        return (mean is None, 0.0 if mean is None else sign * mean)

    return tuple(sorted(rows, key=key))


def _ordering_stat(group: Group, row: Row, name: str) -> Stat:
    """The figure that a row is ordered by."""
    if name in row.stats:
        return row.stats[name]
    if row.is_run:
        return describe([group.figure(row.runs[0], name)], summable=False)
    child = next(c for c in group.children if c.address == row.path)
    return describe([child.figure(run, name) for run in child.runs], summable=False)


def spread(node: Node, stat: Stat) -> float | None:
    """What stands behind ±: the standard error, or half the 95 % confidence interval of the mean (Student's t)."""
    if stat.stderr is None or node.interval == "stderr":
        return stat.stderr
    return half_ci95(stat.stderr, stat.n)


def half_ci95(stderr: float, n: int) -> float:
    """Half the 95 % confidence interval of a mean over n runs, n > 1 (Student's t)."""
    from scipy.special import stdtrit  # heavy, and not needed to import the program

    return stderr * float(stdtrit(n - 1, 0.975))


def natural(path: str) -> list[tuple[int, str]]:
    """A sorting key that puts seed_2 before seed_10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path)
    ]


def run_titles(paths: Sequence[str]) -> dict[str, str]:
    """Short names that tell runs from their siblings.

    Folders that all share at either end are left out, and so is what the names that remain all end with, from a "_" or
    "-" on: "results/seed_0_dqn_gpu/logs" and "results/seed_1_dqn_gpu/logs" become "seed_0" and "seed_1".
    """
    if len(paths) == 1:
        return {paths[0]: paths[0].rsplit("/", 1)[-1]}
    parts = [path.split("/") for path in paths]
    head = _shared(parts)
    tail = _shared([list(reversed(p[head:])) for p in parts])
    names = ["/".join(p[head : len(p) - tail]) for p in parts]
    tokens = [re.split(r"(?=[_-])", name) for name in names]
    ending = _shared([list(reversed(t[1:])) for t in tokens])
    return {
        path: "".join(t[: len(t) - ending]) or path for path, t in zip(paths, tokens, strict=True)
    }


def _shared(lists: Sequence[Sequence[str]]) -> int:
    """How many items all lists have in common at their beginning."""
    return next(
        (i for i, items in enumerate(zip(*lists, strict=False)) if len(set(items)) > 1),
        min((len(items) for items in lists), default=0),
    )
