"""The tests between a group's children, for the page that compares: a file `comparisons.js` beside the group's page.

The file is a data file like `data.js`, loaded by `wattboard.data(url)`. It exists beside every group with two children
or more. What it holds (numbers have six significant digits; null for what cannot be told):

    {
      "alpha": 0.05,
      "correction": "what the corrected p-values are corrected for, in words",
      "left_out": "" or, in words, which tests the page has too many groups for,
      "groups": [address of each child's page, in the spec's order],
      "titles": [title of each child],
      "columns": [{"name", "label", "unit", "better": "lower" | "higher" | ""}],
      "assumptions": {name of a test: "what it assumes"},
      "pairs": [
        {
          "a": i, "b": j,               places in "groups", i < j
          "column": name,
          "n": [runs of a, of b],       that have the figure; pairs where a side has none are left out
          "mean": [of a, of b],         in the column's "unit"
          "difference": a - b,
          "low": l, "high": h,          95 % interval of the difference (Welch)
          "percent": of b's mean, null where a mean is negative or b's is zero,
          "effect": Hedges' g,
          "p": p of Welch's test, corrected; what the ranks rest on
          "tests": [{"name", "p", "low", "high", "note"}, ...]
                                        p-values of each test alone, not corrected; "low" and "high" of the
                                        difference, null where the test gives none; "note": why it has no p,
                                        or what to beware of, or ""
        }, ...
      ],
      "ranks": {name of a column: [[best, worst] | null, in the order of "groups"]}
    }

To show b - a, change the sign of "difference" and "effect", and use -"high" and -"low"; "percent" has another base.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import isfinite
from typing import Any

from ..inference import RESAMPLES, TESTS, WELCH, Comparison, TwoSampleTest, compare_pairs
from ..model import FloatArray, Group
from ..ranking import ALPHA, corrected_p, direction, table_ranks
from ..table import Column, Table
from .datafiles import rank_record
from .kept import KeepPieces, Piece, all_made_now
from .page_data import as_script

COMPARISONS_FILE = "comparisons.js"
CORRECTION = (
    "The p-values of the tests are those of each test alone. With many pairs, some fall below alpha by chance: "
    "the corrected p-value is Welch's, by Holm's method for all pairs of the column, and the ranks rest on it."
)
MOST_RESAMPLED = 20
"""Children, up to which all tests are made."""
MOST_TESTED = 60
"""Children, up to which all tests but those that resample are made."""
MOST_DRAWN = 20_000_000
"""Values that resampling may draw for one page, some tenths of a second's work. Beyond, there are so many runs that it
says what Welch's test says."""
MOST_COMPARED = 100
"""Children, up to which there is anything but ranks: the file grows with the square of their number."""


def comparison_files(
    group: Group, table: Table, keep: KeepPieces = all_made_now
) -> Mapping[str, str]:
    """`comparisons.js` of a group that has children to compare; nothing for others.

    Args:
        keep: Gives the tests of pairs that were made before.
    """
    payload = comparisons(group, table, keep)
    return {} if payload is None else {COMPARISONS_FILE: as_script(payload)}


def comparisons(
    group: Group, table: Table, keep: KeepPieces = all_made_now
) -> dict[str, Any] | None:
    """What the file holds; None for a group with fewer than two children.

    Args:
        table: The group's `main_table`.
        keep: As of `comparison_files`.
    """
    if len(group.children) < 2:
        return None
    place_of = {row.path: place for place, row in enumerate(table.rows)}
    places = [place_of[child.address] for child in group.children]
    ranks = table_ranks(group, table)
    of_children = {
        column.name: [
            table.figures.of_child(child, column.name).present for child in group.children
        ]
        for column in table.columns
    }
    tests, left_out = _affordable(of_children)
    return {
        "alpha": ALPHA,
        "correction": CORRECTION,
        "left_out": left_out,
        "groups": [child.address for child in group.children],
        "titles": [child.node.title for child in group.children],
        "columns": [_column(group, column) for column in table.columns],
        "assumptions": {test.name: test.assumes for test in tests},
        "pairs": list(_pairs(of_children, tests, keep)) if tests else [],
        "ranks": {
            name: [rank_record(of_rows[place]) for place in places]
            for name, of_rows in ranks.items()
        },
    }


def _affordable(
    of_children: Mapping[str, Sequence[FloatArray]],
) -> tuple[Sequence[TwoSampleTest], str]:
    """The tests to make, and what to say of those that are left out.

    Args:
        of_children: Name of a column to the values of each child's runs.
    """
    n_children = max(map(len, of_children.values()), default=0)
    if n_children > MOST_COMPARED:
        return (
            (),
            f"Above {MOST_COMPARED} groups, pairs are left out; the ranks take them into account.",
        )
    if n_children > MOST_TESTED:
        tests = [test for test in TESTS if test.name == WELCH]
        return tests, f"Above {MOST_TESTED} groups, only Welch's test is made."
    if n_children > MOST_RESAMPLED:
        return _quick(), f"Above {MOST_RESAMPLED} groups, the tests that resample are left out."
    if _n_drawn(of_children) > MOST_DRAWN:
        return _quick(), "With so many runs, the tests that resample are left out."
    return TESTS, ""


def _quick() -> list[TwoSampleTest]:
    return [test for test in TESTS if not test.resamples]


def _n_drawn(of_children: Mapping[str, Sequence[FloatArray]]) -> int:
    """Values that one resampling test of each pair would draw."""
    return RESAMPLES * sum(
        (len(sizes) - 1) * sum(sizes)
        for sizes in ([len(values) for values in of_one] for of_one in of_children.values())
    )


def _column(group: Group, column: Column) -> dict[str, str]:
    variable = column.variable
    return {
        "name": column.name,
        "label": variable.label,
        "unit": variable.unit,
        "better": direction(group, column),
    }


def _pairs(
    arrays: Mapping[str, Sequence[FloatArray]], tests: Sequence[TwoSampleTest], keep: KeepPieces
) -> Iterator[dict[str, Any]]:
    """A record for each column and each two children that have its figure."""
    pairs = [
        (name, a, b)
        for name, of_one in arrays.items()
        for a, b in combinations([i for i, sample in enumerate(of_one) if len(sample)], 2)
    ]
    corrected = {name: corrected_p(of_one) for name, of_one in arrays.items()}

    def made(places: Sequence[int]) -> list[Piece]:
        # All at once: a test of many pairs costs little more than one of one pair.
        samples = [
            (arrays[name][a], arrays[name][b]) for name, a, b in map(pairs.__getitem__, places)
        ]
        return [_record(comparison) for comparison in compare_pairs(samples, tests)]

    made_with = _digest("\0".join(test.name for test in tests).encode())
    digests = {
        name: [_digest(sample.tobytes()) for sample in of_one] for name, of_one in arrays.items()
    }
    keys = [made_with + digests[name][a] + digests[name][b] for name, a, b in pairs]
    for (name, a, b), record in zip(pairs, keep(keys, made), strict=True):
        p = _rounded(float(corrected[name][a, b]))
        yield {"a": a, "b": b, "column": name, **record, "p": p}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _record(found: Comparison) -> Piece:
    """All but what depends on other pairs."""
    return {
        "n": found.n,
        "mean": [_rounded(mean) for mean in found.mean],
        "difference": _rounded(found.difference),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "percent": _rounded(found.percent),
        "effect": _rounded(found.effect),
        "p": None,
        "tests": [
            {
                "name": outcome.test,
                "p": _rounded(outcome.p),
                "low": _rounded(outcome.low),
                "high": _rounded(outcome.high),
                "note": outcome.note,
            }
            for outcome in found.outcomes
        ],
    }


def _rounded(value: float | None) -> float | None:
    """To six significant digits; absent where it could not be computed."""
    return None if value is None or not isfinite(value) else float(f"{value:.6g}")
