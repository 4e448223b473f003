"""What `wattboard region` says of a zone, for people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..grid import address, intensity
from ..grid.tables import sources
from .aligned import WIDTH

if TYPE_CHECKING:
    from ..grid.intensity import ZoneIntensity
    from ..grid.zones import Zone

UNIT = "g CO₂eq/kWh"
SHARE_SOURCE = "owid-energy-2024"

_BASES = {
    "lifecycle": "lifecycle (with building plants and winning fuel)",
    "direct": "direct (what the plants emit)",
}
_INDENT = 11


@dataclass(frozen=True, slots=True)
class Finding:
    """A zone, and the place by which it was found."""

    zone: Zone
    place: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""
    label: str = ""
    """The place's name, where it was found by an address."""
    found_by: str = ""
    """In words, where the collector found it."""


def as_record(finding: Finding) -> Mapping[str, Any]:
    """As JSON. What is not known is null."""
    zone, figure = finding.zone, intensity.of(finding.zone)
    country = intensity.of_country(zone)
    latitude, longitude = finding.place or (None, None)
    return {
        "zone": zone.id,
        "name": zone.name,
        "country_iso3": zone.country_iso3,
        "country_name": zone.country_name,
        **_figure_record(figure),
        "country": None if country is None else _figure_record(country),
        "place": finding.label or None,
        "latitude": latitude,
        "longitude": longitude,
        "place_source": address.ATTRIBUTION if finding.label else None,
        "found_by": finding.found_by or None,
    }


def _figure_record(figure: ZoneIntensity | None) -> Mapping[str, Any]:
    if figure is None:
        return dict.fromkeys(_FIGURE_KEYS)
    source = sources()[figure.source_id]
    values = (
        *(figure.zone.id, figure.g_per_kwh, figure.year, figure.basis, figure.scope),
        *(figure.source, source.licence, source.url),
        *(figure.fossil_share, figure.low_carbon_share, figure.share_year, figure.note or None),
    )
    return dict(zip(_FIGURE_KEYS, values, strict=True))


_FIGURE_KEYS = (
    *("figure_of", "g_co2eq_per_kwh", "year", "basis", "scope", "source", "licence", "url"),
    *("fossil_share", "low_carbon_share", "share_year", "note"),
)


def as_text(finding: Finding) -> str:
    """For people."""
    zone, figure = finding.zone, intensity.of(finding.zone)
    country = intensity.of_country(zone)
    lines = [_row("zone", f"{zone.id}, {zone.label}"), *_found(finding)]
    if figure is None:
        lines.append(_row("intensity", f"there is no figure for {zone.label}"))
    else:
        lines += _figure(figure)
    if country is not None and country.zone not in (zone, figure.zone if figure else None):
        lines += ["", _row("country", f"{country.zone.id}, {country.zone.name}"), *_figure(country)]
    lines += _sources(finding, [found for found in (figure, country) if found])
    return "\n".join(lines) + "\n"


def _found(finding: Finding) -> Iterable[str]:
    if finding.place is not None:
        coordinates = "{:g},{:g}".format(*finding.place)
        label = f"{finding.label} ({coordinates})" if finding.label else coordinates
        yield _row("place", label)
    if finding.found_by:
        yield _row("found by", finding.found_by)


def _figure(figure: ZoneIntensity) -> Iterable[str]:
    yield _row("intensity", f"{figure.g_per_kwh:.6g} {UNIT} in {figure.year}")
    yield _row("basis", f"{_BASES.get(figure.basis, figure.basis)}; {figure.scope}")
    if figure.fossil_share is not None and figure.low_carbon_share is not None:
        shares = f"{figure.fossil_share:.1%} fossil, {figure.low_carbon_share:.1%} low-carbon"
        yield _row("mix", f"{shares}, in {figure.share_year}".replace("%", " %"))
    if figure.note:
        yield _row("note", figure.note)


def _row(label: str, text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=label.ljust(_INDENT),
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sources(finding: Finding, figures: Iterable[ZoneIntensity]) -> Iterable[str]:
    ids = {figure.source_id: None for figure in figures}
    if any(figure.fossil_share is not None for figure in figures):
        ids[SHARE_SOURCE] = None
    lines = [line for source in ids for line in source_lines(source)]
    if finding.label:
        lines.append(f"  {address.ATTRIBUTION}")
    return ["", "sources", *lines] if lines else []


def source_lines(source_id: str, about: str = "", mark: str = "") -> Iterable[str]:
    """Who figures are from, under what licence, and where.

    Args:
        about: What is said of them beside.
        mark: What refers to them in a table.
    """
    source = sources()[source_id]
    indent = "  " + (f"{mark}  " if mark else "")
    further = " " * max(4, len(indent))
    text = f"{source.name} ({source.licence})" + (f": {about}" if about else "")
    yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further)
    yield further + source.url
