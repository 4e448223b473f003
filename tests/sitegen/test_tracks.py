"""The charts of a run of several parts: one line of many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.location import PartLocation
from wattboard.sitegen.metrics.timeline import timeline
from wattboard.sitegen.model import RunInfo, RunLog, Samples, Series, Surroundings, TimeChart
from wattboard.sitegen.series import charts


def log(
    time_s: list[float],
    *,
    node: str = "",
    gpus: tuple[str, ...] = (),
    end_s: float | None = None,
    **channels: list[float],
) -> RunLog:
    """A part's log, with GPUs of these ids."""
    info = RunInfo(
        "wattboard/1",
        gpu_info=tuple({"Name": "A GPU", "Id": gpu} for gpu in gpus),
        surroundings=Surroundings(node=node),
    )
    readings = {name: np.array(values, dtype=float) for name, values in channels.items()}
    end = time_s[-1] if end_s is None else end_s
    location = PartLocation(Path(), Path(), "run/impacttracker")
    return RunLog(
        location, info, Samples(np.array(time_s), readings, None), time_s[0], end, True, 0
    )


def drawn(*logs: RunLog) -> dict[str, TimeChart]:
    return {
        chart.key: chart for chart in charts([(one, timeline(one).longest_hold_s) for one in logs])
    }


def line(*logs: RunLog, key: str = "power") -> list[tuple[float, float | None]]:
    """The points of a chart's only line."""
    (series,) = drawn(*logs)[key].series
    return points(series)


def points(series: Series) -> list[tuple[float, float | None]]:
    return list(zip(series.time_s, series.value, strict=True))


def test_power_is_summed_at_every_time_that_a_part_has() -> None:
    """Each reading stands for the time since the one before; a part that has ended adds nothing."""
    one = log([0.0, 10.0, 20.0], cpu_power_w=[1, 2, 3])
    other = log([5.0, 15.0, 25.0], cpu_power_w=[10, 20, 30])
    assert line(one, other) == [(0, 1), (5, 12), (10, 22), (15, 23), (20, 33), (25, 30)]


def test_no_line_is_drawn_through_a_pause() -> None:
    """Between two resumed pieces, however short the pause, the line is broken."""
    one = log([0.0, 10.0], cpu_power_w=[1, 2])
    resumed = log([20.0, 30.0], cpu_power_w=[3, 4])
    assert line(one, resumed) == [(0, 1), (10, 2), (20, None), (20, 3), (30, 4)]


def test_where_one_part_was_not_read_the_sum_is_not_known() -> None:
    """A part's gap of more than a minute makes a gap of the whole, and no dip."""
    one = log([0.0, 10.0, 100.0, 110.0], cpu_power_w=[1, 1, 1, 1])
    other = log([float(t) for t in range(0, 111, 10)], cpu_power_w=[5.0] * 12)
    assert line(one, other) == [(0, 6), (10, 6), (100, None), (100, 6), (110, 6)]


def test_a_machine_that_two_ranks_share_is_counted_once() -> None:
    """The whole machine's power is the mean over the ranks of a node, and the sum over nodes."""
    logs = [
        log([0.0, 10.0], node=node, cpu_machine_power_w=[watts, watts])
        for node, watts in (("0000000a", 100.0), ("0000000a", 102.0), ("0000000b", 50.0))
    ]
    assert line(*logs, key="machine-power") == [(0, 151), (10, 151)]


def test_gpus_that_two_ranks_share_are_counted_once() -> None:
    """By their ids; where ranks share some of their GPUs only, no sum is right, and none is drawn."""
    watts = [100.0, 100.0]
    shared = [log([0.0, 10.0], gpus=("gpu-1", "gpu-2"), gpu_machine_power_w=watts)] * 2
    own = log([0.0, 10.0], gpus=("gpu-3",), gpu_machine_power_w=watts)
    assert line(shared[0], own, key="machine-power") == [(0, 200), (10, 200)]
    twin = log([0.0, 10.0], gpus=("gpu-2", "gpu-1"), gpu_machine_power_w=watts)
    assert line(shared[0], twin, own, key="machine-power") == [(0, 200), (10, 200)]
    overlapping = log([0.0, 10.0], gpus=("gpu-2", "gpu-3"), gpu_machine_power_w=watts)
    assert "machine-power" not in drawn(shared[0], own, overlapping)


def test_gpu_use_is_averaged_over_all_gpus() -> None:
    """A rank with three GPUs weighs three times as much; ranks that use the same GPUs add up."""
    many = log([0.0, 10.0], gpus=("gpu-1", "gpu-2", "gpu-3"), gpu_utilisation=[1, 1])
    one = log([0.0, 10.0], gpus=("gpu-4",), gpu_utilisation=[0.5, 0.5])
    beside = log([0.0, 10.0], gpus=("gpu-4",), gpu_utilisation=[0.1, 0.1])
    assert line(many, one, key="gpu-use") == [(0, 87.5), (10, 87.5)]
    assert line(many, one, beside, key="gpu-use") == [(0, 90), (10, 90)]


def test_without_ids_and_nodes_each_part_stands_for_itself() -> None:
    """Nothing tells that two parts share what they read: they are summed, or averaged with equal weight."""
    logs = [log([0.0, 10.0], cpu_machine_power_w=[9, 9], load_1_min=[0.5, 0.5])] * 1
    logs.append(log([0.0, 10.0], cpu_machine_power_w=[9, 9], load_1_min=[0.25, 0.25]))
    assert line(*logs, key="machine-power") == [(0, 18), (10, 18)]
    assert line(*logs, key="load") == [(0, 37.5), (10, 37.5)]


def test_power_of_other_sources_is_drawn_as_that_of_rapl_and_nvml() -> None:
    """A sensor's readings make the same lines as those of the sources that the seed had."""
    one = log([0.0, 10.0], cpu_sensor_power_w=[1, 1], gpu_sensor_power_w=[2, 2])
    chart = drawn(one)["power"]
    assert [(series.name, series.value) for series in chart.series] == [
        ("CPU", (1, 1)),
        ("GPU", (2, 2)),
    ]


@st.composite
def parts(draw: st.DrawFn) -> list[RunLog]:
    logs = []
    for _ in range(draw(st.integers(2, 6))):
        start = draw(st.integers(0, 300))
        steps = draw(st.lists(st.integers(1, 50), min_size=1, max_size=8))
        times = [float(t) for t in np.cumsum([start, *steps])]
        watts = draw(st.lists(st.integers(0, 500), min_size=len(times), max_size=len(times)))
        logs.append(log(times, cpu_power_w=[float(w) for w in watts]))
    return logs


@given(parts())
def test_the_sum_is_that_of_the_readings_that_stand_for_a_time(logs: list[RunLog]) -> None:
    """At each time the sum over the parts that run then, each by its first reading at or after that time."""

    def at(one: RunLog, time_s: float) -> float:
        if not one.start_s <= time_s <= one.end_s:
            return 0.0
        first = int(np.searchsorted(one.samples.time_s, time_s))
        return float(one.samples.channels["cpu_power_w"][first])

    begin = min(one.start_s for one in logs)
    times = sorted({float(t) for one in logs for t in one.samples.time_s})
    expected = [(t - begin, pytest.approx(sum(at(one, t) for one in logs))) for t in times]
    assert [point for point in line(*logs) if point[1] is not None] == expected
