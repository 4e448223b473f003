"""A rough estimate in sentences, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .cost_text import cost_sentences
from .estimate import Estimate, Load
from .grid_text import INTENSITY_UNIT, details
from .prose import NBSP, Sentence, Statement, cite, listing, quantity, with_article
from .social_cost import SocialCost
from .sources import LACOSTE, UPTIME, of_intensity, wattboard
from .statement import PUE_WORDS


def estimate_statement(estimate: Estimate, cost: SocialCost | None) -> Statement:
    """What may be said of computations that nobody measured."""
    paragraphs = (
        tuple(_energy(estimate)),
        tuple(_grid(estimate)),
        tuple(cost_sentences(cost, estimate.emissions_kg)) if cost else (),
        (_caveat(),),
    )
    return Statement(tuple(paragraph for paragraph in paragraphs if paragraph))


def _caveat() -> Sentence:
    return (
        "This is a rough estimate from names, hours and assumed utilisation",
        *cite(LACOSTE),
        ", made with Wattboard",
        *cite(wattboard()),
        "; nothing was measured, and memory, storage, networks, idle machines and the making of the hardware are left "
        "out.",
    )


def _energy(estimate: Estimate) -> Iterator[Sentence]:
    yield (
        f"By a rough estimate, this work used {quantity(estimate.facility_energy_kwh, 'kWh')} of electricity and "
        f"caused emissions of {quantity(estimate.emissions_kg, 'kg')} of CO₂eq.",
    )
    loads = listing(_load(load) for load in estimate.loads)
    yield (
        f"It assumes {estimate.hours:g}{NBSP}{'hour' if estimate.hours == 1 else 'hours'} on {loads}, which makes "
        f"{quantity(estimate.energy_kwh, 'kWh')}, and a power usage effectiveness (PUE) of {estimate.pue:g} "
        f"({PUE_WORDS.get(estimate.pue_source, estimate.pue_source)}",
        *cite(UPTIME if estimate.pue_source == "the default" else None),
        ").",
    )
    for load in estimate.loads:
        if not load.rated.verified:
            yield (f"The rated power of the {load.rated.name} could not be verified.",)


def _load(load: Load) -> str:
    n = f"{load.count}{NBSP}×{NBSP}" if load.count > 1 else "one "
    each = " each" if load.count > 1 else ""
    return (
        f"{n}{load.rated.name} (rated at {load.rated.watts:g}{NBSP}W{each}, "
        f"{load.utilisation * 100:g}{NBSP}% utilised)"
    )


def _grid(estimate: Estimate) -> Iterator[Sentence]:
    grid = estimate.intensity
    where = f" in {with_article(estimate.place)}" if estimate.place else ""
    yield (
        f"The carbon intensity of the grid{where} is taken as {quantity(grid.g_per_kwh, INTENSITY_UNIT)} "
        f"({details(grid)}",
        *cite(of_intensity(grid.source)),
        ").",
    )
    if estimate.note:
        yield (f"Note on this figure: {estimate.note}.",)


def estimate_json(estimate: Estimate, cost: SocialCost | None) -> str:
    """All figures by our names, with "estimate": true."""
    grid = estimate.intensity
    record: dict[str, Any] = {
        "estimate": True,
        "facility_energy_kwh": estimate.facility_energy_kwh,
        "energy_kwh": estimate.energy_kwh,
        "emissions_kg": estimate.emissions_kg,
        "duration_hours": estimate.hours,
        "pue": estimate.pue,
        "pue_source": PUE_WORDS.get(estimate.pue_source, estimate.pue_source),
        "processors": [_load_record(load, estimate.hours) for load in estimate.loads],
        "place": estimate.place or None,
        "country_iso3": estimate.country_iso3 or None,
        "carbon_intensity_g_per_kwh": grid.g_per_kwh,
        "year": grid.year,
        "basis": grid.basis,
        "source": grid.source or None,
        "note": estimate.note or None,
        "social_cost": None if cost is None else _cost_record(cost, estimate.emissions_kg),
    }
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _load_record(load: Load, hours: float) -> dict[str, Any]:
    return {
        "component": load.component,
        "name": load.rated.name,
        "count": load.count,
        "rated_power_w": load.rated.watts,
        "rated_power_verified": load.rated.verified,
        "utilisation": load.utilisation,
        "energy_kwh": load.energy_kwh(hours),
    }


def _cost_record(cost: SocialCost, emissions_kg: float) -> dict[str, Any]:
    return {
        "model": cost.model,
        "usd_per_t": cost.usd_per_t._asdict(),
        "usd": cost.of(emissions_kg)._asdict(),
        "usd_year": cost.usd_year,
        "emission_year": cost.emission_year,
        "of": cost.country or "World",
        "instead_of": cost.instead_of or None,
    }
