"""The page that lists all runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Leaderboard
from .links import Links


@dataclass(frozen=True, slots=True)
class AllRunsView:
    title: str
    n_runs: int


def all_runs_view(leaderboard: Leaderboard, links: Links) -> AllRunsView:  # noqa: ARG001
    """All that the page of all runs shows."""
    return AllRunsView("All runs", len(leaderboard.runs))
