"""What a spec says of the tables that hold other tools' runs: columns and their units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_ENERGY = {"J": 1 / 3.6e6, "kJ": 1 / 3600, "MJ": 1 / 3.6, "Wh": 1e-3, "kWh": 1.0, "MWh": 1e3}
_TIME = {"ms": 1 / 3.6e6, "s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "hh:mm:ss": 1 / 3600}
UNITS: Mapping[str, Mapping[str, float]] = {
    **dict.fromkeys(("energy_kwh", "cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh"), _ENERGY),
    **dict.fromkeys(("duration_hours", "cpu_hours", "gpu_hours"), _TIME),
    "emissions_kg": {"mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3},
    "mean_power_w": {"mW": 1e-3, "W": 1.0, "kW": 1e3},
}
"""Figure to the units in which a column may have it, and what they are in the figure's own."""

CLOCK = "hh:mm:ss"
"""A length of time in hours, minutes and seconds, with days before a "-" if there are any."""
TIME_UNITS = ("iso", "s", "ms")
"""Of a moment: ISO 8601, or since 1970."""

_COLUMN = re.compile(r"(?P<name>.*\S)\s*\[(?P<unit>[^\[\]]+)\]\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or in JSON a key with "." between those of nested objects."""

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TableReader:
    """How the runs are read that stand in tables of some name."""

    files: str
    """Pattern of their names, such as "sacct*.txt"."""
    tool: str
    """As pages call it."""
    figures: Mapping[str, Column]
    """By our names."""
    key: str = ""
    """The column that names a run; "": its place in the file does."""
    start: Column | None = None
    end: Column | None = None
    pue: float | None = None
    """What is in the energies already. None: nothing."""
    provenance: Literal["measured", "estimated", "reported"] = "reported"
    region: str = ""
    processor: str = ""
    gpus: str = ""


def column(text: str) -> Column:
    """A column as a spec writes it: "Energy used [J]", or a name alone.

    >>> column("ConsumedEnergyRaw [J]"), column("Start")
    (Column(name='ConsumedEnergyRaw', unit='J'), Column(name='Start', unit=''))
    """
    match = _COLUMN.fullmatch(text)
    return Column(match["name"].strip(), match["unit"].strip()) if match else Column(text.strip())
