"""Social cost of carbon, sources and small texts."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.grid import intensity, zones
from wattboard.sitegen.grid.tables import rows
from wattboard.sitegen.latex.bib import bibtex
from wattboard.sitegen.paper.prose import NBSP, percent, usd
from wattboard.sitegen.paper.social_cost import MODELS, SocialCost, of_country, of_world
from wattboard.sitegen.paper.sources import every_source, of_intensity


def test_published_figures() -> None:
    """Figures of the studies' own texts: Ricke's world, EPA's and Rennert's central values, signs of some countries."""
    assert of_country("WLD", "").usd_per_t == pytest.approx((177, 417, 805), abs=1)
    assert of_world("epa2023", 2020).usd_per_t == (120, 190, 340)
    assert of_world("rennert2022", 2024).usd_per_t == (44, 185, 413)
    assert of_country("USA", "United States").usd_per_t.central == pytest.approx(47.82, abs=0.01)
    assert of_country("IND", "India").usd_per_t.central > 80
    below_zero = [
        row["iso3"] for row in rows("social_cost_countries.csv") if float(row["usd_per_t_50"]) < 0
    ]
    assert len(below_zero) == 42
    assert {"CAN", "DEU", "RUS", "FRA", "GBR"} <= set(below_zero)


def test_every_country_is_one_that_the_grid_knows() -> None:
    """The study's codes are those of the zones, so that a name leads to its figure."""
    codes = {zone.id for zone in zones.every() if zone.is_country}
    assert {row["iso3"] for row in rows("social_cost_countries.csv")} <= codes


def test_a_country_without_a_figure_gets_the_world_s() -> None:
    """Singapore is not in the study: the world's figure stands for it, and the value says so."""
    cost = of_country("SGP", "Singapore")
    assert cost.usd_per_t == of_country("WLD", "").usd_per_t
    assert (cost.country, cost.instead_of) == ("", "Singapore")


@pytest.mark.parametrize(
    ("year", "nearest"), [(1999, 2020), (2022, 2020), (2023, 2025), (2028, 2030), (2099, 2030)]
)
def test_the_nearest_year_counts(year: int, nearest: int) -> None:
    """EPA's figures are for three years; the nearest is taken, and named."""
    assert of_world("epa2023", year).emission_year == nearest


@given(st.floats(0, 1e9), st.sampled_from(["USA", "CAN", "ALB", "SGP"]))
def test_cost_is_linear_in_emissions(emissions_kg: float, iso3: str) -> None:
    """Twice the emissions cost twice as much; a tonne costs what the table says."""
    cost: SocialCost = of_country(iso3, iso3)
    once, twice = cost.of(emissions_kg), cost.of(2 * emissions_kg)
    assert twice == pytest.approx([2 * value for value in once])
    assert cost.of(1000.0) == pytest.approx(list(cost.usd_per_t))
    assert len(MODELS) == 3


def test_every_intensity_of_the_tables_has_a_source_to_cite() -> None:
    """Each figure of the grid's tables leads to one of the sources that a statement can cite."""
    for zone in zones.every():
        figure = intensity.of(zone)
        if figure is not None:
            assert of_intensity(figure.source), figure.source


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Ember", "ember2026"),
        ("electricityMap (2019)", "electricitymaps"),
        ("US EPA, eGRID2023", "egrid2023"),
        ("CAISO Today's Outlook: CO2 of generation and imports by demand", "caiso"),
        ("NESO Carbon Intensity API: Great Britain, by half hours", "neso"),
        ("Energy-Charts: CO2 equivalents of the country's electricity production", "energycharts"),
        ("Electricity Maps: the power that the zone consumes", "electricitymaps"),
        ("WattTime: marginal operating emissions rate (co2_moer)", "watttime"),
        ("measured in December by members of the group", None),
        ("", None),
    ],
)
def test_a_log_s_words_lead_to_a_source(words: str, key: str | None) -> None:
    """Words that name a source are told from words that only look alike."""
    found = of_intensity(words)
    assert (found and found.key) == key


def test_bibtex_is_ascii() -> None:
    """Entries hold ASCII alone, whatever the authors' names, and close what they open."""
    text = bibtex(every_source())
    assert text.isascii()
    assert text.count("{") == text.count("}")
    assert r"{\v{S}}ev{\v{c}}{\'{i}}kov{\'{a}}" in text


@pytest.mark.parametrize(
    "name", ["latex.escape", "latex.bib", "paper.prose", "paper.sources", "paper.hardware_text"]
)
def test_examples_in_docstrings_hold(name: str) -> None:
    """What docstrings show is what comes out."""
    assert doctest.testmod(importlib.import_module(f"wattboard.sitegen.{name}")).failed == 0


@given(st.floats(1e-9, 1e9))
def test_dollars_read_as_what_they_are(value: float) -> None:
    """An amount is never shown as zero, and is right to within its digits."""
    text = usd(value).removeprefix("US$")
    if "×" not in text:
        assert float(text) == pytest.approx(value, rel=0.06)
    assert usd(-value) == f"−{usd(value)}"


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_part_never_reads_as_all_or_nothing(share: float) -> None:
    """What is not all is not 100 %, and what is not nothing not 0 %."""
    assert percent(share) not in {f"0{NBSP}%", f"100{NBSP}%", f"0.0{NBSP}%", f"100.0{NBSP}%"}
