"""Shares lie in 0 to 1 and CPU time is neither lost nor counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.collector.attribution import CpuTimes, cpu_seconds_used, gpu_share, share

seconds = st.floats(0, 1e6)
pids = st.integers(1, 6)
trees = st.dictionaries(pids, st.builds(CpuTimes, seconds, seconds), max_size=6)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_share_lies_between_0_and_1(part: float, whole: float) -> None:
    """Whatever two clocks say, a share stays in 0 to 1."""
    assert 0 <= share(part, whole) <= 1


@given(trees, trees)
def test_cpu_time_never_runs_backwards(
    before: dict[int, CpuTimes], after: dict[int, CpuTimes]
) -> None:
    """Processes may come and go in any way: the time used is never negative."""
    assert cpu_seconds_used(before, after) >= 0


def test_a_child_that_ended_counts_only_what_it_added() -> None:
    """An ended child's time reaches its parent as a whole; what was counted before is left out."""
    before = {"parent": CpuTimes(10, 0), "child": CpuTimes(3, 0)}
    after = {"parent": CpuTimes(11, 3.5)}
    assert cpu_seconds_used(before, after) == pytest.approx(1.5)


def test_a_child_that_came_and_went_counts_through_its_parent() -> None:
    """A child that nobody saw alive is in the sum."""
    assert cpu_seconds_used({"p": CpuTimes(10, 0)}, {"p": CpuTimes(10, 2)}) == pytest.approx(2)


def test_a_family_that_ended_at_once_is_counted_once() -> None:
    """When a child and its own child end together, their earlier time is not counted again."""
    before = {"p": CpuTimes(1, 0), "child": CpuTimes(2, 0), "grandchild": CpuTimes(4, 0)}
    after = {"p": CpuTimes(1, 7.0)}
    assert cpu_seconds_used(before, after) == pytest.approx(1.0)


def test_a_child_whose_end_nobody_awaits_does_not_hide_others_work() -> None:
    """A child that was lost takes nothing away from what the others used."""
    before = {"p": CpuTimes(1, 0), "orphan": CpuTimes(100, 0)}
    assert cpu_seconds_used(before, {"p": CpuTimes(4, 0)}) == pytest.approx(3)


@given(
    st.dictionaries(pids, st.floats(0, 100), max_size=5),
    st.lists(pids, max_size=5),
    st.sets(pids),
    st.sets(pids),
    st.booleans(),
)
def test_gpu_shares_never_add_up_to_more_than_the_gpu(
    sm: dict[int, float], holders: list[int], ours: set[int], others: set[int], busy: bool
) -> None:
    """Two runs without a common process together get at most the whole GPU."""
    parts = [
        gpu_share(sm, holders, run, lambda _: True, device_busy=busy)
        for run in (ours, others - ours)
    ]
    assert sum(part or 0 for part in parts) <= 1 + 1e-9
    assert all(part is None or 0 <= part <= 1 for part in parts)


def test_a_container_that_sees_foreign_process_numbers_gets_no_share() -> None:
    """Where the driver names processes that do not exist here, the share is unknown, not 0."""
    assert gpu_share({4711: 90.0}, [4711], {12}, lambda pid: pid == 12, True) is None
    assert gpu_share({}, [], {12}, lambda _: True, device_busy=True) is None
    assert gpu_share({}, [], {12}, lambda _: True, device_busy=False) == 0
