"""What a tonne of CO2 costs, after three studies. Tables and their sources: data/README.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, get_args

from ..grid.tables import rows
from ..units import KG_PER_TONNE

Model = Literal["ricke", "epa2023", "rennert2022"]
MODELS: tuple[Model, ...] = get_args(Model)

WORLD = "WLD"
_RICKE_USD_YEAR = 2005  # "Outputs are expressed in USD 2005": the authors' generate_cscc.R


class Range(NamedTuple):
    low: float
    central: float
    high: float


@dataclass(frozen=True, slots=True)
class SocialCost:
    """Dollars per tonne of CO2."""

    model: Model
    usd_per_t: Range
    """ricke: median and 16.7–83.3 % range. epa2023: at 2.5, 2 and 1.5 % near-term discount rate. rennert2022: mean and
    5–95 % range."""
    usd_year: int
    """The dollars' year."""
    emission_year: int | None = None
    """The year of emission that the figure is for, where the model has several."""
    country: str = ""
    """Whose cost it is, "" for the world's."""
    instead_of: str = ""
    """The country that has no figure, where the world's stands for it."""

    def of(self, emissions_kg: float) -> Range:
        """What emissions cost, in dollars. Below zero: a benefit."""
        tonnes = emissions_kg / KG_PER_TONNE
        return Range(*(tonnes * usd for usd in self.usd_per_t))


def of_country(iso3: str, name: str) -> SocialCost:
    """The country-level cost of Ricke et al. (2018), or the world's where the study has none of the country.

    Args:
        iso3: ISO 3166-1 alpha-3, or "WLD" for the world.
        name: The country's, for the text.
    """
    costs = _countries()
    if iso3 == WORLD:
        return SocialCost("ricke", costs[WORLD], _RICKE_USD_YEAR)
    if iso3 not in costs:
        return SocialCost("ricke", costs[WORLD], _RICKE_USD_YEAR, instead_of=name)
    return SocialCost("ricke", costs[iso3], _RICKE_USD_YEAR, country=name)


def of_world(model: Literal["epa2023", "rennert2022"], year: int) -> SocialCost:
    """The world's cost of a tonne emitted in a year, or in that one of the model's years which is nearest to it."""
    table = _world()
    nearest = min((listed for m, listed in table if m == model), key=lambda y: (abs(y - year), y))
    usd_year, cost = table[model, nearest]
    return SocialCost(model, cost, usd_year, nearest)


def world_of_ricke() -> SocialCost:
    """The world's cost after Ricke et al., the sum of all countries'."""
    return of_country(WORLD, "")


@cache
def _countries() -> dict[str, Range]:
    return {
        row["iso3"]: Range(
            float(row["usd_per_t_16_7"]), float(row["usd_per_t_50"]), float(row["usd_per_t_83_3"])
        )
        for row in rows("social_cost_countries.csv")
    }


@cache
def _world() -> dict[tuple[str, int], tuple[int, Range]]:
    return {
        (row["model"], int(row["emission_year"])): (
            int(row["usd_year"]),
            Range(
                float(row["usd_per_t_low"]),
                float(row["usd_per_t_central"]),
                float(row["usd_per_t_high"]),
            ),
        )
        for row in rows("social_cost_world.csv")
    }
