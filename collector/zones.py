"""What places are called on the grid. Imported into the training: it brings little with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SUBDIVISION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,12})+")
"""As the grids' own zones are called: "SE-SE3", "US-CAL-CISO"."""


def zone_id(text: str) -> str | None:
    """A zone's id as users write it ("DEU", "de", "us-ca", "SE-SE3"); None if it is none."""
    code = text.strip().upper()
    known = zones()
    if code in known:
        return known[code]
    if code in known.values():
        return code
    is_subdivision = _SUBDIVISION.fullmatch(code) and code.partition("-")[0] in known
    return code if is_subdivision else None


def zone_of(country: str, subdivision: str) -> str | None:
    """The zone of a country's alpha-2 code and a subdivision's code, as a service has them.

    The subdivision where zones go by it (US, CA, AU, CN, BR) and it is known, else the country.
    """
    known = zones()
    code = country.strip().upper()
    if "-" in code:
        return None
    return known.get(f"{code}-{subdivision.strip().upper()}") or known.get(code)


@cache
def zones() -> Mapping[str, str]:
    """Zones by the codes that services give: "DE" is DEU, "CN-44" (before 2017) is CN-GD."""
    file = Path(__file__).with_name("data") / "zones.csv"
    _, *rows = file.read_text(encoding="utf-8").splitlines()
    pairs = (row.split(",") for row in rows)
    return {code: zone for code, zone, *_ in pairs}
