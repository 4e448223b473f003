"""The charts of a page: one of each kind as a golden file, and what is left out is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from golden import check_golden
from hypothesis import given
from hypothesis import strategies as st
from paper_runs import result
from wattboard.sitegen.charts import AxisText
from wattboard.sitegen.energy_split import Split, split
from wattboard.sitegen.model import FloatArray, Series, SeriesSummary, TimeChart
from wattboard.sitegen.pages.chart_html import charts_html
from wattboard.sitegen.pages.views import ChartView
from wattboard.sitegen.plots.energy_chart import SplitRow, energy_chart
from wattboard.sitegen.plots.scatter_chart import ScatterText, ScatterTrace, scatter_chart
from wattboard.sitegen.plots.strip_chart import Strip, strip_chart
from wattboard.sitegen.plots.time_chart import time_charts
from wattboard.sitegen.scatter import Frontier, Mean
from wattboard.sitegen.svg.decimals import steps
from wattboard.sitegen.svg.rows import jitter
from wattboard.sitegen.svg.scatter import MOST_MARKS

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = '<script>alert("1")</script> & co'
TEXT = ScatterText(
    AxisText("Energy, with PUE", "kWh"), AxisText("Test accuracy", ""), "standard error of the mean"
)


def _trace(index: int, name: str, n: int, mean: Mean | None) -> ScatterTrace:
    return ScatterTrace(
        name,
        index,
        np.array([0.5 + index + 0.1 * i for i in range(n)]),
        np.array([0.8 + 0.01 * i for i in range(n)]),
        np.arange(n),
        tuple(f"seed_{i}" for i in range(n)),
        tuple(f"../runs/{index}/{i}/" for i in range(n)),
        mean,
    )


def _scatter() -> ChartView:
    traces = (
        _trace(0, "PPO2 (default settings)", 3, Mean(3, 0.6, 0.81, 0.058, 0.0058)),
        _trace(1, HOSTILE, 1, Mean(1, 1.5, 0.8, None, None)),
    )
    frontier = Frontier((0.6,), (0.81,), ("PPO2 (default settings)",))
    return scatter_chart("plot-1", TEXT, traces, frontier)


def _strips(n: int) -> list[Strip]:
    return [
        Strip(
            f"Method {i}" if i else HOSTILE,
            i,
            np.array([float(i + k) for k in range(6 if i else 2)]),
            np.arange(6 if i else 2),
            tuple(f"seed_{k}" for k in range(6 if i else 2)),
            tuple(f"../{i}/{k}/" for k in range(6 if i else 2)),
        )
        for i in range(n)
    ]


def _split(**how: object) -> Split:
    of_runs = split([result(**how)])  # type: ignore[arg-type]
    assert of_runs is not None
    return of_runs


def _energy() -> ChartView:
    gpu = ({"Name": "Example GPU"},)
    rows = (
        SplitRow("Both", "both/", _split(cpu_kwh=1.0, gpu_kwh=2.0, gpus=gpu)),
        SplitRow(
            HOSTILE,
            "other/",
            _split(cpu_kwh=0.5, gpus=gpu, provenance={"cpu_energy_kwh": "estimated"}),
        ),
    )
    return energy_chart("energy-split", rows, of_runs=False)


def _time() -> ChartView:
    series = (
        Series("CPU", (0.0, 10.0, 20.0, 20.0, 30.0), (50.0, 60.0, 55.0, None, 40.0)),
        Series("GPU", (0.0, 30.0), (100.0, 120.0), SeriesSummary(90.0, 104.0, 125.0, 120.0)),
    )
    (chart,) = time_charts([TimeChart("power", "Power drawn by the run", "Power", "W", series)])
    return chart


KINDS = {
    "scatter": _scatter,
    "strip": lambda: strip_chart("strip", AxisText("Loss", "nats"), "lower", _strips(2)),
    "energy": _energy,
    "time": _time,
}


def _html(chart: ChartView) -> str:
    return charts_html([chart], "Plots").strip()


@pytest.mark.parametrize("kind", KINDS)
def test_golden_chart(kind: str) -> None:
    """A chart of each kind with its drawing, words, table and the data for the scripts."""
    chart = KINDS[kind]()
    figure = json.dumps(json.loads(msgspec.json.encode(chart.figure)), indent=1, ensure_ascii=False)
    html = re.sub(r"(?<=>)(?=<(path|text|g|rect|circle|polygon|defs|/svg))", "\n", _html(chart))
    check_golden(GOLDEN / f"chart_{kind}.html", f"{html}\n{figure}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_text(kind: str) -> None:
    """Markup in a name is text in the drawing, the legend and the table."""
    html = _html(KINDS[kind]())
    assert "<script" not in html
    assert kind == "time" or "&lt;script&gt;" in html


def test_no_more_than_thirty_rows_are_drawn() -> None:
    """The rest is in the table, and the page says so."""
    chart = strip_chart("strip", AxisText("Loss", ""), "", _strips(33))
    assert len(chart.figure["rows"]) == 30
    assert chart.table is not None
    assert len(chart.table.rows) == 33
    assert chart.notes[-1] == "3 further groups are in the table only."
    rows = [SplitRow(f"Run {i}", "", _split(cpu_kwh=1.0)) for i in range(31)]
    energy = energy_chart("energy-split", rows, of_runs=True)
    assert len(energy.figure["rows"]) == 30
    assert energy.notes == (
        "These machines have no GPU.",
        "The overhead follows from a PUE of 1.5; it is never measured.",
        "1 further run is in the table only.",
    )


def test_a_drawing_does_not_grow_with_the_runs() -> None:
    """Of thousands of runs every so-and-so-many-th is drawn; the scripts get all, and the table is a summary."""
    chart = scatter_chart("plot-1", TEXT, (_trace(0, "All", 5000, None),), None)
    assert chart.svg.count("wb-mark") <= MOST_MARKS
    assert len(chart.figure["traces"][0]["x"]) == 5000
    assert chart.table is not None
    assert not chart.table.is_whole
    assert len(chart.table.rows) == 2


def test_a_log_switch_says_why_it_cannot_be_used() -> None:
    """Values of zero or less have no logarithm."""
    trace = ScatterTrace(
        "A", 0, np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.arange(2), ("a", "b"), ("", "")
    )
    x, y = scatter_chart("plot-1", TEXT, (trace,), None).log_switches
    assert x.reason == "Energy, with PUE has values of zero or less, which have no logarithm"
    assert y.reason == ""


def test_groups_beyond_eight_are_told_apart_by_shape() -> None:
    """No two of 64 groups share colour and shape."""
    traces = [_trace(i, f"M{i}", 1, None) for i in range(64)]
    legend = scatter_chart("plot-1", TEXT, traces, None).legend
    assert len({(key.sign, key.css) for key in legend}) == 64


@pytest.mark.parametrize("n", [2, 5, 60])
def test_jitter_is_steady_and_spread(n: int) -> None:
    """Marks stand within their row, and no two of a row at the same height."""
    offsets = [jitter(i, n) for i in range(n)]
    assert all(-1 <= offset <= 1 for offset in offsets)
    assert len(set(offsets)) == n
    assert jitter(0, 1) == 0.0


def _as_python_rounds(across: FloatArray, up: FloatArray) -> list[str]:
    return [text for x, y in zip(across, up, strict=True) for text in (f"{x:.1f} ", f"{y:.1f}L")]


def test_coordinates_in_the_middle_are_rounded_as_python_rounds() -> None:
    """Between two tenths, the one nearer to the value, though ten times it may lie in the very middle."""
    across = np.arange(12_000) / 20
    up = np.nextafter(across, 600.0)
    assert steps(across, up) == _as_python_rounds(across, up)


_COORDINATES = st.lists(st.floats(-1.0, 700.0), min_size=20, max_size=20)


@given(_COORDINATES, _COORDINATES, st.integers(0, 20))
def test_coordinates_are_rounded_as_python_rounds(x: list[float], y: list[float], n: int) -> None:
    """Few or many, within a drawing or outside."""
    across, up = np.array(x[:n]), np.array(y[:n])
    assert steps(across, up) == _as_python_rounds(across, up)
