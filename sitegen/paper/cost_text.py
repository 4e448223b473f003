"""What emissions cost, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from .prose import NBSP, Sentence, cite, usd, with_article
from .social_cost import Range, SocialCost, world_of_ricke
from .sources import EPA_COST, RENNERT, RICKE


def cost_sentences(cost: SocialCost, emissions_kg: float) -> Iterator[Sentence]:
    """What emissions cost by a model, and what must be known of the figure."""
    match cost.model:
        case "ricke":
            yield from _ricke(cost, emissions_kg)
        case "epa2023":
            yield _epa(cost, emissions_kg)
        case "rennert2022":
            yield _rennert(cost, emissions_kg)


def _ricke(cost: SocialCost, emissions_kg: float) -> Iterator[Sentence]:
    if cost.instead_of:
        yield (
            f"The study of country-level social costs of carbon that is used here has no figure for "
            f"{with_article(cost.instead_of)}; the world{_S} stands for it.",
        )
    whose = with_article(cost.country) if cost.country else "the world"
    where = "in that country" if cost.country else "worldwide"
    yield (
        f"At the social cost of carbon of {whose} (median {usd(cost.usd_per_t.central)}, 16.7–83.3{NBSP}% range "
        f"{_range(cost.usd_per_t)}, per tonne of CO₂ in dollars of {cost.usd_year}",
        *cite(RICKE),
        f"), these emissions correspond to {_amount(cost.of(emissions_kg))} of damage {where}.",
    )
    if cost.usd_per_t.central < 0:
        yield from _below_zero(cost.usd_per_t.high < 0)
    elif cost.usd_per_t.low < 0:
        yield ("Where the range is below zero, the country would gain from a warmer climate.",)


_S = "\u2019s"


def _below_zero(is_sure: bool) -> Iterator[Sentence]:
    world = world_of_ricke()
    also = "" if is_sure else ", though the range includes damage"
    yield (
        "The figure is negative because the study expects this country, which is cooler than its economy would have "
        f"it, to gain from a warmer climate{also}; damage elsewhere is not in it.",
    )
    yield (
        f"The study{_S} figure for the world is {usd(world.usd_per_t.central)} ({_range(world.usd_per_t)}) per tonne.",
    )


def _epa(cost: SocialCost, emissions_kg: float) -> Sentence:
    low, central, high = cost.usd_per_t
    return (
        f"At the social cost of carbon of the U.S. Environmental Protection Agency for emissions in "
        f"{cost.emission_year} ({usd(central)} per tonne of CO₂ at a near-term discount rate of 2{NBSP}%, {usd(low)} "
        f"at 2.5{NBSP}% and {usd(high)} at 1.5{NBSP}%, in dollars of {cost.usd_year}",
        *cite(EPA_COST),
        f"), these emissions correspond to {_amount(cost.of(emissions_kg))} of damage worldwide.",
    )


def _rennert(cost: SocialCost, emissions_kg: float) -> Sentence:
    return (
        f"At a social cost of carbon of {usd(cost.usd_per_t.central)} per tonne of CO₂ (5–95{NBSP}% range "
        f"{_range(cost.usd_per_t)}, in dollars of {cost.usd_year}",
        *cite(RENNERT),
        f"), these emissions correspond to {_amount(cost.of(emissions_kg))} of damage worldwide.",
    )


def _range(usd_range: Range) -> str:
    return f"{usd(usd_range.low)} to {usd(usd_range.high)}"


def _amount(usd_range: Range) -> str:
    return f"{usd(usd_range.central)} ({_range(usd_range)})"
