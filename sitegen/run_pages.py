"""Which runs have a page of their own. Those of a hundred thousand runs fill a disk, and few are ever opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from .model import Leaderboard

RunPages = Literal["all", "listed", "none"]
RUN_PAGES: tuple[RunPages, ...] = get_args(RunPages)


def with_run_pages(leaderboard: Leaderboard, which: RunPages) -> Leaderboard:
    """The leaderboard without the addresses of runs that get no page.

    Args:
        which: "listed": those that a leaf lists.
    """
    if which == "all":
        return leaderboard
    listed: set[str] = set()
    if which == "listed":
        leaves = (group for group in leaderboard.walk() if group.node.is_leaf)
        listed.update(run.location.path for leaf in leaves for run in leaf.runs)
    addresses = leaderboard.run_addresses
    return replace(leaderboard, run_addresses={p: a for p, a in addresses.items() if p in listed})
