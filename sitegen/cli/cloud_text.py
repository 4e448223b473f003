"""Tables of cloud regions for people."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from string import ascii_lowercase

from ..grid import cloud
from ..grid.cloud import CloudRegion
from .aligned import WIDTH, aligned
from .region_text import UNIT, source_lines

NAMES = {
    "aws": "Amazon Web Services",
    "gcp": "Google Cloud",
    "azure": "Microsoft Azure",
    "ovh": "OVHcloud",
    "scaleway": "Scaleway",
}

_HEAD = (
    ("", "", "", "country,", "local,", "", "PUE,"),
    ("region", "place", "zone", "lifecycle, year", "year", "basis", "year"),
)
_RIGHT = (3, 4, 6)
_ABSENT = "—"
_NOTE = (
    "country: the whole country's figure, by which regions can be compared. local: the provider's, the state's or the "
    "province's own; figures of different columns or letters are no ranking. PUE: as the provider gives it for the "
    "region; — where it gives none."
)


def by_country_text(regions: Sequence[CloudRegion]) -> str:
    """One table, in the order of the countries' lifecycle figures.

    Args:
        regions: Of one provider, in that order.
    """
    marks = _marks(regions)
    lines = [
        f"{NAMES[regions[0].provider]}: {len(regions)} regions, lowest first by country ({UNIT})",
        "",
        *aligned([*_HEAD, *(_row(region, marks) for region in regions)], _RIGHT),
        "",
        *_explained(regions, marks),
    ]
    return "\n".join(lines) + "\n"


def by_local_text(regions: Sequence[CloudRegion]) -> str:
    """A table for each source of local figures, and one for the regions that have none."""
    marks = _marks(regions)
    groups = [*cloud.by_local_figure(regions).values()]
    groups.append(tuple(region for region in regions if region.local is None))
    rows = [[_row(region, marks) for region in group] for group in groups if group]
    table = aligned([*_HEAD, *(row for group in rows for row in group)], _RIGHT)
    lines = [
        f"{NAMES[regions[0].provider]}: {len(regions)} regions, lowest first by local figure, "
        f"source by source ({UNIT})",
        "",
        *table[: len(_HEAD)],
    ]
    body = iter(table[len(_HEAD) :])
    for group in rows:
        lines += [*(next(body) for _ in group), ""]
    return "\n".join([*lines, *_explained(regions, marks)]) + "\n"


def _marks(regions: Sequence[CloudRegion]) -> Mapping[str, str]:
    """A letter for each source of the local figures."""
    return dict(zip(cloud.by_local_figure(regions), ascii_lowercase, strict=False))


def _row(region: CloudRegion, marks: Mapping[str, str]) -> tuple[str, ...]:
    country, local = region.country, region.local
    return (
        region.id,
        region.place,
        region.zone.id,
        f"{country.g_per_kwh:.4g} {country.year}" if country else _ABSENT,
        f"{local.g_per_kwh:.4g} {local.year}" if local else _ABSENT,
        f"{local.basis} {marks[local.source_id]}" if local else "",
        f"{region.pue:.2f} {region.pue_year}" if region.pue else _ABSENT,
    )


def _explained(regions: Sequence[CloudRegion], marks: Mapping[str, str]) -> list[str]:
    countries = {region.country.source_id: region.country for region in regions if region.country}
    lines = textwrap.wrap(_NOTE, WIDTH)
    for source, country in countries.items():
        lines += source_lines(source, f"{country.basis}, {country.scope}")
    for group in cloud.by_local_figure(regions).values():
        if local := group[0].local:
            about = f"{local.basis}, {local.scope}"
            lines += source_lines(local.source_id, about, marks[local.source_id])
    return lines
