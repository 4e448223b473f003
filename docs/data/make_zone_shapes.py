"""Make sitegen/data/zone_shapes.geojson anew. What it is made of, and from where: sitegen/data/README.md.

python docs/data/make_zone_shapes.py BORDERS.json STATES-10M.json WORLD_MAP.gpkg

The three files: src/data/borders.json of the npm package @rapideditor/country-coder, states-10m.json of the npm
package us-atlas, and usr/share/qgis/resources/data/world_map.gpkg of Debian's package qgis-common.
"""

from __future__ import annotations

import csv
import json
import math
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.affinity import scale
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).resolve().parents[2] / "sitegen" / "data"

COAST_KM = 25.0
"""How far a country reaches out to sea: a little more than the 12 nautical miles that states claim."""
COAST_TOLERANCE = 0.06
FILLED_SEA = 0.3
"""Square degrees. Gaps of the sea between coasts that are smaller belong to the countries around."""

BORDER_TOLERANCE, SHORE_TOLERANCE = 0.0015, 0.08
"""Degrees. Of a subdivision's outline where another one is near, and where there is none."""
NEAR_BORDER = 0.25

KM_PER_DEGREE = 111.2
BAND = 3
"""Degrees of latitude that are as wide as each other, nearly."""

TERRITORIES = frozenset({"BQ", "GG", "IO", "SH", "SJ", "TF", "UM"})
"""Of ISO 3166, which the borders have in parts that name them as a group."""
BY_CODE = {
    "AC": "SH",
    "CP": "FR",
    "CQ": "GG",
    "DG": "IO",
    "EA": "ES",
    "FX": "FR",
    "IC": "ES",
    "TA": "SH",
}
BY_NAME = {"Northern Cyprus": "CY", "Akrotiri": "CY", "Dhekelia": "CY"}
"""Whose grid they are on."""
UNCLAIMED = "Bir Tawil"

SUBDIVIDED = ("CA", "AU", "BR", "CN")
OTHER_NAMES = {
    "Inner Mongol": "CN-NM",
    "Paracel Islands": "CN-HI",
    "Macquarie Island": "AU-TAS",
    "Lord Howe Island": "AU-NSW",
    "Jervis Bay Territory": "AU-NSW",
}
NORONHA = box(-34, -5, -32, -3)
"""Fernando de Noronha is part of Pernambuco; the source has it with Rio Grande do Norte."""


def main(borders: str, states: str, world_map: str) -> None:
    """Write the file."""
    land = shapely.union_all(
        [
            shape
            for table in ("states_provinces", "countries")
            for shape, _ in layer(world_map, table)
        ]
    )
    subdivisions = {**states_of_us(states), **subdivisions_of_others(world_map)}
    shapes = {**without_open_sea(countries(borders), land), **simplified(subdivisions)}
    lines = [feature(zone, shapes[zone]) for zone in sorted(shapes)]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (DATA / "zone_shapes.geojson").write_text(text, encoding="utf-8")


def zones() -> Iterator[Mapping[str, str]]:
    with (DATA / "zones.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def countries(borders: str) -> dict[str, BaseGeometry]:
    """Countries by ISO 3166-1 alpha-3, as far as they reach out to sea in the source."""
    ids = {zone["iso2"]: zone["id"] for zone in zones() if zone["iso2"]}
    parts = defaultdict(list)
    for part in json.loads(Path(borders).read_text(encoding="utf-8"))["features"]:
        if part["geometry"] and part["properties"]["nameEn"] != UNCLAIMED:
            code = country_code(part["properties"])
            parts[ids[BY_CODE.get(code, code)]].append(shapely.make_valid(shape(part["geometry"])))
    return {zone: shapely.union_all(found) for zone, found in parts.items()}


def country_code(properties: Mapping[str, Any]) -> str:
    territory = TERRITORIES.intersection(properties.get("groups", ()))
    return str(
        BY_NAME.get(properties["nameEn"])
        or properties.get("iso1A2")
        or (next(iter(territory)) if territory else properties["country"])
    )


def without_open_sea(
    countries: Mapping[str, BaseGeometry], land: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Countries cut off some way from the coast; islands that the map of land lacks stay as they are."""
    near = shapely.make_valid(shapely.simplify(near_land(land), COAST_TOLERANCE))
    near = shapely.union_all(
        [
            Polygon(part.exterior, [r for r in part.interiors if Polygon(r).area > FILLED_SEA])
            for part in polygons(near)
        ]
    )
    shapely.prepare(near)
    known = shapely.STRtree(shapely.get_parts(land))
    return {
        zone: shapely.union_all(
            [
                shapely.intersection(part, near)
                if len(known.query(part, predicate="intersects"))
                else part
                for part in polygons(country)
            ]
        )
        for zone, country in countries.items()
    }


def near_land(land: BaseGeometry) -> BaseGeometry:
    """Land and the sea around it, made in bands of latitude, in each of which a degree is about as wide everywhere."""
    reach = COAST_KM / KM_PER_DEGREE
    bands = []
    for south in range(-90, 90, BAND):
        width = math.cos(math.radians(min(88, max(abs(south), abs(south + BAND)))))
        around = shapely.intersection(land, box(-180, south - reach, 180, south + BAND + reach))
        if not around.is_empty:
            flat = scale(shapely.simplify(around, 0.005), width, 1, origin=(0, 0))
            wide = scale(shapely.buffer(flat, reach, quad_segs=4), 1 / width, 1, origin=(0, 0))
            bands.append(shapely.intersection(wide, box(-180, south, 180, south + BAND)))
    return shapely.union_all(bands)


def layer(world_map: str, table: str, country: str = "%") -> Iterator[tuple[Any, str]]:
    """Shapes and names of one of the map's tables, of all countries or of one by ISO 3166-1 alpha-2."""
    query = f"select geom, name from {table} where iso_a2 like ?"  # noqa: S608 - a name of ours
    with sqlite3.connect(world_map) as database:
        for blob, name in database.execute(query, [country]):
            envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
            yield shapely.from_wkb(blob[8 + envelope :]), name


def subdivisions_of_others(world_map: str) -> dict[str, BaseGeometry]:
    ids = {(zone["id"][:2], zone["name"]): zone["id"] for zone in zones() if "-" in zone["id"]}
    parts = defaultdict(list)
    for country in SUBDIVIDED:
        for found, name in layer(world_map, "states_provinces", country):
            zone = OTHER_NAMES.get(name) or ids.get((country, name))
            for part in polygons(found) if zone else ():
                parts["BR-PE" if NORONHA.covers(part) else zone].append(part)
    return {zone: shapely.union_all(found) for zone, found in parts.items()}


def states_of_us(file: str) -> dict[str, BaseGeometry]:
    """The states from a TopoJSON file."""
    ids = {zone["name"]: zone["id"] for zone in zones() if zone["id"].startswith("US-")}
    topology = json.loads(Path(file).read_text(encoding="utf-8"))
    transform = topology["transform"]
    arcs = [
        np.cumsum(arc, axis=0) * transform["scale"] + transform["translate"]
        for arc in topology["arcs"]
    ]

    def ring(numbers: Iterable[int]) -> Any:
        pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers]
        return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])

    return {
        ids[state["properties"]["name"]]: shapely.union_all(
            [
                shapely.make_valid(Polygon(ring(outer), [ring(hole) for hole in holes]))
                for outer, *holes in (
                    state["arcs"] if state["type"] == "MultiPolygon" else [state["arcs"]]
                )
            ]
        )
        for state in topology["objects"]["states"]["geometries"]
        if state["properties"]["name"] in ids
    }


def simplified(subdivisions: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Outlines coarse but where another subdivision is near: the country is known before one is looked for."""
    return {zone: simplify(zone, subdivisions) for zone in subdivisions}


def simplify(zone: str, subdivisions: Mapping[str, BaseGeometry]) -> BaseGeometry:
    others = shapely.STRtree(
        [
            part
            for other, found in subdivisions.items()
            if other != zone and other[:2] == zone[:2]
            for part in polygons(found)
        ]
    )
    kept: list[Polygon] = []
    for part in sorted(polygons(subdivisions[zone]), key=lambda part: -part.area):
        if kept and is_nearest_to(kept, part, others):
            continue
        rings = [simplify_ring(ring, others) for ring in (part.exterior, *part.interiors)]
        outline = rings[0] if rings[0] is not None else np.array(part.exterior.coords)
        holes = [ring for ring in rings[1:] if ring is not None]
        kept += polygons(shapely.make_valid(Polygon(outline, holes)))
    return shapely.union_all(kept)


def is_nearest_to(kept: Iterable[Polygon], island: Polygon, others: shapely.STRtree) -> bool:
    """Whether an island can be left out: all of it is much nearer to its own subdivision than to others."""
    west, south, east, north = island.bounds
    own = min(part.distance(island) for part in kept) + math.hypot(east - west, north - south)
    _, distance = others.query_nearest(island, return_distance=True, all_matches=False)
    return bool(distance[0] > 2 * own + 0.02)


def simplify_ring(ring: Any, others: shapely.STRtree) -> Any:
    """A ring's coordinates, shape (n, 2); None where nothing is left of it."""
    points = np.array(ring.coords)[:-1]
    index, found = others.query_nearest(
        shapely.points(points), return_distance=True, all_matches=False
    )
    near = np.zeros(len(points), dtype=bool)
    near[index[0]] = found < NEAR_BORDER
    changes = np.flatnonzero(near != np.roll(near, 1))
    if not len(changes):
        tolerance = BORDER_TOLERANCE if near.all() else SHORE_TOLERANCE
        whole = simplify_line(np.vstack([points, points[:1]]), tolerance)
        return whole if len(whole) >= 4 else None
    points, near = np.roll(points, -changes[0], axis=0), np.roll(near, -changes[0])
    points = np.vstack([points, points[:1]])
    starts = [*(changes - changes[0]), len(points) - 1]
    pieces = [
        simplify_line(points[i : j + 1], BORDER_TOLERANCE if near[i] else SHORE_TOLERANCE)[1:]
        for i, j in pairwise(starts)
    ]
    return np.vstack([points[:1], *pieces])


def simplify_line(points: Any, tolerance: float) -> Any:
    return np.array(LineString(points).simplify(tolerance, preserve_topology=False).coords)


def polygons(found: BaseGeometry) -> list[Polygon]:
    return [
        part
        for piece in shapely.get_parts(found)
        for part in shapely.get_parts(piece)
        if isinstance(part, Polygon) and part.area > 0
    ]


def feature(zone: str, found: BaseGeometry) -> str:
    """A line of GeoJSON, its coordinates rounded to some ten metres."""
    rounded = shapely.make_valid(shapely.transform(found, lambda points: points.round(4)))
    geometry = json.loads(shapely.to_geojson(MultiPolygon(polygons(rounded))))
    properties = {"type": "Feature", "properties": {"id": zone}, "geometry": geometry}
    return json.dumps(properties, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
