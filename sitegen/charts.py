"""What all charts share: what an axis says, and Plotly itself. The kinds of charts are in `plots/`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

TIME_UNITS = ((3 * 3600.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))
"""From so many seconds on, an axis of time counts in a unit of so many seconds."""


@dataclass(frozen=True, slots=True)
class AxisText:
    label: str
    unit: str
    mark: str = ""
    """How the figures came about where they are not measured, such as "estimated"."""

    @property
    def marked_label(self) -> str:
        """ "Energy, with PUE, estimated"."""
        return f"{self.label}, {self.mark}" if self.mark else self.label

    @property
    def title(self) -> str:
        """ "Energy, with PUE, estimated (kWh)"."""
        return f"{self.marked_label} ({self.unit})" if self.unit else self.marked_label


def plotly_bundle() -> Path:
    """The file of Plotly's JavaScript, as the Python package ships it."""
    return Path(str(files("plotly") / "package_data" / "plotly.min.js"))
