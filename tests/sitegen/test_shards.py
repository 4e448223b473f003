"""Long lists in shards: every run in one of them, and a change of one run changes few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.shards import MOST_RUNS, shards

PATHS = st.lists(st.text("ab0/_", min_size=1, max_size=8), unique=True, max_size=200).map(sorted)
NO_MOST = 10**9


def _pieces(paths: Sequence[str], cut_bits: int, most_runs: int) -> dict[str, tuple[str, ...]]:
    """Name of a shard to its runs."""
    found = shards(paths, cut_bits=cut_bits, most_runs=most_runs)
    return {shard.name: tuple(paths[shard.start : shard.stop]) for shard in found}


@given(PATHS, st.integers(0, 6), st.integers(1, 50))
def test_every_run_is_in_one_shard_in_order(paths: list[str], bits: int, most: int) -> None:
    """Shards lie end to end, none is empty or too long, and no two have one name."""
    found = shards(paths, cut_bits=bits, most_runs=most)
    ends = [(0, 0), *((shard.start, shard.stop) for shard in found)]
    assert all(before[1] == after[0] for before, after in pairwise(ends))
    assert ends[-1][1] == len(paths)
    assert all(0 < shard.stop - shard.start <= most for shard in found)
    assert len({shard.name for shard in found}) == len(found)


@given(PATHS.filter(bool), st.integers(0, 6), st.data())
def test_a_run_more_changes_one_shard_or_two(
    paths: list[str], bits: int, data: st.DataObject
) -> None:
    """Two where it makes a cut; the same seen the other way round for a run less."""
    extra = data.draw(st.sampled_from(paths))
    fewer = [path for path in paths if path != extra]
    before, after = _pieces(fewer, bits, NO_MOST), _pieces(paths, bits, NO_MOST)
    changed = {name for name in after if before.get(name) != after[name]}
    gone = {name for name in before if after.get(name) != before[name]}
    assert 1 <= len(changed) <= 2
    assert len(gone) <= 2


@given(PATHS.filter(bool), st.integers(1, 6), st.integers(1, 20), st.data())
def test_a_change_reaches_no_further_than_its_stretch(
    paths: list[str], bits: int, most: int, data: st.DataObject
) -> None:
    """Where a stretch is too long for one shard, the shards of other stretches stay as they are."""
    extra = data.draw(st.sampled_from(paths))
    fewer = [path for path in paths if path != extra]
    stretches = _pieces(paths, bits, NO_MOST).values()
    elsewhere = [runs for runs in _pieces(fewer, bits, NO_MOST).values() if runs in set(stretches)]
    after = set(_pieces(paths, bits, most).values())
    before = set(_pieces(fewer, bits, most).values())
    for runs in elsewhere:
        inside = {piece for piece in before if piece[0] in runs}
        assert inside <= after


@pytest.mark.parametrize("place", [0, 1234, 4999])
def test_a_run_more_in_a_long_stretch_changes_few(place: int) -> None:
    """There, too, the names decide: the shards behind it stay as they are."""
    paths = sorted(f"runs/seed_{i}" for i in range(5000))
    fewer = [*paths[:place], *paths[place + 1 :]]
    before, after = (_pieces(some, cut_bits=40, most_runs=256) for some in (fewer, paths))
    assert len(after) > 20
    assert len([name for name in after if before.get(name) != after[name]]) <= 2


def test_thousands_of_runs_make_shards_of_some_hundreds() -> None:
    """About one a 256 runs, and none of more than the most."""
    paths = sorted(f"runs/method_{i % 7}/seed_{i}" for i in range(20_000))
    found = shards(paths)
    assert 50 <= len(found) <= 110
    assert max(shard.stop - shard.start for shard in found) <= MOST_RUNS
