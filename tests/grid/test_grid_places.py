"""Which zone a place is in: cities that people wrote down, the open sea, and every outline itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import CITIES, OPEN_SEA
from wattboard.sitegen.errors import WattboardError
from wattboard.sitegen.grid import cloud, polygons, zones

SUBDIVIDED = {"USA", "CAN", "AUS", "CHN", "BRA"}


@pytest.mark.parametrize("city", CITIES)
def test_every_city_is_in_its_zone(city: str) -> None:
    """Coasts, islands, enclaves and towns on borders are found in the zone that an atlas has them in."""
    latitude, longitude, expected = CITIES[city]
    zone = zones.at(latitude, longitude)
    assert zone is not None
    assert zone.id == expected


@pytest.mark.parametrize("sea", OPEN_SEA)
def test_the_open_sea_is_in_no_zone(sea: str) -> None:
    """Far from all coasts there is no zone, and none is guessed."""
    assert zones.at(*OPEN_SEA[sea]) is None


def test_every_outline_is_found_by_a_point_within_it() -> None:
    """A point inside each piece of each zone leads to that zone: no other lies over it, nothing is lost."""
    world = polygons.world()
    pieces = 0
    for outlines in (world.countries, *world.parts.values()):
        for piece, zone in zip(outlines.tree.geometries, outlines.zone, strict=True):
            inside = piece.representative_point()
            found = zones.at(inside.y, inside.x)
            assert found is not None
            assert zone in (found.id, found.country_iso3)
            pieces += 1
    assert pieces > 1000


def test_every_zone_but_bidding_zones_and_the_world_has_an_outline() -> None:
    """What can be found by name can be found by place, but for zones without an outline of their own."""
    world = polygons.world()
    drawn = set(world.countries.zone).union(*(part.zone for part in world.parts.values()))
    others = {zone.id for zone in zones.every()} - drawn
    assert others == {zones.WORLD, *(f"SE-SE{i}" for i in range(1, 5))} | {
        f"NO-NO{i}" for i in range(1, 6)
    }
    assert set(world.parts) == SUBDIVIDED


def test_every_cloud_region_lies_in_its_zone() -> None:
    """The table's place and zone agree."""
    for provider in cloud.PROVIDERS:
        for region in cloud.regions(provider):
            assert zones.at(region.latitude, region.longitude) == region.zone, region.id


@given(st.floats(-90, 90), st.floats(-180, 180))
@example(-90.0, 180.0)
@example(90.0, -180.0)
@example(-16.8, 180.0)
@example(-16.8, -180.0)
def test_any_place_is_in_one_zone_or_none(latitude: float, longitude: float) -> None:
    """Any coordinates give a zone of the table or none: a country, and its part where it has some."""
    zone = zones.at(latitude, longitude)
    if zone is not None:
        assert zone == zones.find(zone.id)
        assert zone.is_country == (zone.country_iso3 not in SUBDIVIDED)


@given(st.floats(-89, 89), st.floats(-180, 180))
def test_a_part_is_found_only_within_its_country(latitude: float, longitude: float) -> None:
    """The nearest part is looked for among those of the country that the place is in."""
    zone = zones.at(latitude, longitude)
    country = polygons.world().countries.holding(polygons.shapely.Point(longitude, latitude))
    assert (zone.country_iso3 if zone else None) == country


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [
        (90.01, 0.0, "latitude from -90 to 90 degrees, found 90.01"),
        (-122.2, 37.4, "the latitude comes first"),
        (0.0, 180.5, "longitude from -180 to 180 degrees, found 180.5"),
        (math.nan, 0.0, "latitude from -90 to 90 degrees, found nan"),
        (0.0, math.inf, "longitude from -180 to 180 degrees, found inf"),
    ],
)
def test_what_is_no_place_on_earth_is_said(latitude: float, longitude: float, found: str) -> None:
    """Coordinates out of range are an error with what was expected and what was found."""
    with pytest.raises(WattboardError, match=found):
        zones.at(latitude, longitude)
