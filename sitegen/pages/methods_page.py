"""The page that says how the figures of this leaderboard came about, made from its spec and its data."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Leaderboard
from .links import Links


@dataclass(frozen=True, slots=True)
class MethodsView:
    title: str


def methods_view(leaderboard: Leaderboard, links: Links) -> MethodsView:  # noqa: ARG001
    """All that the page shows."""
    return MethodsView("Methods")
