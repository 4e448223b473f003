"""The run's share of a GPU that is divided into instances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.collector.attribution import MigInstance, mig_share

pids = st.integers(1, 6)
instances = st.builds(MigInstance, st.integers(1, 7), st.frozensets(pids, max_size=4))


def here(_: int) -> bool:
    return True


@given(
    st.lists(instances, max_size=7), st.integers(0, 7), st.sets(pids), st.sets(pids), st.booleans()
)
def test_shares_never_add_up_to_more_than_the_gpu(
    divided: list[MigInstance], hidden: int, ours: set[int], others: set[int], busy: bool
) -> None:
    """Two runs without a common process together get at most the whole GPU."""
    parts = [mig_share(divided, hidden, run, here, busy) for run in (ours, others - ours)]
    assert sum(part or 0 for part in parts) <= 1 + 1e-9
    assert all(part is None or 0 <= part <= 1 for part in parts)


@given(st.lists(instances, max_size=7), st.integers(0, 7))
def test_what_is_in_use_is_somebodys(divided: list[MigInstance], hidden: int) -> None:
    """All processes together have all slices in use but those that the driver hides."""
    used = sum(instance.slices for instance in divided if instance.pids)
    whole = mig_share(divided, hidden, range(1, 7), here, device_busy=False)
    assert whole == pytest.approx(used / (used + hidden) if used else 0.0)


def test_processes_that_cannot_be_told_make_no_share() -> None:
    """Foreign process numbers, or none where there must be some, are no 0."""
    divided = [MigInstance(3, frozenset({4711})), MigInstance(4, frozenset())]
    assert mig_share(divided, 0, {12}, lambda pid: pid == 12, device_busy=True) is None
    assert mig_share([MigInstance(3, frozenset())], 0, {12}, here, device_busy=True) is None
    assert mig_share([MigInstance(3, frozenset())], 0, {12}, here, device_busy=False) == 0
