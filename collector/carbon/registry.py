"""The registry of providers."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import CollectorError
from ..plugins import entries
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
    """The provider of a name: one of ours, or of another package's entry points `wattboard.intensity_providers`.

    Raises:
        CollectorError: There is none; with the nearest names.
    """
    wanted = name.strip().lower()
    found = REGISTRY.get(wanted)
    if found is not None:
        return found
    known: dict[str, type[Provider]] = {**REGISTRY}
    for of_other, provider in entries("wattboard.intensity_providers"):
        known.setdefault(of_other, provider)
    if wanted in known:
        return known[wanted]
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise CollectorError(f"live_intensity: expected {', '.join(known)}, found {name!r}{meant}")
