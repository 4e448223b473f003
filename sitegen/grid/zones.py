"""The zones of the grid: countries, in some of them states or provinces, by id, name or place."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from ..errors import WattboardError
from .tables import rows

WORLD = "WLD"
"""The id under which the tables have the whole world."""

_N_SUGGESTIONS = 3
_SIMILARITY = 0.7
_SHORTEST, _LONGEST = 3, 100
"""Letters of a name that is looked for by how it begins; and of what is shown of it."""

_LEFT_OUT = frozenset("'’.")


@dataclass(frozen=True, slots=True)
class Zone:
    """A country, or a part of one that has a grid figure of its own or may get one."""

    id: str
    """ISO 3166-1 alpha-3 ("DEU"); of a part, ISO 3166-2 ("US-CA") or the bidding zone ("SE-SE3")."""
    name: str
    country_iso3: str
    country_name: str

    @property
    def is_country(self) -> bool:
        return self.id == self.country_iso3

    @property
    def label(self) -> str:
        """As in a sentence: "Germany", "California, United States"."""
        return self.name if self.is_country else f"{self.name}, {self.country_name}"


class UnknownZoneError(WattboardError):
    """There is no such zone, or the name is that of several. The hint names those that are near."""


def find(text: str) -> Zone:
    """A zone by its id, ISO code of two or three letters, or name, whatever the case and accents.

    Raises:
        UnknownZoneError: None or several have that id or name.
    """
    found = named(text)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownZoneError(
            f"{text!r} is the name of {len(found)} zones\n  hint: say which: {_listed(found)}"
        )
    near = _near(text)
    hint = f"\n  hint: did you mean {_listed(near)}?" if near else ""
    raise UnknownZoneError(
        f'expected a zone such as "DEU", "Germany" or "US-CA", found {text[:_LONGEST]!r}{hint}'
    )


def named(text: str) -> tuple[Zone, ...]:
    """The zones that a text is the id, code or name of: none, one or several. Looks for none that are merely near."""
    return _by_name().get(_plain(text), ())


@cache
def meant(text: str) -> Zone | None:
    """The zone that a text is the id, code or name of; None where it is that of none, or of several."""
    found = named(text)
    return found[0] if len(found) == 1 else None


def by_id(zone: str) -> Zone:
    """A zone by its id as the tables write it.

    Raises:
        KeyError: There is none.
    """
    return _zones()[zone]


def every() -> Iterable[Zone]:
    """All zones: countries first, then their parts, each in the order of their ids."""
    return _zones().values()


def at(latitude: float, longitude: float) -> Zone | None:
    """The zone at a place: in the US, Canada, Australia, China and Brazil the state or province, else the country.

    Args:
        latitude: Degrees, -90 to 90.
        longitude: Degrees, -180 to 180.

    Returns:
        None on the open sea, some 25 km and more from any coast.

    Raises:
        WattboardError: The numbers are no place on Earth.
    """
    from .polygons import zone_at

    zone = zone_at(latitude, longitude)
    return None if zone is None else _zones()[zone]


@cache
def _zones() -> Mapping[str, Zone]:
    table = list(rows("zones.csv"))
    countries = {row["iso2"]: row for row in table if row["iso2"]}
    zones = {}
    for row in table:
        country = countries.get(row["id"].partition("-")[0], row)
        zones[row["id"]] = Zone(row["id"], row["name"], country["id"], country["name"])
    return zones


@cache
def _by_name() -> Mapping[str, tuple[Zone, ...]]:
    """Zones by every id, code and name, written plainly."""
    found: dict[str, dict[str, Zone]] = defaultdict(dict)
    for row in rows("zones.csv"):
        zone = _zones()[row["id"]]
        for name in (row["id"], row["iso2"], row["name"], *row["other_names"].split("|")):
            if name:
                found[_plain(name)][zone.id] = zone
    return {name: tuple(zones.values()) for name, zones in found.items()}


def _plain(text: str) -> str:
    """Without case, accents and marks: "Côte d'Ivoire" is "cote divoire", "US-CA" is "us ca"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in decomposed if c not in _LEFT_OUT and not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def _near(text: str) -> list[Zone]:
    """Zones whose name begins with the text, then those that are written much like it."""
    plain = _plain(text)[:_LONGEST]
    names = [name for name in _by_name() if len(plain) >= _SHORTEST and name.startswith(plain)]
    names += get_close_matches(plain, _by_name(), _N_SUGGESTIONS, _SIMILARITY)
    zones = dict.fromkeys(zone for name in names for zone in _by_name()[name])
    return list(zones)[:_N_SUGGESTIONS]


def _listed(zones: Iterable[Zone]) -> str:
    return ", ".join(f"{zone.id} ({zone.label})" for zone in zones)
