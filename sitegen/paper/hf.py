"""The block `co2_eq_emissions` of a model card, as https://huggingface.co/docs/hub/model-cards-co2 describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import version

from ..errors import Problem, WattboardError
from ..text import count
from ..units import GRAMS_PER_KG
from .grid_text import BASIS_WORDS
from .hardware_text import describe
from .impact import Impact
from .prose import NBSP, listing, percent

_DIGITS = 6


def model_card(impact: Impact) -> str:
    """YAML for the head of a model card; emissions in grams. What the logs cannot tell is left to the author.

    Raises:
        WattboardError: no emissions are known.
    """
    kg = impact.emissions_kg.value
    if kg is None:
        raise WattboardError(
            Problem(
                "",
                "expected emissions for the model card, found none: for no run both energy and carbon intensity are "
                "known",
                hint="give the grid's with --intensity ZONE or --intensity NUMBER (g CO2eq/kWh)",
                severity="error",
            )
        )
    lines = ["co2_eq_emissions:", f"  emissions: {_plain(kg * GRAMS_PER_KG)}  # grams of CO2eq"]
    lines += [f"  {key}: {_quoted(text)}" for key, text in _fields(impact)]
    lines.append("  # training_type: pre-training or fine-tuning; the logs do not tell")
    return "\n".join(lines) + "\n"


def _plain(value: float) -> str:
    """Without an exponent, which YAML readers take for text."""
    text = format(Decimal(f"{value:.{_DIGITS}g}"), "f")
    return text if "." in text else f"{text}.0"


def _quoted(text: str) -> str:
    return json.dumps(text.replace(NBSP, " "), ensure_ascii=False)


def _fields(impact: Impact) -> Iterator[tuple[str, str]]:
    yield "source", "; ".join(_source(impact))
    places = dict.fromkeys(
        grid.name or grid.zone for grid in impact.grids if grid.name or grid.zone
    )
    if places:
        yield "geographical_location", "; ".join(places)
    known = [machine for machine in impact.machines if machine.processor or machine.gpus]
    if known:
        yield "hardware_used", "; ".join(map(describe, known))


def _source(impact: Impact) -> Iterator[str]:
    total = impact.emissions_kg
    runs = count(total.n, "run") if total.is_whole else f"{total.n} of {count(total.of, 'run')}"
    yield f"Wattboard {version('wattboard')}, from the energy logs of {runs}"
    energy = sum(impact.by_origin_kwh.values())
    if energy:
        shares = (f"{percent(kwh / energy)} {how}" for how, kwh in impact.by_origin_kwh.items())
        yield f"energy {listing(shares)}"
    yield f"PUE {listing(f'{use.pue:g}' for use in impact.pues)}"
    known = [grid for grid in impact.grids if grid.g_per_kwh is not None]
    intensities = (f"{grid.g_per_kwh:.4g} g/kWh ({BASIS_WORDS[grid.basis]})" for grid in known)
    whose = (
        ""
        if impact.reference_place is None
        else f" of a reference grid, {impact.reference_place or 'as stated'}:"
    )
    yield f"carbon intensity{whose} {listing(dict.fromkeys(intensities))}"
