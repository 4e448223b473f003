"""Ratios that mislead: of a negative figure to a cost, such as return per kWh, where a higher cost looks better."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isnan

from .columns import Column, GroupFigures
from .text import words

_COSTS = {
    "energy": "[kmg]?wh|[kmg]?j|joules?|(?:kilo)?watt hours?",
    "power": "[km]?w|(?:kilo)?watts?",
    "time": "h|hours?|min|minutes?|s|sec|seconds?|d|days?",
    "emissions": "k?g|t|kilograms?|grams?|tonnes?|co2e?q?",
}
_PER = {
    cost: re.compile(
        rf"(?:\bper|/)\s*(?:[cg]pu\s+)?(?:{units})(?![a-z0-9])|\b(?:{units})(?:⁻¹|\^?[-−]1)",
        re.IGNORECASE,
    )
    for cost, units in _COSTS.items()
}
_ENERGY_UNITS = frozenset({"MWh", "kWh", "Wh", "mWh", "GJ", "MJ", "kJ", "J", "mJ"})
_SHOWN = 3


def cost_below(name: str, label: str, unit: str) -> str:
    """What a figure is divided by: "energy", "power", "time" or "emissions", as name, label or unit tell; "" for else.

    >>> cost_below("AverageReturnPerkWh", "", ""), cost_below("speed", "", "points/J"), cost_below("per_step", "", "")
    ('energy', 'energy', '')
    """
    texts = (words(name), name.replace("_", " "), label, unit)
    return next((cost for cost, per in _PER.items() if any(map(per.search, texts))), "")


def rests_on(name: str, label: str, unit: str) -> str:
    """Our figure that one of the site's own is made with, as name, label or unit tell: energy or emissions, or a ratio
    to one of them; "" for none.

    >>> rests_on("AverageReturnPerkWh", "", ""), rests_on("per_model", "", "J"), rests_on("accuracy", "Accuracy", "%")
    ('facility_energy_kwh', 'facility_energy_kwh', '')
    """
    if unit in _ENERGY_UNITS or cost_below(name, label, unit) in {"energy", "power"}:
        return "facility_energy_kwh"
    return "emissions_kg" if cost_below(name, label, unit) == "emissions" else ""


def ratio_note(shown: Column, samples: Sequence[tuple[str, Sequence[float]]]) -> str | None:
    """A warning, if a figure is a ratio to a cost and negative somewhere.

    Args:
        samples: For each row its title, and the values of its runs.
    """
    variable = shown.variable
    cost = cost_below(shown.name, variable.label, variable.unit)
    negative = [title for title, values in samples if any(value < 0 for value in values)]
    if not cost or not negative:
        return None
    return (
        f"“{variable.label}” is negative for {_listed(negative)}. "
        f"There it misleads: more {cost} brings it closer to zero, and so makes it look better. "
        "Compare the two figures that it is made of."
    )


def ratio_notes(figures: GroupFigures, columns: Sequence[Column]) -> list[str]:
    """The warnings for a group's page: of its columns, and of what orders its rows."""
    ordering = figures.group.node.ordering_variable
    listed = list(columns)
    if ordering is not None and all(shown.name != ordering for shown in columns):
        listed.append(figures.column(ordering))
    notes = (
        ratio_note(shown, list(_samples(figures, shown.name)))
        for shown in listed
        if cost_below(shown.name, shown.variable.label, shown.variable.unit)
    )
    return [note for note in notes if note]


def _samples(figures: GroupFigures, name: str) -> Iterator[tuple[str, Sequence[float]]]:
    """The values of a figure for each of a group's children, or of a leaf's runs."""
    group = figures.group
    if not group.node.is_leaf:
        for child in group.children:
            yield child.node.title, figures.of_child(child, name).present.tolist()
        return
    for run, value in zip(group.runs, figures.of(name).value.tolist(), strict=True):
        if not isnan(value):
            yield figures.titles.of(run.location.path), (value,)


def _listed(titles: Sequence[str]) -> str:
    """ "A", "A and B", "A, B, C and 4 more"."""
    shown = [f"“{title}”" for title in titles[:_SHOWN]]
    if len(titles) > _SHOWN:
        shown.append(f"{len(titles) - _SHOWN} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
