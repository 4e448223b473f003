"""Lists too long for one file, cut into shards so that a change of one run changes one of them.

Where a cut lies is told by the runs' own names, not by counting: see docs/adr/0006-shards.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

WHOLE_UP_TO = 500
"""Runs, up to which a list stands in its page as a whole."""
ROWS_FILE = "rows.js"
"""The index of a table's shards, beside its page."""
CUT_BITS = 8
"""A cut lies behind a run whose hash ends in so many zero bits: some 256 runs a shard."""
MOST_RUNS = 1024
"""Of one shard."""
_NAME_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Shard:
    name: str
    """A hash of its first path: the same when others change."""
    start: int
    stop: int
    """Places in the list, from `start` to before `stop`."""


def shards(
    paths: Sequence[str], *, cut_bits: int = CUT_BITS, most_runs: int = MOST_RUNS
) -> list[Shard]:
    """Cut a list of different paths, in whatever order it is kept, into shards.

    A stretch between two cuts with more than `most_runs` is cut behind that run within it whose hash is smallest, and
    so on: there, too, the names decide, so a change reaches no further than the stretch that it lies in.
    """
    return list(_shards(tuple(paths), cut_bits, most_runs))


@lru_cache(maxsize=2)  # several files of a page are cut alike
def _shards(paths: Sequence[str], cut_bits: int, most_runs: int) -> Sequence[Shard]:
    hashes = [_hash(path) for path in paths]
    mask = (1 << cut_bits) - 1
    ends = [i + 1 for i, value in enumerate(hashes) if not value & mask]
    if paths and (not ends or ends[-1] < len(paths)):
        ends.append(len(paths))
    found: list[Shard] = []
    start = 0
    for end in ends:
        for first, stop in _pieces(hashes, start, end, most_runs):
            name = hashlib.blake2b(paths[first].encode(), digest_size=_NAME_DIGITS // 2).hexdigest()
            found.append(Shard(name, first, stop))
        start = end
    return found


def _pieces(hashes: Sequence[int], start: int, stop: int, most: int) -> list[tuple[int, int]]:
    """A stretch as it is, or in pieces where it is too long."""
    done: list[tuple[int, int]] = []
    waiting = [(start, stop)]
    while waiting:
        first, last = waiting.pop()
        if last - first <= most:
            done.append((first, last))
            continue
        # Not behind the last: that would be no cut.
        cut = min(range(first, last - 1), key=hashes.__getitem__) + 1
        waiting += [(cut, last), (first, cut)]
    return done


def _hash(path: str) -> int:
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "big")
