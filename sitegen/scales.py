"""The unit in which a figure is read best: 0.0000124 kWh is 12.4 mWh. Files keep the figure's own unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scale:
    """What a value is multiplied by to be shown, and the unit that it then has."""

    factor: float
    unit: str


_LADDERS: Mapping[str, tuple[Scale, ...]] = {
    "kWh": (Scale(1e-3, "MWh"), Scale(1.0, "kWh"), Scale(1e3, "Wh"), Scale(1e6, "mWh")),
    "kg CO₂eq": (
        Scale(1e-3, "t CO₂eq"),
        Scale(1.0, "kg CO₂eq"),
        Scale(1e3, "g CO₂eq"),
        Scale(1e6, "mg CO₂eq"),
    ),
    "0–1": (Scale(100.0, "%"),),
    "h": (Scale(1.0, "h"), Scale(60.0, "min"), Scale(3600.0, "s")),
}
"""By a figure's own unit, the units that people know, largest first."""

_SMALLEST_IN_OWN_UNIT = 0.1


def ladders() -> Mapping[str, Any]:
    """What `best` goes by, for scripts that choose a unit for values which no page shows together."""
    return {
        "ladders": {
            unit: [[s.factor, s.unit] for s in ladder] for unit, ladder in _LADDERS.items()
        },
        "smallest_in_own_unit": _SMALLEST_IN_OWN_UNIT,
    }


def best(unit: str, values: Iterable[float | None]) -> Scale:
    """The largest unit in which the middle value is 1 or more; the figure's own from 0.1 on.

    >>> best("kWh", [1.2e-5]), best("kWh", [0.05, 0.98]), best("h", [0.0034]), best("W", [1e-9])
    (Scale(factor=1000000.0, unit='mWh'), Scale(factor=1.0, unit='kWh'), Scale(factor=3600.0, unit='s'), \
Scale(factor=1.0, unit='W'))
    """
    own = Scale(1.0, unit)
    ladder = _LADDERS.get(unit, ())
    sizes = sorted([abs(value) for value in values if value]) if ladder else ()
    if not sizes:
        return own
    middle = sizes[len(sizes) // 2]
    for scale in ladder:
        if middle * scale.factor >= (_SMALLEST_IN_OWN_UNIT if scale == own else 1.0):
            return scale
    return ladder[-1]
