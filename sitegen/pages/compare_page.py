"""The page that compares what a reader has chosen. Its address holds the choice; a script fills it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..addresses import COMPARE, RUNS
from ..catalog import figure_kinds
from ..model import Group, Leaderboard
from ..probability import normal_bound, student_bound
from ..scales import ladders
from ..shards import WHOLE_UP_TO, shards
from ..titles import natural
from .links import Links
from .page_data import DATA_FILE, as_script
from .run_page import Shown
from .tables import PROVENANCE_WORDS

TITLE = "Compare"
CHOICES_FILE = "choices.js"
MOST_GROUPS = 5000
"""Among which the page lets a reader search."""
_QUANTILE_STEPS = 200


@dataclass(frozen=True, slots=True)
class CompareView:
    title: str
    all_runs: str
    """Address of the page of all runs."""
    board: str
    """Address of the front page's `leaderboard.json`, "" where it has none."""


def compare_view(leaderboard: Leaderboard, links: Links) -> CompareView:
    """All that the page shows before a choice is made."""
    here = f"{COMPARE}/"
    has_board = len(leaderboard.roots) == 1
    return CompareView(
        TITLE,
        links.page(here, f"{RUNS}/"),
        links.file(here, "leaderboard.json") if has_board else "",
    )


def compare_files(
    leaderboard: Leaderboard, places: Mapping[str, Sequence[Shown]]
) -> dict[str, str]:
    """What the page's script needs for every comparison, and among what it lets a reader choose.

    Args:
        places: Run path to the leaves that list it.
    """
    return {
        DATA_FILE: as_script(_rules()),
        **_choices(leaderboard, places),
    }


def _rules() -> dict[str, Any]:
    return {
        "scales": ladders(),
        "quantiles": _quantiles(),
        "words": PROVENANCE_WORDS,
        "names": {kind.seed_name: kind.name for kind in figure_kinds() if kind.seed_name},
    }


def _quantiles() -> list[float]:
    """The 97.5 % quantiles of Student's t at 1/df = 0, 1/200, 2/200 … 1, between which a script interpolates.

    Welch's degrees of freedom are no whole numbers, and over 1/df the quantile bends so little that straight lines
    between these points are right to five digits.
    """
    degrees = _QUANTILE_STEPS / np.arange(1.0, _QUANTILE_STEPS + 1)
    bounds = [normal_bound(0.05), *student_bound(degrees, 0.05).tolist()]
    return [round(bound, 7) for bound in bounds]


def _choices(leaderboard: Leaderboard, places: Mapping[str, Sequence[Shown]]) -> dict[str, str]:
    """Groups as [title, address, titles of those above], runs as [title, number of the leaf or -1, address].

    Very many runs lie in shards `choices-<name>.js`, which the first file names. Runs without a page cannot be chosen.
    """
    groups = list(_with_titles_above(leaderboard.roots))[:MOST_GROUPS]
    number = {group.address: i for i, (group, _) in enumerate(groups)}
    paths = sorted(leaderboard.run_addresses, key=natural)

    def choice(path: str) -> list[Any]:
        first = places.get(path, ())[:1]
        title = first[0].titles[path] if first else path
        leaf = number.get(first[0].leaf.address, -1) if first else -1
        return [title, leaf, leaderboard.run_addresses[path]]

    content = {
        "groups": [[group.node.title, group.address, above] for group, above in groups],
        "runs": [],
    }
    if len(paths) <= WHOLE_UP_TO:
        return {CHOICES_FILE: as_script({**content, "runs": [choice(path) for path in paths]})}
    found = shards(paths)
    files = {
        f"choices-{shard.name}.js": as_script(
            [choice(path) for path in paths[shard.start : shard.stop]]
        )
        for shard in found
    }
    return {CHOICES_FILE: as_script({**content, "shards": [s.name for s in found]}), **files}


def _with_titles_above(
    groups: Sequence[Group], above: tuple[str, ...] = ()
) -> list[tuple[Group, tuple[str, ...]]]:
    listed = []
    for group in groups:
        listed.append((group, above))
        listed += _with_titles_above(group.children, (*above, group.node.title))
    return listed
