"""Which ranks the data allow a row to have: an interval of ranks instead of a place in a sorted list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .catalog import our_name
from .model import FloatArray, Group
from .probability import student_tails
from .table import Column, Table

ALPHA = 0.05
METHOD = "pairwise Welch tests, Holm's correction, alpha 0.05"
"""How the ranks of a table come about, for files and pages."""


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The ranks that a row may have, 1 for the best; both ends are meant."""

    best: int
    worst: int


def rank_intervals(
    samples: Sequence[Sequence[float] | FloatArray],
    better: Literal["lower", "higher"],
    alpha: float = ALPHA,
) -> list[RankInterval | None]:
    """The interval of ranks of each row of one column.

    `best` is 1 + how many rows are significantly better, `worst` is k - how many are significantly worse, by Welch's
    test between each two rows with p-values corrected by Holm's method. k counts all rows that have the figure.

    Args:
        samples: The values of each row's runs, finite.

    Returns:
        None for a row without a value, and for a row with only one: no test can place it.
    """
    k = sum(len(values) > 0 for values in samples)
    mean = np.array([np.mean(values) if len(values) else np.nan for values in samples])
    gap = mean[:, None] - mean[None, :]
    loses = (corrected_p(samples) < alpha) & (gap > 0 if better == "lower" else gap < 0)
    return [
        RankInterval(1 + int(loses[i].sum()), k - int(loses[:, i].sum()))
        if len(values) > 1
        else None
        for i, values in enumerate(samples)
    ]


def corrected_p(samples: Sequence[Sequence[float] | FloatArray]) -> FloatArray:
    """P-values of Welch's test between each two samples, corrected by Holm's method over all pairs.

    Returns:
        Shape (k, k), symmetric; NaN where a sample has fewer than two values, and on the diagonal.
    """
    k = len(samples)
    corrected = np.full((k, k), np.nan)
    tested = np.array([i for i, values in enumerate(samples) if len(values) > 1], int)
    a, b = np.triu_indices(len(tested), 1)
    if len(a):
        p = holm(welch_p([np.asarray(samples[i], float) for i in tested], a, b))
        corrected[tested[a], tested[b]] = corrected[tested[b], tested[a]] = p
    return corrected


def welch_p(samples: Sequence[FloatArray], a: NDArray[np.intp], b: NDArray[np.intp]) -> FloatArray:
    """Two-sided p-values of Welch's test for the pairs (a[i], b[i]) of samples with two values or more each.

    Two samples that both have no spread cannot be tested: 1, no difference is claimed.
    """
    n = np.array([len(values) for values in samples])
    mean = np.array([values.mean() for values in samples])
    deviation = np.array([values.std(ddof=1) for values in samples])
    error = np.hypot(deviation[a] / np.sqrt(n[a]), deviation[b] / np.sqrt(n[b]))
    testable = _more_than_rounding(error, mean[a], mean[b])
    p = np.ones(len(a))
    a, b = a[testable], b[testable]
    variance_a, variance_b = deviation[a] ** 2 / n[a], deviation[b] ** 2 / n[b]
    with np.errstate(all="ignore"):
        freedom = (variance_a + variance_b) ** 2 / (
            variance_a**2 / (n[a] - 1) + variance_b**2 / (n[b] - 1)
        )
        t = (mean[a] - mean[b]) / np.sqrt(variance_a + variance_b)
        p[testable] = student_tails(freedom, t)
    return np.nan_to_num(p, nan=1.0)  # NaN: figures near the largest that a number can be


def has_spread(a: FloatArray, b: FloatArray) -> NDArray[np.bool_]:
    """Whether the samples of a pair, shapes (m, n_a) and (m, n_b), differ by more than rounding within either."""
    error = np.hypot(
        a.std(axis=1, ddof=1) / np.sqrt(a.shape[1]), b.std(axis=1, ddof=1) / np.sqrt(b.shape[1])
    )
    return _more_than_rounding(error, a.mean(axis=1), b.mean(axis=1))


def _more_than_rounding(
    error: FloatArray, mean_a: FloatArray, mean_b: FloatArray
) -> NDArray[np.bool_]:
    """The bound of R's `t.test`: a smaller standard error is rounding, not spread."""
    bound = 10 * np.finfo(np.float64).eps
    enough: NDArray[np.bool_] = error > bound * np.maximum(abs(mean_a), abs(mean_b))
    return enough


def holm(p_values: FloatArray) -> FloatArray:
    """P-values corrected for their number: if all below alpha are claimed, the chance of any false claim is alpha.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979): the smallest of m p-values times m, the next times m - 1, and so on, never below one before it.
    """
    m = len(p_values)
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(m, 0, -1))
    corrected = np.empty(m)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def direction(group: Group, column: Column) -> Literal["lower", "higher", ""]:
    """Which way a column is better: as declared; for what orders the rows, what comes first is better; else unknown."""
    return column.variable.better or ordered_direction(group, column.name)


def ordered_direction(group: Group, name: str) -> Literal["lower", "higher", ""]:
    """Which way a figure is better by the order of a group's rows, "" where it does not order them."""
    ordering = group.node.ordering_variable
    if ordering is None or our_name(ordering) != our_name(name):
        return ""
    return "lower" if group.node.ordering == "ascending" else "higher"


def competes(group: Group) -> bool:
    """Whether a group's rows are rivals, one of which may be called best.

    They are where the spec orders them, and where they are leaves: the methods of a task. Groups of groups, such as
    tasks, and the runs of a leaf, such as seeds, are not, unless the spec orders them.
    """
    if group.node.ordering_variable is not None:
        return True
    return bool(group.children) and all(child.node.is_leaf for child in group.children)


def table_ranks(group: Group, table: Table) -> Mapping[str, tuple[RankInterval | None, ...]]:
    """The intervals of ranks of a table's rows, by the column's name, in the order of the rows.

    Only columns that have a direction; nothing for a single row, where a row is one run, and where rows are no rivals.
    """
    if len(table.rows) < 2 or table.of_runs is not None or not competes(group):
        return {}
    return {
        column.name: tuple(rank_intervals(samples(group, table, column.name), better))
        for column in table.columns
        if (better := direction(group, column))
    }


def samples(group: Group, table: Table, name: str) -> list[FloatArray]:
    """A figure of those of each row's runs that have it, for the rows of a table of groups."""
    children = {child.address: child for child in group.children}
    if not children:  # one row over all runs
        return [table.figures.of(name).present for _ in table.rows]
    return [table.figures.of_child(children[row.path], name).present for row in table.rows]
