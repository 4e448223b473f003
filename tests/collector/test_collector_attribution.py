"""Shares lie in 0 to 1 and CPU time is neither lost nor counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.collector.attribution import Use, gpu_share, share, used_since

seconds = st.floats(0, 1e6)
pids = st.integers(1, 6)
trees = st.dictionaries(pids, st.builds(Use, seconds, seconds), max_size=6)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_share_lies_between_0_and_1(part: float, whole: float) -> None:
    """Whatever two clocks say, a share stays in 0 to 1."""
    assert 0 <= share(part, whole) <= 1


@given(trees, trees, st.dictionaries(pids, pids), st.sets(pids))
def test_cpu_time_never_runs_backwards(
    before: dict[int, Use], after: dict[int, Use], parents: dict[int, int], apart: set[int]
) -> None:
    """Processes may come and go in any way: the time used is never negative."""
    assert used_since(before, after, parents, apart) >= 0


BELOW_P = {"child": "p", "grandchild": "child"}


def test_a_child_that_ended_counts_only_what_it_added() -> None:
    """An ended child's time reaches its parent as a whole; what was counted before is left out."""
    before = {"p": Use(10, 0), "child": Use(3, 0)}
    after = {"p": Use(11, 3.5)}
    assert used_since(before, after, BELOW_P) == pytest.approx(1.5)


def test_a_child_that_came_and_went_counts_through_its_parent() -> None:
    """A child that nobody saw alive is in the sum."""
    assert used_since({"p": Use(10, 0)}, {"p": Use(10, 2)}, {}) == pytest.approx(2)


def test_a_family_that_ended_at_once_is_counted_once() -> None:
    """When a child and its own child end together, their earlier time is not counted again."""
    before = {"p": Use(1, 0), "child": Use(2, 0), "grandchild": Use(4, 0)}
    after = {"p": Use(1, 7.0)}
    assert used_since(before, after, BELOW_P) == pytest.approx(1.0)


def test_a_process_apart_counts_neither_alive_nor_when_its_parent_inherits_it() -> None:
    """What a rank uses that is measured by itself is not its parent's, to the end and after."""
    before = {"p": Use(1, 0), "rank": Use(5, 0)}
    during = {"p": Use(2, 0), "rank": Use(9, 0)}
    after = {"p": Use(2.5, 9.0)}
    parents = {"rank": "p"}
    assert used_since(before, during, parents, apart=["rank"]) == pytest.approx(1.0)
    assert used_since(during, after, parents) == pytest.approx(0.5)


@pytest.mark.parametrize("after", [Use(4, 0), Use(1, 3)])
def test_a_child_whose_end_nobody_awaits_does_not_hide_others_work(after: Use) -> None:
    """A daemon that was lost takes nothing away from what the others used, or left behind."""
    before = {"p": Use(1, 0), "daemon": Use(100, 0)}
    assert used_since(before, {"p": after}, {}) == pytest.approx(3)


def test_what_ends_below_a_process_apart_does_not_hide_others_work() -> None:
    """A rank's worker ends in the moment when one of the training's own does."""
    before = {"p": Use(1, 0), "child": Use(2, 0), "rank": Use(5, 0), "worker": Use(100, 0)}
    after = {"p": Use(1, 3), "rank": Use(5, 101)}
    parents = {"child": "p", "rank": "p", "worker": "rank"}
    assert used_since(before, after, parents, apart=["rank"]) == pytest.approx(1)


class Family:
    """Processes as the kernel counts them, and what they have used in truth."""

    def __init__(self) -> None:
        self.uses = {0: Use(0, 0)}
        self.parents: dict[int, int] = {}
        self.apart: set[int] = set()
        self.n_begun = 1
        self.used = {"run": 0, "apart": 0}
        self.lost = 0
        self.counted = 0.0
        self._last: tuple[dict[int, Use], dict[int, int]] = ({0: Use(0, 0)}, {})

    def step(self, what: str, which: int, ticks: int) -> None:
        pid = sorted(self.uses)[which % len(self.uses)]
        if what == "work":
            self.uses[pid] = Use(self.uses[pid].own + ticks, self.uses[pid].inherited)
            self.used["apart" if pid in self.apart else "run"] += ticks
        elif what in ("fork", "rank"):
            self.uses[self.n_begun] = Use(0, 0)
            self.parents[self.n_begun] = pid
            if what == "rank" or pid in self.apart:
                self.apart.add(self.n_begun)
            self.n_begun += 1
        elif what == "end" and pid:
            self.end(pid)
        elif what == "read":
            self.read()

    def end(self, pid: int) -> None:
        """A process ends: its parent, if it lives, waits for it; its children get another one."""
        use, parent = self.uses.pop(pid), self.parents.pop(pid, None)
        self.parents = {k: p for k, p in self.parents.items() if p != pid}
        if parent in self.uses:
            own, inherited = self.uses[parent]
            self.uses[parent] = Use(own, inherited + use.own + use.inherited)
        else:
            self.lost += int(use.own + use.inherited)

    def read(self) -> None:
        uses, parents = self._last
        self.counted += used_since(uses, self.uses, parents, self.apart & self.uses.keys())
        self._last = dict(self.uses), dict(self.parents)


steps = st.tuples(
    st.sampled_from(["work", "work", "fork", "end", "read"]), st.integers(0, 9), st.integers(1, 9)
)


@given(st.lists(steps, max_size=60))
def test_a_family_is_counted_once(history: list[tuple[str, int, int]]) -> None:
    """However processes begin, end and are read: all is counted but what the kernel itself lost."""
    family = Family()
    for step in history:
        family.step(*step)
    family.read()
    assert family.used["run"] - family.lost <= family.counted <= family.used["run"]


ranks = st.tuples(st.just("rank"), st.integers(0, 9), st.just(0))


@given(st.lists(steps | ranks, max_size=60))
def test_a_family_with_ranks_is_counted_once(history: list[tuple[str, int, int]]) -> None:
    """Nothing of the run's own is hidden by what ranks below it do, nor counted twice."""
    family = Family()
    for step in history:
        family.step(*step)
    family.read()
    total = family.used["run"] + family.used["apart"]
    assert family.used["run"] - family.lost <= family.counted <= total


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
