"""Zones by id, code and name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.grid import zones
from wattboard.sitegen.grid.tables import rows
from wattboard.sitegen.grid.zones import UnknownZoneError

COLLECTORS_ZONES = Path(__file__).resolve().parents[2] / "collector" / "data" / "zones.csv"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("DEU", "DEU"),
        ("de", "DEU"),
        ("Germany", "DEU"),
        (" germany ", "DEU"),
        ("USA", "USA"),
        ("U.S.A.", "USA"),
        ("United States of America", "USA"),
        ("UK", "GBR"),
        ("Great Britain", "GBR"),
        ("South Korea", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("Côte d'Ivoire", "CIV"),
        ("cote d’ivoire", "CIV"),
        ("Türkiye", "TUR"),
        ("Holland", "NLD"),
        ("Czech Republic", "CZE"),
        ("Viet Nam", "VNM"),
        ("us-ca", "US-CA"),
        ("US_CA", "US-CA"),
        ("California", "US-CA"),
        ("Quebec", "CA-QC"),
        ("sao paulo", "BR-SP"),
        ("Tibet", "CN-XZ"),
        ("SE-SE3", "SE-SE3"),
        ("World", "WLD"),
    ],
)
def test_zones_are_found_as_people_write_them(text: str, zone: str) -> None:
    """Ids, ISO codes of two and three letters and common names lead to the zone, whatever their case and accents."""
    assert zones.find(text).id == zone


def test_every_name_in_the_table_leads_to_its_zone() -> None:
    """No name hides behind another's: it is found, or the error lists its zone among those that share it."""
    for row in rows("zones.csv"):
        assert zones.find(row["id"]).id == row["id"]
        for name in (row["iso2"], row["name"], *row["other_names"].split("|")):
            if name:
                assert row["id"] in answer(name.swapcase()), name


def answer(text: str) -> str:
    """The zone's id, or what is said where there is none."""
    try:
        return zones.find(text).id
    except UnknownZoneError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Germny", "DEU (Germany)"),
        ("GER", "DEU (Germany)"),
        ("Untied States", "USA (United States)"),
        ("Californa", "US-CA (California, United States)"),
        ("swiss", "CHE (Switzerland)"),
        ("United King", "GBR (United Kingdom)"),
    ],
)
def test_a_typo_gets_the_near_matches(text: str, near: str) -> None:
    """An unknown name is an error that says which zones are written much like it."""
    with pytest.raises(UnknownZoneError) as caught:
        zones.find(text)
    assert f"found {text!r}" in str(caught.value)
    assert near in str(caught.value)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("Georgia", "GEO (Georgia), US-GA (Georgia, United States)"),
        ("Korea", "KOR (South Korea), PRK (North Korea)"),
        ("Congo", "COD (Democratic Republic of the Congo), COG (Republic of the Congo)"),
    ],
)
def test_a_name_of_two_zones_is_not_guessed(text: str, both: str) -> None:
    """A name that several zones have is an error that lists them."""
    with pytest.raises(UnknownZoneError, match="is the name of 2 zones") as caught:
        zones.find(text)
    assert both in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_a_zone_or_an_error_of_ours(text: str) -> None:
    """No text makes the lookup fail otherwise, and a long one is not repeated in full."""
    assert 0 < len(answer(text).partition("\n")[0]) < 1000


def test_a_part_knows_its_country() -> None:
    """Id, name and country of a part and of a country."""
    zone = zones.find("US-CA")
    assert (zone.country_iso3, zone.country_name) == ("USA", "United States")
    assert (zone.label, zone.is_country) == ("California, United States", False)
    assert zones.find("FRA").label == "France"
    assert zones.find("SE-SE3").country_iso3 == "SWE"


@pytest.mark.skipif(not COLLECTORS_ZONES.is_file(), reason="runs beside the sources only")
def test_every_zone_that_the_collector_writes_is_known() -> None:
    """A log's region can be looked up here: the two tables have the same zones and two-letter codes."""
    with COLLECTORS_ZONES.open(encoding="utf-8") as file:
        collected = {row["code"]: row["zone"] for row in csv.DictReader(file)}
    for code, zone in collected.items():
        assert zones.find(zone).id == zone
        if "-" not in code:
            assert zones.find(code).id == zone
