"""Places as users and providers write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ..zones import zones

_COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")


class Coordinates(NamedTuple):
    """A place on Earth, in degrees."""

    latitude: float
    longitude: float


def coordinates(place: str) -> Coordinates | None:
    """Of a place that is written as "latitude,longitude"; None if it is not."""
    found = _COORDINATES.fullmatch(place.strip())
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return Coordinates(latitude, longitude) if is_on_earth else None


@cache
def alpha_2() -> Mapping[str, str]:
    """Each country's two letters by its three: "DE" by "DEU"."""
    return {zone: code for code, zone in zones().items() if len(code) == len("DE")}
