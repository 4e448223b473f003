"""A rough estimate from names and hours, where nothing was measured. Pure. Formula: docs/statement.md."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from ..model import GridIntensity
from ..units import GRAMS_PER_KG
from .rated_power import Rated

WATTS_PER_KW = 1000.0


@dataclass(frozen=True, slots=True)
class Load:
    """Processors of one kind, and how busy they were."""

    rated: Rated
    count: int
    utilisation: float
    """0 to 1."""
    component: str
    """"gpu" or "cpu"."""

    def energy_kwh(self, hours: float) -> float:
        """Rated power × number × utilisation × time."""
        return self.rated.watts * self.count * self.utilisation * hours / WATTS_PER_KW


@dataclass(frozen=True, slots=True)
class Estimate:
    loads: tuple[Load, ...]
    hours: float
    pue: float
    pue_source: str
    place: str
    """Where, in words; "" where only a number was given for its intensity."""
    country_iso3: str
    country_name: str
    """"" where no zone was given."""
    intensity: GridIntensity
    note: str = ""
    """What must be known of the intensity, such as that it is the country's."""

    @property
    def energy_kwh(self) -> float:
        """Of the hardware, without PUE."""
        return fsum(load.energy_kwh(self.hours) for load in self.loads)

    @property
    def facility_energy_kwh(self) -> float:
        """With PUE."""
        return self.pue * self.energy_kwh

    @property
    def emissions_kg(self) -> float:
        """Of the energy with PUE."""
        return self.facility_energy_kwh * self.intensity.g_per_kwh / GRAMS_PER_KG
