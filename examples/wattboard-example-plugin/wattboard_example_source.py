"""Power of the CPU from a file that something else keeps writing watts into, such as a driver of a power strip.

The file is named by the environment variable EXAMPLE_METER_FILE.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from wattboard.collector.errors import SourceUnavailableError
from wattboard.collector.power import PowerReading, SourceEntry, Usage


class MeterFile:
    """The whole machine's power, of which the run gets its share of the CPU time."""

    component = "cpu"
    kind = "power"
    power_key = "cpu_power_draw_absolute"
    attributable_key = "cpu_attributable_power_draw"

    def __init__(self, file: Path) -> None:
        self._file = file

    def describe(self) -> dict[str, Any]:
        return {"name": "example meter", "kind": self.kind, "component": self.component}

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Usage) -> PowerReading:
        try:
            watts = float(self._file.read_text())
        except (OSError, ValueError):
            return PowerReading()  # no answer, which is not 0
        return PowerReading(watts, watts * usage.cpu_share if usage.gives_rates else None)

    def close(self) -> None:
        pass


def _open(_: object) -> MeterFile:
    file = os.environ.get("EXAMPLE_METER_FILE")
    if not file:
        raise SourceUnavailableError("EXAMPLE_METER_FILE is not set")
    return MeterFile(Path(file))


ENTRY = SourceEntry("example meter", "cpu", _open)
