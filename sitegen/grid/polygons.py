"""Which zone a place lies in, by the zones' outlines.

The outlines are generalised: near a border, by up to some hundred metres between countries and some kilometres between
the parts of one, the neighbour may be found. A country reaches some 25 km out to sea, so that no coast or island is
missed; beyond is no zone. See docs/regions-and-grids.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
import shapely

from .. import data
from ..errors import WattboardError
from . import zones

FILE = "zone_shapes.geojson"


@dataclass(frozen=True, slots=True)
class Outlines:
    """Outlines of zones, ready to be searched."""

    tree: shapely.STRtree
    """Of the pieces that the zones are made of, each a polygon."""
    zone: Sequence[str]
    """The zone of each piece, in the tree's order."""

    def holding(self, point: shapely.Point) -> str | None:
        """The zone that a point lies in; on a border, the first by its id."""
        pieces = self.tree.geometries
        around = np.sort(self.tree.query(point))
        inside = around[shapely.covers(pieces[around], point)]
        return self.zone[int(inside[0])] if len(inside) else None

    def nearest(self, point: shapely.Point) -> str:
        """The zone that a point lies in, else the one to which the fewest degrees are missing."""
        return self.holding(point) or self.zone[int(self.tree.nearest(point))]


@dataclass(frozen=True, slots=True)
class World:
    """The countries, and the parts of those that have some, by their ids."""

    countries: Outlines
    parts: Mapping[str, Outlines]


def zone_at(latitude: float, longitude: float) -> str | None:
    """The id of the zone at a place. See `zones.at`."""
    if not -90 <= latitude <= 90:
        raise WattboardError(
            f"expected a latitude from -90 to 90 degrees, found {latitude:g}\n"
            "  hint: the latitude comes first, then the longitude"
        )
    if not -180 <= longitude <= 180:
        raise WattboardError(f"expected a longitude from -180 to 180 degrees, found {longitude:g}")
    point = shapely.Point(longitude, latitude)
    country = world().countries.holding(point)
    parts = world().parts.get(country or "")
    return parts.nearest(point) if parts else country


@cache
def world() -> World:
    """The outlines, read at the first call (some 0.05 s, and 0.1 s for NumPy and Shapely)."""
    outlines = _read()
    countries = {zone: piece for zone, piece in outlines.items() if zones.by_id(zone).is_country}
    with_parts = {zones.by_id(zone).country_iso3 for zone in outlines.keys() - countries.keys()}
    return World(
        _searchable(countries),
        {
            country: _searchable(
                {
                    zone: piece
                    for zone, piece in outlines.items()
                    if zone != country and zones.by_id(zone).country_iso3 == country
                }
            )
            for country in sorted(with_parts)
        },
    )


def _searchable(outlines: Mapping[str, shapely.Geometry]) -> Outlines:
    """Piece by piece: the box around all of a country may go around the Earth."""
    pieces, index = shapely.get_parts(list(outlines.values()), return_index=True)
    shapely.prepare(pieces)
    names = list(outlines)
    return Outlines(shapely.STRtree(pieces), [names[i] for i in index])


class _Properties(msgspec.Struct):
    id: str


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


def _read() -> Mapping[str, Any]:
    """Outlines by zone, in the order of the ids."""
    content = (files(data) / FILE).read_bytes()
    features = msgspec.json.decode(content, type=_Collection).features
    outlines = shapely.from_geojson([bytes(feature.geometry).decode() for feature in features])
    return {
        feature.properties.id: outline for feature, outline in zip(features, outlines, strict=True)
    }
