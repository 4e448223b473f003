"""The rules of DESIGN for energy, as properties and on small logs."""

from __future__ import annotations

from itertools import pairwise
from math import fsum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen import metrics
from wattboard.sitegen.location import PartLocation
from wattboard.sitegen.metrics.timeline import Timeline, timeline
from wattboard.sitegen.model import (
    Figure,
    GridIntensity,
    PowerSource,
    RunInfo,
    RunLog,
    Samples,
)

SEED = "experiment-impact-tracker"
WATTS = st.floats(0, 1000)


def log(
    time_s: list[float],
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    form: str = SEED,
    energy_j: dict[str, list[float]] | None = None,
    sources: tuple[PowerSource, ...] = (),
    gpus: int = 0,
    intensity: float | None = None,
    cpu_seconds: float | None = None,
    **channels: list[float],
) -> RunLog:
    """A log with the given channels, in the units of the model."""
    info = RunInfo(
        form,
        gpu_info=({"Name": "A GPU"},) * gpus,
        power_sources=sources,
        carbon_intensity=None if intensity is None else GridIntensity(intensity),
    )
    samples = Samples(
        np.array(time_s),
        {name: np.array(values, dtype=float) for name, values in channels.items()},
        cpu_seconds,
        {name: np.array(values, dtype=float) for name, values in (energy_j or {}).items()},
    )
    end = time_s[-1] if end_s is None else end_s
    return RunLog(PartLocation(Path(), Path(), "run"), info, samples, start_s, end, True, 0)


def figures(run: RunLog, pue: float) -> dict[str, Figure]:
    return metrics.figures(run, timeline(run), pue)


def value(run: RunLog, name: str, pue: float = 1.0) -> float | None:
    return figures(run, pue)[name].value


@st.composite
def traces(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    steps = draw(st.lists(st.floats(0.1, 50), min_size=2, max_size=12))
    times = np.cumsum(steps).tolist()
    return times, draw(st.lists(WATTS, min_size=len(times), max_size=len(times)))


@given(traces(), st.floats(0, 30))
def test_energy_is_the_sum_over_n_plus_1_intervals(
    trace: tuple[list[float], list[float]], tail_s: float
) -> None:
    """Each sample stands for the interval that ends with it, the last one also for the rest of the run."""
    times, watts = trace
    run = log(times, end_s=times[-1] + tail_s, cpu_power_w=watts)
    edges = [0.0, *times, times[-1] + tail_s]
    joules = fsum(
        (b - a) * w for (a, b), w in zip(pairwise(edges), [*watts, watts[-1]], strict=True)
    )
    assert value(run, "energy_kwh") == pytest.approx(joules / 3.6e6)


@given(traces(), st.integers(1, 11))
def test_energy_adds_up_over_a_cut(trace: tuple[list[float], list[float]], at: int) -> None:
    """Cutting a run at any sample and adding the two energies gives the energy of the whole."""
    times, watts = trace
    at = min(at, len(times) - 1)
    whole = value(log(times, cpu_power_w=watts), "energy_kwh")
    before = value(log(times[:at], cpu_power_w=watts[:at]), "energy_kwh")
    after = value(log(times[at:], start_s=times[at - 1], cpu_power_w=watts[at:]), "energy_kwh")
    assert before is not None
    assert after is not None
    assert whole == pytest.approx(before + after)


@given(traces(), st.floats(1, 3))
def test_pue_is_in_the_facility_s_energy_and_emissions_alone(
    trace: tuple[list[float], list[float]], pue: float
) -> None:
    """Parts and their sum are without PUE; energy at the facility and emissions are with it."""
    times, watts = trace
    run = log(times, cpu_power_w=watts, gpu_power_w=watts, gpus=1, intensity=400.0)
    plain, with_pue = figures(run, 1.0), figures(run, pue)
    for name in ("energy_kwh", "cpu_energy_kwh", "gpu_energy_kwh"):
        assert with_pue[name] == plain[name]
    for name in ("facility_energy_kwh", "emissions_kg"):
        assert with_pue[name].value == pytest.approx(pue * (plain[name].value or 0.0))
    energy = with_pue["facility_energy_kwh"].value or 0.0
    assert with_pue["emissions_kg"].value == pytest.approx(energy * 0.4)


def test_a_missing_reading_is_held_from_its_neighbours() -> None:
    """A gap is filled from before, a gap at the beginning from behind: never counted as zero."""
    whole = value(log([1.0, 2.0, 3.0], cpu_power_w=[10, 10, 10]), "energy_kwh")
    for watts in ([10, np.nan, 10], [np.nan, 10, np.nan], [10, np.nan, np.nan]):
        assert value(log([1.0, 2.0, 3.0], cpu_power_w=watts), "energy_kwh") == whole


def test_a_seed_log_holds_its_last_reading_however_long() -> None:
    """In a log of the seed's the last sample stands for an hour without samples; the share says so."""
    run = log([10.0, 20.0, 30.0], end_s=3630.0, cpu_power_w=[100, 100, 100])
    assert value(run, "energy_kwh") == pytest.approx(100 * 3630 / 3.6e6)
    assert value(run, "measured_share") == pytest.approx(30 / 3630)
    assert figures(run, 1.0)["energy_kwh"].provenance == "partial"


def test_in_our_own_log_a_long_gap_adds_no_energy() -> None:
    """In our format, time beyond 60 s and five intervals without a reading is time not measured."""
    watts = [100.0] * 4
    run = log([10.0, 20.0, 620.0, 630.0], form="wattboard/1", cpu_power_w=watts)
    assert value(run, "energy_kwh") == pytest.approx(100 * 30 / 3.6e6)
    assert value(run, "measured_share") == pytest.approx(30 / 630)
    assert value(run, "mean_power_w") == pytest.approx(100)


def test_gpu_readings_that_stop_are_told_by_the_share() -> None:
    """A GPU that is read for half of a long run leaves half of it uncovered, in either format."""
    times = [100.0 * i for i in range(1, 21)]
    gpu = [50.0] * 10 + [np.nan] * 10
    for form, joules in ((SEED, 50 * 2000), ("wattboard/1", 50 * 1000)):
        run = log(times, form=form, gpus=1, cpu_power_w=[10.0] * 20, gpu_power_w=gpu)
        assert value(run, "gpu_energy_kwh") == pytest.approx(joules / 3.6e6)
        assert value(run, "measured_share") == pytest.approx(0.5)
        assert figures(run, 1.0)["gpu_energy_kwh"].provenance == "partial"
        assert figures(run, 1.0)["cpu_energy_kwh"].provenance == "measured"


def test_joules_of_a_counter_go_before_power() -> None:
    """Where the log counts joules, power is not integrated: not even across a gap."""
    counter = (PowerSource("rapl", "counter", "cpu"),)
    run = log(
        [0.0, 10.0, 1000.0],
        form="wattboard/1",
        sources=counter,
        energy_j={"attributable:cpu": [0.0, 50.0, 7000.0]},
        cpu_power_w=[np.nan, 5.0, 9.0],
    )
    assert value(run, "cpu_energy_kwh") == pytest.approx(7000 / 3.6e6)
    assert value(run, "measured_share") == 1.0
    assert figures(run, 1.0)["cpu_energy_kwh"].provenance == "measured"


def test_joules_of_whole_devices_count_by_the_run_s_share() -> None:
    """Counters of devices alone are multiplied by the run's part of the power."""
    run = log(
        [0.0, 10.0, 20.0],
        form="wattboard/1",
        energy_j={"cpu:package-0": [5.0, 105.0, 205.0], "cpu:package-1": [0.0, 100.0, 200.0]},
        cpu_power_w=[10.0, 10.0, 5.0],
        cpu_machine_power_w=[20.0, 20.0, 20.0],
    )
    assert value(run, "cpu_energy_kwh") == pytest.approx((200 * 0.5 + 200 * 0.25) / 3.6e6)


def test_other_sources_measure_as_well_as_rapl_and_nvml() -> None:
    """Power of another sensor is measured, and goes before an estimate; whole devices count by its share too."""
    run = log(
        [10.0, 20.0],
        form="wattboard/1",
        gpus=1,
        cpu_sensor_power_w=[30.0, 30.0],
        cpu_estimated_power_w=[99.0, 99.0],
        gpu_sensor_power_w=[60.0, 60.0],
    )
    assert value(run, "cpu_energy_kwh") == pytest.approx(30 * 20 / 3.6e6)
    assert value(run, "gpu_energy_kwh") == pytest.approx(60 * 20 / 3.6e6)
    assert figures(run, 1.0)["facility_energy_kwh"].provenance == "measured"
    counted = log(
        [0.0, 10.0],
        form="wattboard/1",
        gpus=1,
        energy_j={"gpu:0": [0.0, 100.0]},
        gpu_sensor_power_w=[2.5, 2.5],
        gpu_sensor_machine_power_w=[10.0, 10.0],
    )
    assert value(counted, "gpu_energy_kwh") == pytest.approx(25 / 3.6e6)


def test_a_counter_that_was_set_back_goes_on() -> None:
    """What a counter shows after a reset was used since."""
    run = log([0.0, 1.0, 2.0, 3.0], energy_j={"attributable:cpu": [0.0, 100.0, 30.0, 50.0]})
    assert value(run, "cpu_energy_kwh") == pytest.approx(150 / 3.6e6)


def test_an_estimate_is_marked_as_one() -> None:
    """Power from rated watts never passes for a measurement, with or without joules."""
    rated = (PowerSource("cpu-rated-power", "estimate", "cpu"),)
    for energy_j in (None, {"attributable:cpu": [0.0, 10.0]}):
        run = log(
            [0.0, 1.0],
            form="wattboard/1",
            sources=rated,
            energy_j=energy_j,
            cpu_estimated_power_w=[np.nan, 10.0],
        )
        assert figures(run, 1.0)["facility_energy_kwh"].provenance == "estimated"


def test_a_machine_s_gpu_without_readings_makes_the_sum_partial() -> None:
    """What the machine has and nobody read is missing from the sum, and the sum says so."""
    run = log([1.0, 2.0], gpus=1, cpu_power_w=[10, 10])
    assert figures(run, 1.0)["gpu_energy_kwh"].value is None
    assert figures(run, 1.0)["facility_energy_kwh"].provenance == "partial"
    alone = log([1.0, 2.0], gpus=0, cpu_power_w=[10, 10])
    assert figures(alone, 1.0)["facility_energy_kwh"].provenance == "measured"


def test_without_any_power_energy_is_absent() -> None:
    """No reading at all: energy, emissions and mean power are absent, duration and CPU time are not."""
    run = log([1.0, 2.0], intensity=400.0, cpu_seconds=7.2)
    for name in ("facility_energy_kwh", "energy_kwh", "emissions_kg", "mean_power_w", "gpu_hours"):
        assert value(run, name) is None
    assert value(run, "cpu_hours") == pytest.approx(0.002)
    assert value(run, "duration_hours") == pytest.approx(2 / 3600)


def test_a_log_of_no_time_says_nothing_of_energy() -> None:
    """Of a log that was cut off at its first sample nothing is known: zero would lower the mean of its group."""
    for form in (SEED, "wattboard/1"):
        cut = log([0.0], form=form, gpus=1, cpu_power_w=[90.0], gpu_power_w=[90.0])
        assert {name for name, of in figures(cut, 1.0).items() if of.value is not None} <= {
            "mean_carbon_intensity_g_per_kwh"
        }


def test_a_counter_that_was_read_once_says_nothing() -> None:
    """What a counter shows at first was used before. Power beside it counts, as where there is no counter."""
    once = {"attributable:cpu": [0.0, np.nan]}
    unread = log([0.1, 5.0], form="wattboard/1", energy_j=once)
    assert value(unread, "energy_kwh") is None
    assert value(unread, "measured_share") is None
    assert value(unread, "duration_hours") == 5.0 / 3600
    with_power = log([0.1, 5.0], form="wattboard/1", energy_j=once, cpu_power_w=[np.nan, 10.0])
    assert value(with_power, "energy_kwh") == pytest.approx(10 * 5 / 3.6e6)


def test_cpu_time_of_one_sample_counts_unless_it_is_zero() -> None:
    """Ours counts from the first sample on; a seed log has what its processes had used by then."""
    assert value(log([0.1], form="wattboard/1", cpu_seconds=0.0), "cpu_hours") is None
    assert value(log([0.1, 0.2], form="wattboard/1", cpu_seconds=0.0), "cpu_hours") == 0
    assert value(log([0.1], cpu_seconds=3.6), "cpu_hours") == pytest.approx(0.001)


def test_cpu_time_ends_with_the_last_sample() -> None:
    """A run that went on for long after its last sample has used more CPU time than its log tells: partial."""
    for end_s, provenance in ((10.2, "measured"), (40.0, "partial")):
        run = log([5.0, 10.0], end_s=end_s, cpu_seconds=7.2)
        assert figures(run, 1.0)["cpu_hours"].provenance == provenance


def test_live_intensity_is_held_like_a_reading() -> None:
    """Each interval's energy meets the intensity of its time; the mean is over the n + 1 values."""
    run = log(
        [3600.0, 7200.0],
        end_s=7200.0,
        cpu_power_w=[1000, 1000],
        carbon_intensity_g_per_kwh=[np.nan, 300.0],
        intensity=999.0,
    )
    assert value(run, "emissions_kg") == pytest.approx(0.6)
    assert value(run, "mean_carbon_intensity_g_per_kwh") == pytest.approx(300.0)


def test_gpu_time_is_weighted_by_use_and_allocated_time_is_not() -> None:
    """Use is an average over GPUs, so both times count every GPU."""
    run = log([1800.0, 3600.0], gpus=2, gpu_utilisation=[0.5, 0.25])
    assert value(run, "gpu_hours") == pytest.approx(0.75)
    assert value(run, "allocated_gpu_hours") == pytest.approx(2.0)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=20), st.data())
def test_covered_time_is_never_more_than_the_run(steps: list[float], data: st.DataObject) -> None:
    """The measured share lies between 0 and 1, and a run read throughout is covered."""
    times = np.cumsum(steps).tolist()
    present = data.draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times)))
    present[0] = True
    watts = [1.0 if there else np.nan for there in present]
    run = log(times, cpu_power_w=watts)
    share = value(run, "measured_share")
    assert share is not None
    assert 0.0 <= share <= 1.0 + 1e-12
    line: Timeline = timeline(run)
    if all(present) and max(steps) <= line.longest_hold_s:
        assert share == pytest.approx(1.0)


def test_a_whole_device_never_passes_for_the_runs_part() -> None:
    """Where a log tells runs apart but could not for the GPU, as in a container, the GPU's energy is not measured."""
    run = log(
        [0.0, 10.0],
        form="wattboard/1",
        gpus=1,
        sources=(PowerSource("nvml", "counter", "gpu"), PowerSource("tdp", "estimate", "cpu")),
        energy_j={"gpu:0": [0.0, 5000.0], "attributable:cpu": [0.0, 100.0]},
        gpu_machine_power_w=[500.0, 500.0],
    )
    found = figures(run, pue=1.0)
    assert (found["gpu_energy_kwh"].value, found["gpu_energy_kwh"].provenance) == (
        None,
        "not measured",
    )
    assert found["energy_kwh"].provenance == "partial"
    assert found["energy_kwh"].value == pytest.approx(100 / 3.6e6)
