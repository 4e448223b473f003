"""Ratios to a cost are known by name, label or unit, and told of where they mislead."""

from __future__ import annotations

import doctest

import pytest
from wattboard.sitegen import ratios
from wattboard.sitegen.cli import compare_text
from wattboard.sitegen.ratios import cost_below, ratio_note
from wattboard.sitegen.scales import Scale
from wattboard.sitegen.spec.model import Variable
from wattboard.sitegen.table import Column


@pytest.mark.parametrize("module", [ratios, compare_text])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    """What the docstrings show is what the functions return."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "label", "unit", "cost"),
    [
        ("AverageReturnPerkWh", "", "", "energy"),
        ("accuracy_per_wh", "", "", "energy"),
        ("return_per_watt_hour", "", "", "energy"),
        ("RETURN_PER_MJ", "", "", "energy"),
        ("x", "Return per kWh", "", "energy"),
        ("x", "", "1/Wh", "energy"),
        ("x", "", "points / kWh", "energy"),
        ("x", "", "kWh⁻¹", "energy"),
        ("x", "", "J^-1", "energy"),
        ("return_per_gpu_hour", "", "", "time"),
        ("steps", "", "1/s", "time"),
        ("score_per_kg_co2", "", "", "emissions"),
        ("reward_per_watt", "", "", "power"),
        ("reward_per_step", "", "", ""),
        ("return_per_h100", "", "", ""),
        ("perplexity", "Perplexity", "", ""),
        ("performance", "", "", ""),
        ("facility_energy_kwh", "Energy, with PUE", "kWh", ""),
        ("average_return", "Average return", "points/episode", ""),
    ],
)
def test_what_a_figure_is_divided_by(name: str, label: str, unit: str, cost: str) -> None:
    """Energy, time, emissions and power below the line, however it is written; steps and episodes are no cost."""
    assert cost_below(name, label, unit) == cost


def column(name: str, label: str) -> Column:
    return Column(name, Variable(label), summable=False, shown=Scale(1.0, ""))


def test_a_negative_ratio_is_told() -> None:
    """The rows where it is negative are named, three at most; where it is nowhere, nothing is said."""
    shown = column("AverageReturnPerkWh", "Return per kWh")
    assert ratio_note(shown, [("A2C", [-3.0, 1.0]), ("DQN", [2.0])]) == (
        "“Return per kWh” is negative for “A2C”. There it misleads: more energy brings it closer to zero, "
        "and so makes it look better. Compare the two figures that it is made of."
    )
    note = ratio_note(shown, [(title, [-1.0]) for title in "ABCDE"])
    assert note is not None
    assert "for “A”, “B”, “C” and 2 more." in note
    assert ratio_note(shown, [("A", [0.0]), ("B", [1.0]), ("C", [])]) is None
    assert ratio_note(column("AverageReturn", "Return"), [("A", [-1.0])]) is None
