"""How the figures of a leaf are spread over its runs: the file `siblings.js` beside its page.

A run's page asks for it when its section on siblings comes into view, and `js/siblings.js` draws it there. So the page
itself depends on its own run alone, however many runs its leaf has.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..catalog import our_name
from ..distribution import Distribution
from ..model import Group
from ..table import column

SIBLINGS_FILE = "siblings.js"
MOST_FIGURES = 6
MOST_VALUES = 200
"""Of a figure; more runs are told by so many quantiles."""


def siblings_data(leaf: Group) -> dict[str, Any]:
    """The first figures of a leaf's summary that two runs or more have, in the unit in which the leaf shows them."""
    return {"kind": "siblings", "figures": list(islice(_figures(leaf), MOST_FIGURES))}


def _figures(leaf: Group) -> Iterator[dict[str, Any]]:
    if len(leaf.runs) < 2:
        return
    for name in leaf.node.summary_variables:
        shown = column(leaf, name)
        factor = shown.shown.factor
        values = (leaf.figure(run, name).value for run in leaf.runs)
        distribution = Distribution.of(v * factor for v in values if v is not None)
        if distribution is None or len(distribution.values) < 2:
            continue
        q = distribution.quartiles
        yield {
            "key": our_name(name),
            "label": shown.variable.label,
            "unit": shown.shown.unit,
            "factor": factor,
            "digits": shown.variable.digits,
            "n": len(distribution.values),
            # As exact as the run's own value, which they are shown beside.
            "quartiles": [float(f"{v:.12g}") for v in (q.low, q.first, q.median, q.third, q.high)],
            "values": [float(f"{v:.4g}") for v in distribution.thinned(MOST_VALUES)],
        }
