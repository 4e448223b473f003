"""Figures that other packages compute of a log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from logs import power_samples, write_run
from measured import measured
from wattboard.sitegen import Figure, FigureKind, Metric, catalog
from wattboard.sitegen.cache import versions
from wattboard.sitegen.metrics import others
from wattboard.sitegen.scan import scan

PEAK = FigureKind("peak_w", "Peak", "W", summable=False)
Brings = Callable[..., None]


@pytest.fixture
def brings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brings]:
    """Stands for a package that is installed: call it with what its entry points give."""
    cached = (
        others.other_metrics,
        catalog.figure_kinds,
        catalog.kinds_by_name,
        catalog.known_names,
        versions.measuring,
        versions.rendering,
    )

    def forget() -> None:
        for function in cached:
            function.cache_clear()

    def bring(*objects: Any) -> None:
        pairs = [(f"the metric m{i} of somebody", one) for i, one in enumerate(objects)]
        monkeypatch.setattr(others, "entries", lambda _group, _what: iter(pairs))
        forget()

    yield bring
    monkeypatch.undo()
    forget()


def highest(log: Any, figures: Any) -> Figure | None:
    channel = log.samples.channels.get("cpu_power_w")
    return None if channel is None else Figure(float(channel.max()), "measured")


def figures_of(folder: Path) -> Any:
    (location,) = scan([folder]).runs
    return measured(location).result


def test_a_metric_is_a_figure_like_ours(brings: Brings, tmp_path: Path) -> None:
    """Known by name to specs, and measured; where the log lacks what it takes, it is absent and not zero."""
    brings(Metric(PEAK, highest))
    assert "peak_w" in catalog.known_names()
    write_run(tmp_path / "a/run", power_samples(3, cpu_w=[10.0, 90.0, 20.0]))
    assert figures_of(tmp_path / "a").figures["peak_w"] == Figure(90.0, "measured")
    write_run(tmp_path / "b/run", power_samples(3, cpu_w=None, gpu_w=5.0))
    result = figures_of(tmp_path / "b")
    assert result.figures["peak_w"] == Figure(None, "not measured")
    assert result.problems == ()


def test_parts_are_summed_or_averaged(brings: Brings, tmp_path: Path) -> None:
    """By what the metric says of its figure."""
    total = FigureKind("summed_w", "Sum", "W")
    brings([Metric(PEAK, highest), Metric(total, highest)])
    for part, watts in (("", 10.0), ("rank-1", 30.0)):
        write_run(tmp_path / "a/run", power_samples(cpu_w=watts), part=part)
    figures = figures_of(tmp_path / "a").figures
    assert (figures["peak_w"].value, figures["summed_w"].value) == (20.0, 40.0)


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: 12.5, "expected a Figure with a number, found 12.5"),
        (lambda: Figure(float("nan"), "measured"), "can be averaged, found nan"),
        (lambda: Figure(float("inf"), "measured"), "can be averaged, found inf"),
        (lambda: Figure("many", "measured"), "expected a Figure with a number"),  # type: ignore[arg-type]
    ],
)
def test_a_metric_that_fails_costs_its_figure(
    gives: Callable[[], Any], said: str, brings: Brings, tmp_path: Path
) -> None:
    """The run is told of by name; all its other figures stand."""
    brings(Metric(PEAK, lambda _log, _figures: gives()))
    write_run(tmp_path / "a/run", power_samples())
    result = figures_of(tmp_path / "a")
    (problem,) = result.problems
    assert '"peak_w" failed' in problem.message
    assert said in problem.message
    assert problem.file.startswith("a/run")
    assert result.figures["peak_w"].value is None
    assert result.figures["energy_kwh"].value == pytest.approx(50 * 100 / 3.6e6)


@pytest.mark.parametrize(
    ("brought", "why"),
    [
        ("no metric", "expected a Metric, found str"),
        (Metric(FigureKind("total_power", "x", "W"), highest), 'of the name "total_power"'),
        (Metric(FigureKind("energy_kwh", "x", "W"), highest), 'of the name "energy_kwh"'),
        (Metric(FigureKind("Peak W", "x", "W"), highest), "found 'Peak W'"),
        (Metric(FigureKind("fine", "", "W"), highest), "expected a label"),
    ],
)
def test_what_cannot_be_used_is_left_out(
    brought: Any, why: str, brings: Brings, caplog: pytest.LogCaptureFixture
) -> None:
    """With the reason and whose it is; the next one is used."""
    with caplog.at_level(logging.WARNING):
        brings(brought, Metric(PEAK, highest), Metric(PEAK, highest))
        assert [metric.kind for metric in others.other_metrics()] == [PEAK]
    assert why in caplog.text
    assert "the metric m0 of somebody" in caplog.text
    assert (
        'the metric m2 of somebody is left out: there is a figure of the name "peak_w"'
        in caplog.text
    )


def test_the_cache_knows_metrics_and_their_versions(brings: Brings) -> None:
    """Without any nothing changes; another version measures anew, and pages follow."""
    brings()
    without = versions.measuring(), versions.rendering()
    brings(Metric(PEAK, highest))
    first = versions.measuring(), versions.rendering()
    brings(Metric(PEAK, highest, version=2))
    second = versions.measuring(), versions.rendering()
    for one, other in ((without, first), (first, second), (without, second)):
        assert one[0] != other[0]
        assert one[1] != other[1]
