"""Runs summed up: what is in a sum, what is missing from it, and what is said of it."""

from __future__ import annotations

import random
from dataclasses import replace
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import START_S
from paper_runs import EMBER, SEED, result, without
from wattboard.sitegen.carbon import Reference, is_live, recomputed
from wattboard.sitegen.model import GridIntensity, PowerSource, Region, RunResult
from wattboard.sitegen.paper.impact import impact
from wattboard.sitegen.paper.plain import as_text
from wattboard.sitegen.paper.same_runs import distinct
from wattboard.sitegen.paper.statement import statement

ENERGIES = st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=30)


@given(ENERGIES, st.randoms(use_true_random=False))
def test_the_sum_does_not_depend_on_the_runs_order(
    energies: list[float], shuffle: random.Random
) -> None:
    """Any order of the runs gives the same impact to the last bit, and the sum is the exact one, rounded once."""
    runs = [result(f"logs/{i}", cpu_kwh=kwh) for i, kwh in enumerate(energies)]
    whole = impact(runs)
    shuffle.shuffle(runs)
    assert impact(runs) == whole
    assert whole.energy_kwh.value == fsum(energies)


@given(st.floats(1, 10), st.floats(0, 2000), ENERGIES)
def test_emissions_scale_with_pue_and_intensity(
    pue: float, g_per_kwh: float, energies: list[float]
) -> None:
    """Twice the PUE or twice the intensity is twice the emissions, and energy without PUE stays."""

    def emissions(pue: float, g_per_kwh: float) -> float:
        grid = Reference(GridIntensity(g_per_kwh))
        runs = [result(f"logs/{i}", cpu_kwh=kwh, pue=pue) for i, kwh in enumerate(energies)]
        whole = impact([recomputed(run, grid) for run in runs])
        assert whole.energy_kwh.value == fsum(energies)
        return whole.emissions_kg.value or 0.0

    once = emissions(pue, g_per_kwh)
    assert once == pytest.approx(pue * g_per_kwh * fsum(energies) / 1000)
    assert emissions(2 * pue, g_per_kwh) == pytest.approx(2 * once)
    assert emissions(pue, 2 * g_per_kwh) == pytest.approx(2 * once)


def test_a_sum_says_how_many_runs_it_lacks() -> None:
    """Runs without energy or intensity make a sum that is not whole: never a smaller one that looks complete."""
    silent = result("logs/silent", cpu_kwh=None)
    nowhere = result("logs/nowhere", grid=None, region=None)
    whole = impact([result("logs/a"), silent, nowhere])
    assert (whole.facility_energy_kwh.n, whole.facility_energy_kwh.of) == (2, 3)
    assert (whole.emissions_kg.n, whole.emissions_kg.of) == (1, 3)
    assert not whole.emissions_kg.is_whole
    assert whole.n_without_zone == 1
    assert impact([silent]).facility_energy_kwh.value is None


def test_a_folder_given_twice_counts_once(tmp_path: Path) -> None:
    """One folder under two names, through a link, is one run."""
    (tmp_path / "run").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "run")
    runs = [
        result("a/run", folder=tmp_path / "run"),
        result("b/link", folder=tmp_path / "link"),
    ]
    assert [run.location.path for run in distinct(runs).runs] == ["a/run"]
    assert [run.location.path for run in distinct(reversed(runs)).runs] == ["a/run"]


def test_a_copied_run_counts_once_and_is_told_of() -> None:
    """Two folders with one run number and start are one run; of the two the longer log counts."""
    early = result("backup/run", run_id="1234", hours=1.0)
    late = result("logs/run", run_id="1234", hours=2.0)
    for runs in ([early, late], [late, early]):
        found = distinct(runs)
        assert [run.location.path for run in found.runs] == ["logs/run"]
        assert [str(note) for note in found.notes] == [
            "backup/run: this is the same run as logs/run, by its number and start\n"
            "  hint: it is counted once"
        ]


def test_two_pieces_of_one_number_are_two_runs() -> None:
    """Runs with one number that began at different times both count."""
    runs = [
        result("logs/a", run_id="1234"),
        result("logs/b", run_id="1234", start_s=START_S + 99_999),
    ]
    assert distinct(runs).runs == tuple(runs)
    assert distinct(runs).notes == ()


def test_runs_that_look_alike_are_counted_and_told_of() -> None:
    """Without a number, equal figures are a suspicion: both runs count, and a note says so."""
    found = distinct([result("logs/a"), result("logs/b"), result("logs/c", cpu_kwh=2.0)])
    assert len(found.runs) == 3
    assert [note.file for note in found.notes] == ["logs/b"]


def test_energy_is_split_by_how_it_is_known() -> None:
    """Measured, estimated and reported energy are told apart, also where a figure is partial."""
    rated = (PowerSource("tdp", "estimate", "cpu"), PowerSource("nvml", "counter", "gpu"))
    runs = [
        result("logs/a", cpu_kwh=1.0),
        result("logs/b", cpu_kwh=2.0, provenance={"cpu_energy_kwh": "estimated"}),
        result(
            "logs/c",
            cpu_kwh=4.0,
            gpu_kwh=8.0,
            provenance={"cpu_energy_kwh": "partial", "gpu_energy_kwh": "partial"},
            power_sources=rated,
        ),
        result("logs/d", cpu_kwh=16.0, provenance={"cpu_energy_kwh": "reported"}),
    ]
    assert impact(runs).by_origin_kwh == {"measured": 9.0, "estimated": 6.0, "reported": 16.0}


def test_energy_of_no_component_counts_as_the_whole_does() -> None:
    """What another tool's log has beyond CPU and GPU, such as memory, is split by the sum's provenance."""
    run = result("logs/a", cpu_kwh=1.0, gpu_kwh=2.0, provenance={"energy_kwh": "reported"})
    assert impact([without(run, "gpu_energy_kwh")]).by_origin_kwh == {
        "measured": 1.0,
        "reported": 2.0,
    }


def test_what_could_not_be_read_is_counted() -> None:
    """GPUs without readings, CPUs without readings, lost parts, abrupt ends and failures are told by number."""
    gpu = ({"Name": "GPU"},)
    whole = impact(
        [
            result("logs/a", gpus=gpu),
            result("logs/b", gpus=gpu, cpu_kwh=None, gpu_kwh=1.0),
            result("logs/c", provenance={"duration_hours": "partial"}),
            result("logs/d", ended=False),
            result("logs/e", exit_code=3),
            result("logs/f", exit_code=0),
        ]
    )
    assert whole.n_without_gpu_energy == 1
    assert whole.n_without_cpu_energy == 1
    assert whole.n_with_lost_parts == 1
    assert whole.n_abrupt == 1
    assert whole.n_failed == 1


def test_time_without_samples_is_weighted_by_duration() -> None:
    """A tenth of one hour and none of three make a fortieth."""
    runs = [result("logs/a", hours=1.0, share=0.9), result("logs/b", hours=3.0)]
    whole = impact(runs)
    assert whole.share_without_samples == pytest.approx(0.025)
    assert whole.n_poorly_sampled == 1
    assert not whole.gaps_count
    held = impact([replace(run, info=replace(run.info, format=SEED)) for run in runs])
    assert held.gaps_count
    assert not held.gaps_mixed


def test_gaps_and_lost_logs_in_words() -> None:
    """A statement names the runs with gaps where they are not all, and those of which a log is missing."""
    gappy, whole, unread = (
        result("logs/a", hours=1.0, share=0.9),
        result("logs/b", hours=3.0),
        without(result("logs/c"), "measured_share"),
    )
    lost = result("logs/d", provenance={"duration_hours": "partial"})
    no_samples = "No samples cover"
    assert f"{no_samples} 10.0 % of the time: it" in _said([gappy])
    assert f"{no_samples} 2.5 % of the time (in 1 run): it" in _said([gappy, whole])
    assert f"{no_samples} 10.0 % of the time of 1 run: it" in _said([gappy, unread])
    assert f"{no_samples} 2.5 % of the time of 2 runs (in 1 run): it" in _said(
        [gappy, whole, unread]
    )
    missing = "the log of a process is missing, and its energy with it."
    assert f" Of the run {missing}" in _said([lost])
    assert f" Of 1 run {missing}" in _said([lost, whole])


def _said(runs: list[RunResult]) -> str:
    return " ".join(as_text(statement(impact(runs), None)).replace("\xa0", " ").split())


def test_grids_are_told_apart_by_all_that_a_reader_must_know() -> None:
    """Zone, year, basis and source make a grid; live values one of their own, with the mean over the energy."""
    older = replace(EMBER, year=2020)
    paris = Region("FRA", "France")
    runs = [
        result("logs/a"),
        result("logs/b"),
        result("logs/c", grid=older),
        result("logs/d", region=paris, live_g_per_kwh=100.0, cpu_kwh=1.0),
        result("logs/e", region=paris, live_g_per_kwh=40.0, cpu_kwh=2.0),
        result("logs/f", region=paris, grid=None),
        result("logs/g", region=None, grid=None),
    ]
    grids = impact(runs).grids
    told = [
        (g.zone, g.g_per_kwh and round(g.g_per_kwh, 9), g.year, g.is_live, g.n_runs) for g in grids
    ]
    assert sorted(told, key=repr) == [
        ("FRA", 60.0, None, True, 2),
        ("FRA", None, None, False, 1),
        ("US-CA", 330.0, 2020, False, 1),
        ("US-CA", 330.0, 2025, False, 2),
    ]


def test_bases_that_differ_are_known() -> None:
    """A sum over lifecycle and direct intensities has both bases."""
    direct = replace(EMBER, basis="direct")
    assert impact([result("logs/a"), result("logs/b", grid=direct)]).bases == (
        "direct",
        "lifecycle",
    )
    assert impact([result("logs/a")]).bases == ("lifecycle",)


def test_live_intensity_is_what_the_log_s_average_is_not() -> None:
    """A mean that is the log's average is no live value; one beside an average, or without one, is."""
    assert not is_live(result())
    assert is_live(result(live_g_per_kwh=100.0))
    assert is_live(result(grid=None, live_g_per_kwh=100.0))
    assert not is_live(result(grid=None))
    assert not is_live(recomputed(result(live_g_per_kwh=100.0), Reference(EMBER)))


def test_machines_are_counted_by_kind() -> None:
    """Runs on equal machines are one kind; the number of GPUs makes another."""
    gpu = {"Name": "A100", "Memory": "40.0 GiB"}
    kinds = impact(
        [
            result("logs/a", gpus=(gpu, gpu)),
            result("logs/b", gpus=(gpu, gpu)),
            result("logs/c", gpus=(gpu,), cpu_info={"Processor": "X", "Sockets": "2"}),
        ]
    ).machines
    assert [(m.sockets, [g.count for g in m.gpus], m.n_runs) for m in kinds] == [
        (1, [2], 2),
        (2, [1], 1),
    ]
