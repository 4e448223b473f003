"""The page that compares what a reader has chosen. Its address holds the choice; a script fills it in."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Leaderboard
from .links import Links


@dataclass(frozen=True, slots=True)
class CompareView:
    title: str


def compare_view(leaderboard: Leaderboard, links: Links) -> CompareView:  # noqa: ARG001
    """All that the page shows before a choice is made, and the data that every comparison needs."""
    return CompareView("Compare")
