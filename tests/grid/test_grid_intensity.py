"""How much a kWh emits in each zone, and what must be said beside."""

from __future__ import annotations

from itertools import pairwise

import pytest
from wattboard.sitegen.grid import cloud, intensity, zones
from wattboard.sitegen.grid.tables import rows, sources

FIGURES = [row["zone"] for row in rows("carbon_intensity.csv")]
DIRECT = ("US-", "CA-", "AU-", "CN-")


def test_a_part_has_its_own_figure_and_its_countrys_beside() -> None:
    """California has a direct figure of its own; that of the United States, lifecycle, is another matter."""
    california = zones.find("US-CA")
    own, country = intensity.of(california), intensity.of_country(california)
    assert own is not None
    assert country is not None
    assert (own.zone.id, own.g_per_kwh, own.year, own.basis) == ("US-CA", 179.1, 2023, "direct")
    assert own.scope == "generation, CO2 equivalent"
    assert "eGRID" in own.source
    assert (country.zone.id, country.basis, country.year) == ("USA", "lifecycle", 2025)
    assert (country.fossil_share, country.low_carbon_share) == (0.591, 0.409)


def test_a_part_without_a_figure_gets_its_countrys_and_says_so() -> None:
    """São Paulo has no figure: Brazil's stands in, under Brazil's name, with a note."""
    figure = intensity.of(zones.find("BR-SP"))
    assert figure is not None
    assert figure.zone.id == "BRA"
    assert figure.basis == "lifecycle"
    assert figure.note == "there is no figure for São Paulo (BR-SP); this is that of Brazil"


@pytest.mark.parametrize("zone", ["VAT", "GGY", "ATA", "XKX"])
def test_a_country_without_a_figure_has_none(zone: str) -> None:
    """Where nobody has counted, there is no figure: not a neighbour's, not the world's."""
    assert intensity.of(zones.find(zone)) is None


def test_figures_keep_what_their_source_says_of_them() -> None:
    """Carbon dioxide alone, a year of edition, another province's figure: the figure itself says so."""
    beijing, perth, prince_edward, malmo = (
        intensity.of(zones.find(zone)) for zone in ("CN-BJ", "AU-WA", "CA-PE", "SE-SE4")
    )
    assert beijing is not None
    assert beijing.scope == "consumption, CO2 only"
    assert perth is not None
    assert "Perth" in perth.note
    assert "edition" in perth.note
    assert prince_edward is not None
    assert "New Brunswick" in prince_edward.note
    assert malmo is not None
    assert "not comparable" in malmo.note


def test_every_figure_is_whole() -> None:
    """Each has a zone, a plausible number, a year, a basis and a source; shares come in twos and add up to 1."""
    for zone in FIGURES:
        figure = intensity.of(zones.by_id(zone))
        assert figure is not None
        assert figure.zone.id == zone
        assert 0 < figure.g_per_kwh < 1500
        assert 2009 <= figure.year <= 2026
        assert figure.basis == ("direct" if zone.startswith(DIRECT) else "lifecycle")
        assert figure.source == sources()[figure.source_id].name
        if figure.fossil_share is None or figure.low_carbon_share is None:
            assert figure.fossil_share is figure.low_carbon_share is figure.share_year is None
        else:
            assert figure.fossil_share + figure.low_carbon_share == pytest.approx(1, abs=0.0011)


def test_the_ranking_has_one_basis_and_one_source() -> None:
    """Countries are ranked by lifecycle figures from one source, without parts and without the world."""
    figures = intensity.ranked()
    assert len(figures) == 213
    assert {(figure.basis, figure.source_id) for figure in figures} == {
        ("lifecycle", intensity.RANKED_SOURCE)
    }
    assert all(figure.zone.is_country for figure in figures)
    assert all(a.g_per_kwh <= b.g_per_kwh for a, b in pairwise(figures))


def test_cloud_regions_are_ordered_by_their_countries() -> None:
    """The order is that of lifecycle figures, whatever the local ones: Québec stands where Canada does."""
    regions = cloud.regions("aws")
    known = [region.country for region in regions]
    assert all(a and b and a.g_per_kwh <= b.g_per_kwh for a, b in pairwise(known))
    assert {country.basis for country in known if country} == {"lifecycle"}
    ids = [region.id for region in regions]
    assert ids.index("eu-west-3") < ids.index("ca-central-1") < ids.index("ca-west-1")


@pytest.mark.parametrize("provider", cloud.PROVIDERS)
def test_local_figures_are_ordered_source_by_source(provider: str) -> None:
    """Each ranking by local figures has one source, and so one basis; every region with such a figure is in one."""
    regions = cloud.regions(provider)
    groups = cloud.by_local_figure(regions)
    for source, group in groups.items():
        figures = [region.local for region in group if region.local]
        assert {figure.source_id for figure in figures} == {source}
        assert all(a.g_per_kwh <= b.g_per_kwh for a, b in pairwise(figures))
    grouped = [region for group in groups.values() for region in group]
    assert len(grouped) == len(set(grouped)) == sum(region.local is not None for region in regions)


def test_a_provider_that_publishes_figures_is_quoted() -> None:
    """Google's figure for a region goes before the state's; the others' regions get the state's."""
    by_id = {region.id: region for region in (*cloud.regions("gcp"), *cloud.regions("aws"))}
    google, amazon = by_id["us-east4"].local, by_id["us-east-1"].local
    assert google is not None
    assert (google.g_per_kwh, google.basis, google.year) == (343.48, "direct", 2025)
    assert "Google" in google.source
    assert amazon is not None
    assert (amazon.g_per_kwh, amazon.year) == (244.8, 2023)
    assert "eGRID" in amazon.source
    assert by_id["eu-west-3"].local is None
    assert by_id["eu-west-3"].pue is None
