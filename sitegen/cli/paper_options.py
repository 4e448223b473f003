"""What the commands for papers share: whose social cost of carbon."""

from __future__ import annotations

from difflib import get_close_matches

import click

from ..errors import Problem, WattboardError
from ..grid import zones
from ..paper.social_cost import MODELS, WORLD, SocialCost, of_country, of_world

_N_SUGGESTIONS = 4

COUNTRY = click.option(
    "--country",
    help="Whose social cost of carbon: a code such as USA, a name, or world. [default: the computations' country]",
)
SOCIAL_COST = click.option(
    "--scc",
    type=click.Choice(MODELS),
    default="ricke",
    show_default=True,
    help="Social cost of carbon: by country (Ricke et al. 2018), or the world's (US EPA 2023, Rennert et al. 2022).",
)


def find_country(text: str) -> zones.Zone | None:
    """The country, or a zone that lies in it, by code or name; None for the world.

    Raises:
        WattboardError: there is none, or several. The hint names those that are near.
    """
    if text.upper() in {WORLD, "WORLD"}:
        return None
    try:
        return zones.find(text)
    except zones.UnknownZoneError as error:
        near = ", ".join(f"{zone.id} ({zone.name})" for zone in _near(text))
        raise WattboardError(
            Problem(
                "--country",
                f"expected a country by its code or name, found {text!r}",
                hint=f"did you mean {near}?" if near else "its ISO 3166 code will do, such as USA",
                severity="error",
            )
        ) from error


def _near(text: str) -> list[zones.Zone]:
    """Countries whose name begins so, whose code differs in one letter, and whose name is similar."""
    countries = [zone for zone in zones.every() if zone.is_country and zone.id != WORLD]
    wanted = text.strip().casefold()
    begin = [
        zone for zone in countries if len(wanted) > 1 and zone.name.casefold().startswith(wanted)
    ]
    codes = [zone for zone in countries if _one_letter_off(wanted, zone.id.casefold())]
    by_name = {zone.name.casefold(): zone for zone in countries}
    similar = [by_name[name] for name in get_close_matches(wanted, by_name)]
    return list(dict.fromkeys((*begin, *similar, *codes)))[:_N_SUGGESTIONS]


def _one_letter_off(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def social_cost(model: str, country: zones.Zone | None, year: int) -> SocialCost:
    """What a tonne costs by a model.

    Args:
        country: For Ricke et al.; None for the world.
        year: Of the emissions, for the others.
    """
    match model:
        case "epa2023" | "rennert2022":
            return of_world(model, year)
    if country is None:
        return of_country(WORLD, "")
    return of_country(country.country_iso3, country.country_name)
