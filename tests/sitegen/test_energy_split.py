"""What the energy went into: CPU, GPU and the facility around them."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_runs import result
from wattboard.sitegen.energy_split import split
from wattboard.sitegen.model import RunResult

ONE_GPU = ({"Name": "Example GPU"},)
KWH = st.one_of(st.none(), st.floats(1e-6, 1e3))


@st.composite
def runs(draw: st.DrawFn) -> RunResult:
    """A run that may lack either reading."""
    return result(cpu_kwh=draw(KWH), gpu_kwh=draw(KWH), pue=draw(st.floats(1.0, 3.0)), gpus=ONE_GPU)


@given(st.lists(runs(), max_size=8))
def test_the_parts_and_the_overhead_are_the_facility_s_energy(some: list[RunResult]) -> None:
    """What is stacked sums to the mean energy with PUE, and no part is negative."""
    of_runs = split(some)
    energies = [run.figures["facility_energy_kwh"].value for run in some]
    present = [value for value in energies if value is not None]
    if of_runs is None:
        assert not present
        return
    stacked = fsum([*(part.kwh or 0.0 for part in of_runs.parts), of_runs.overhead_kwh])
    assert stacked == pytest.approx(of_runs.facility_kwh)
    assert of_runs.facility_kwh == pytest.approx(fsum(present) / len(present))
    assert of_runs.overhead_kwh >= -1e-9 * of_runs.facility_kwh
    assert of_runs.n == len(present)


def test_what_was_not_measured_is_absent_and_not_zero() -> None:
    """A GPU that nobody read has no part; on a machine without one, no run is concerned."""
    with_gpu = split([result(cpu_kwh=1.0, gpus=ONE_GPU)])
    without = split([result(cpu_kwh=1.0)])
    assert with_gpu is not None
    assert without is not None
    assert [(p.kwh, p.n_measured, p.n_concerned) for p in with_gpu.parts] == [
        (1.0, 1, 1),
        (None, 0, 1),
    ]
    assert (without.parts[1].kwh, without.parts[1].n_concerned) == (None, 0)


def test_a_part_is_no_better_than_its_weakest_run() -> None:
    """One estimate among measurements makes the mean an estimate."""
    estimated = result(cpu_kwh=1.0, provenance={"cpu_energy_kwh": "estimated"})
    of_runs = split([result(cpu_kwh=3.0), estimated])
    assert of_runs is not None
    assert (of_runs.parts[0].kwh, of_runs.parts[0].provenance) == (2.0, "estimated")


def test_runs_without_any_energy_are_left_out() -> None:
    """They say nothing of the split."""
    silent = result(cpu_kwh=None)
    assert split([silent]) is None
    of_runs = split([silent, result(cpu_kwh=2.0, pue=1.5)])
    assert of_runs is not None
    assert (of_runs.n, of_runs.facility_kwh, of_runs.overhead_kwh) == (1, 3.0, 1.0)
