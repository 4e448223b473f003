"""What a page's scripts need: a file `data.js` beside it, loaded when a chart comes into view or a comparison asks.

A script and not JSON, because browsers refuse to fetch from disk. See docs/adr/0005-data-in-scripts.md. The data of a
page hold what that page shows and nothing of the rest of the site, so they stay small however many runs there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from typing import Any

import msgspec

from ..carbon import basis_of
from ..catalog import figure_kinds, kinds_by_name, our_name
from ..columns import GroupFigures, variable
from ..model import ABSENT, Group, RunResult, Stat, extra_figures
from ..ranking import ordered_direction
from ..ratios import cost_below
from ..spec.model import Variable
from ..table import half_ci95
from ..text import words
from ..titles import natural
from ..units import SECONDS_PER_HOUR
from .facts import PACKAGES
from .views import ChartView, GroupView, RunView

DATA_FILE = "data.js"
MOST_RUNS = 50
"""Of a group's runs, how many its data name."""
MOST_PUES = 12
"""Of a group's runs, how many different ones its data name."""
_OF_ONE_RUN = frozenset({"Run id", "Samples", "Size of the log"})
"""Facts that differ between any two runs, and so say nothing in a comparison."""


class FigureWords:
    """What a leaf says of figures: looked up once, however many runs it lists.

    Args:
        leaf: None for runs that no leaf lists.
        ancestors: The groups that it lies in, outermost first.
    """

    def __init__(self, leaf: Group | None, ancestors: Sequence[Group]) -> None:
        self._leaf = leaf
        self._ancestors = ancestors
        self._known: dict[str, tuple[Variable, Mapping[str, Any]]] = {}

    def variable(self, name: str) -> Variable:
        """How a figure is shown."""
        return self._of(name)[0]

    def described(self, name: str) -> Mapping[str, Any]:
        """The same for scripts."""
        return self._of(name)[1]

    def _of(self, name: str) -> tuple[Variable, Mapping[str, Any]]:
        known = self._known.get(name)
        if known is None:
            shown = _variable(name, self._leaf, self._ancestors)
            known = self._known[name] = (shown, _described(name, shown))
        return known


def run_data(
    run: RunResult,
    address: str,
    view: RunView,
    leaf: Group | None,
    ancestors: Sequence[Group],
    figure_words: FigureWords,
) -> dict[str, Any]:
    """What charts and comparisons show of a run.

    Args:
        leaf: The first that lists the run, None where none does.
        ancestors: The groups that this leaf lies in, outermost first.
        figure_words: Those of this leaf.
    """
    hours = run.figures["duration_hours"].value
    basis = basis_of(run)
    return {
        "kind": "run",
        "address": address,
        "title": view.title,
        "path": run.location.path,
        "above": _titles(ancestors),
        "leaf": None if leaf is None else {"title": leaf.node.title, "address": leaf.address},
        "duration_s": None if hours is None else hours * SECONDS_PER_HOUR,
        "pues": [run.pue],
        "bases": [] if basis is None else [basis],
        "figures": list(_run_figures(run, view, leaf, figure_words)),
        "facts": [
            {"title": table.title, "rows": rows}
            for table in view.facts
            if table.title != PACKAGES
            and (rows := [row for row in table.rows if row[0] not in _OF_ONE_RUN])
        ],
        "packages": {package.name: package.version for package in run.info.packages},
        "charts": _figures(view.charts),
    }


def group_data(
    figures: GroupFigures,
    view: GroupView,
    ancestors: Sequence[Group],
    run_addresses: Mapping[str, str],
) -> dict[str, Any]:
    """What charts and comparisons show of a group or a leaf.

    Args:
        ancestors: The groups that it lies in, outermost first.
        run_addresses: As in `Leaderboard`.
    """
    group = figures.group
    return {
        "kind": view.kind,
        "address": group.address,
        "title": view.title,
        "above": _titles(ancestors),
        "parent": ancestors[-1].address if ancestors else None,
        "pues": _few(sorted({run.pue for run in group.runs})),
        "bases": sorted({basis for run in group.runs if (basis := basis_of(run)) is not None}),
        "figures": list(_group_figures(figures, ancestors)),
        "n": len(group.runs),
        "runs": list(_first_runs(figures, run_addresses)),
        "charts": _figures(view.charts),
    }


def _few(numbers: list[float]) -> list[float]:
    """Those at the ends, where there are many: that they differ is what counts."""
    return numbers if len(numbers) <= MOST_PUES else [numbers[0], numbers[-1]]


def _titles(groups: Sequence[Group]) -> list[str]:
    return [group.node.title for group in groups]


def _run_figures(
    run: RunResult, view: RunView, leaf: Group | None, figure_words: FigureWords
) -> Iterator[dict[str, Any]]:
    """In the order of the run's page."""
    figures = {**run.figures, **extra_figures(run, leaf)}
    for shown in (*view.figures, *view.more_figures):
        figure = figures.get(shown.name, ABSENT)
        yield {
            **figure_words.described(shown.name),
            **_rounded({"mean": figure.value}),
            "n": int(figure.value is not None),
            "provenance": figure.provenance,
        }


def _variable(name: str, leaf: Group | None, ancestors: Sequence[Group]) -> Variable:
    if leaf is not None:
        return _directed(name, (leaf, *reversed(ancestors)))
    kind = kinds_by_name().get(name)
    return Variable(kind.label, kind.unit, kind.better) if kind else Variable(words(name))


def _group_figures(figures: GroupFigures, ancestors: Sequence[Group]) -> Iterator[dict[str, Any]]:
    """The group's own columns, those of the group above it, then all else that its runs have."""
    for name in _names(figures, ancestors):
        stat = figures.of(name).describe(summable=False)
        yield {
            **_described(name, _directed(name, (figures.group, *reversed(ancestors)))),
            **_rounded({"mean": stat.mean, "stderr": stat.stderr, **_interval(stat)}),
            "n": stat.n,
            "provenance": stat.provenance,
        }


def _directed(name: str, groups: Sequence[Group]) -> Variable:
    """How the first group shows a figure; which way it is better also by the order of a group further up."""
    shown = variable(groups[0], name)
    ordered = (ordered_direction(group, name) for group in groups)
    return replace(shown, better=shown.better or next(filter(None, ordered), ""))


def _names(figures: GroupFigures, ancestors: Sequence[Group]) -> Iterator[str]:
    """Each figure once, by the name under which it comes first."""
    group = figures.group
    columns = [*group.node.summary_variables]
    if ancestors:
        columns += ancestors[-1].node.summary_variables
    others = [kind.name for kind in figure_kinds()]
    others += dict.fromkeys(
        name for run in group.runs for extras in run.extras.values() for name in extras
    )
    seen: set[str] = set()
    for i, name in enumerate((*columns, *others)):
        is_new = our_name(name) not in seen
        seen.add(our_name(name))
        if is_new and (i < len(columns) or len(figures.of(name).present)):
            yield name


def _described(name: str, shown: Variable) -> dict[str, Any]:
    return {
        "name": name,
        # Two pages may call one figure by its two names.
        "key": our_name(name),
        "label": shown.label,
        "unit": shown.unit,
        "better": shown.better,
        "digits": shown.digits,
        "per": cost_below(name, shown.label, shown.unit),
    }


def _interval(stat: Stat) -> dict[str, float | None]:
    """The 95 % confidence interval of the mean (Student's t), None for fewer than two runs."""
    if stat.mean is None or stat.stderr is None:
        return {"low": None, "high": None}
    half = half_ci95(stat.stderr, stat.n)
    return {"low": stat.mean - half, "high": stat.mean + half}


def _rounded(figures: Mapping[str, float | None]) -> dict[str, float | None]:
    """To twelve significant digits: more than any figure has, and no tail of binary fractions."""
    return {k: None if value is None else float(f"{value:.12g}") for k, value in figures.items()}


def _first_runs(
    figures: GroupFigures, run_addresses: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Those that have a page."""
    paths = (run.location.path for run in figures.group.runs)
    having = (path for path in paths if path in run_addresses)
    for path in nsmallest(MOST_RUNS, having, key=natural):
        yield {"title": figures.titles.of(path), "address": run_addresses[path]}


def _figures(charts: tuple[ChartView, ...]) -> dict[str, Mapping[str, Any]]:
    return {chart.id: chart.figure for chart in charts}


def as_script(content: object) -> str:
    """A data file: JSON, which is JavaScript too, handed to `wattboard.receive`."""
    return f"wattboard.receive({msgspec.json.encode(content).decode()});\n"
