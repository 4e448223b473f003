"""The registry of providers."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import CollectorError
from .caiso import Caiso
from .electricity_maps import ElectricityMaps
from .energy_charts import EnergyCharts
from .great_britain import GreatBritain
from .provider import Provider
from .watttime import WattTime

REGISTRY: Mapping[str, type[Provider]] = {
    provider.name: provider
    for provider in (Caiso, GreatBritain, EnergyCharts, ElectricityMaps, WattTime)
}


def provider_class(name: str) -> type[Provider]:
    """The provider of a name.

    Raises:
        CollectorError: There is none; with the nearest names.
    """
    found = REGISTRY.get(name.strip().lower())
    if found is not None:
        return found
    from difflib import get_close_matches

    near = get_close_matches(name.strip().lower(), REGISTRY, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise CollectorError(f"live_intensity: expected {', '.join(REGISTRY)}, found {name!r}{meant}")
