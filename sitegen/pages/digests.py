"""A digest for each page: another one whenever the page may look different. What has kept its digest is not made again.

A digest may change though the page does not: then it is made in vain, and found to be the same. The other way round
would be a defect, and tests/cache looks for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cached_property

from ..cache import versions
from ..model import Group, Leaderboard, RunResult
from ..spec.model import Node
from .links import Links
from .site import Site

_OWN = frozenset({"children", "filter", "line", "lines", "key", "description"})
"""Fields of a node that its parents and children do not show."""
_SHOWN = tuple(field.name for field in fields(Node) if field.name not in _OWN)

Lineage = tuple[Group, Sequence[Group]]
"""A leaf, and the groups that it lies in."""


class Digests:
    """Digests of one leaderboard's pages.

    Args:
        site: What the settings of the whole site say.
    """

    def __init__(self, leaderboard: Leaderboard, site: Site, links: Links) -> None:
        roots = [(root.node.title, root.address) for root in leaderboard.roots]
        self._common = _digest(versions.rendering(), site, links, roots)
        self._leaderboard = leaderboard
        self._states = {run.location.path: self._state(run) for run in leaderboard.runs}
        self._leaves: dict[str, str] = {}
        """Address of a leaf to a digest of it and of the groups that it lies in."""
        self._groups: dict[str, str] = {}
        """Address of a group to what `group` gave."""
        self._of_some: dict[tuple[str, ...], str] = {}
        """Paths of runs to what `some_runs` gave."""

    def _state(self, run: RunResult) -> str:
        said = f"{run.fingerprint}\0{self._leaderboard.run_addresses.get(run.location.path)!r}"
        if run.extras or run.recomputed is not None:
            said += repr((dict(run.extras), run.recomputed))
        return text_digest(said)

    def group(self, group: Group, ancestors: Sequence[Group]) -> str:
        """Of the page of a group or a leaf, with what lies beside it."""
        known = self._groups.get(group.address)
        if known is None:
            known = self._groups[group.address] = self._of_group(group, ancestors)
        return known

    def _of_group(self, group: Group, ancestors: Sequence[Group]) -> str:
        siblings = ancestors[-1].children if ancestors else self._leaderboard.roots
        return _digest(
            self._common,
            group.address,
            group.node.description,
            [(_shown(node)) for node in group.node.walk()],
            [(g.address, _shown(g.node)) for g in ancestors],
            [(g.address, g.node.title) for g in siblings],
            [(child.address, *self._of(child.runs)) for child in group.children],
            self._of(group.runs),
        )

    def run(
        self, run: RunResult, places: Iterable[tuple[Group, Sequence[Group], str]], frame: str
    ) -> str:
        """Of a run's page, with what lies beside it.

        Args:
            places: The leaves that list it, each with the groups that it lies in and the run's short name there.
            frame: Digest of the theme and of what it shows around every page.
        """
        said = [self._common, frame, self._states[run.location.path]]
        for leaf, ancestors, title in places:
            said += (self._leaf(leaf, ancestors), repr(title))
        return text_digest("\0".join(said))

    def some_runs(
        self, runs: Iterable[RunResult], leaves_of: Callable[[str], Iterable[Lineage]]
    ) -> str:
        """Of what tells of some runs alone, with where each belongs.

        Args:
            leaves_of: From a run's path to the leaves that list it.
        """
        paths = tuple([run.location.path for run in runs])
        known = self._of_some.get(paths)
        if known is None:
            said = [self._common]
            for path in paths:
                said.append(self._states[path])
                said += [f"\1{self._leaf(*lineage)}" for lineage in leaves_of(path)]
            known = self._of_some[paths] = text_digest("\0".join(said))
        return known

    def of_site(self, content: object) -> str:
        """Of what pages of this site are made from."""
        return _digest(self._common, content)

    def _leaf(self, leaf: Group, ancestors: Sequence[Group]) -> str:
        known = self._leaves.get(leaf.address)
        if known is None:
            shown = [(g.address, _shown(g.node)) for g in (*ancestors, leaf)]
            known = self._leaves[leaf.address] = _digest(shown)
        return known

    @cached_property
    def all_runs(self) -> str:
        """Of what shows something of every run, and of where each belongs."""
        groups = [
            (group.address, _shown(group.node), self._of(group.runs))
            for group in self._leaderboard.walk()
        ]
        return _digest(self._common, groups, self._of(self._leaderboard.runs))

    @cached_property
    def index(self) -> str:
        """Of the page that lists several roots with their descriptions."""
        described = [root.node.description for root in self._leaderboard.roots]
        return _digest(self.all_runs, described)

    def _of(self, runs: Iterable[RunResult]) -> list[str]:
        return [self._states[run.location.path] for run in runs]


def frame_digest(
    settings: Mapping[str, object], templates: Iterable[str], nav: Iterable[str]
) -> str:
    """Of the theme and of what it shows around every page.

    Args:
        settings: Of the site and its theme.
        templates: The theme's files, with what changes as they do.
        nav: The navigation, an entry each.
    """
    return _digest(
        sorted((name, repr(value)) for name, value in settings.items()), [*templates], [*nav]
    )


def _shown(node: Node) -> list[object]:
    return [getattr(node, name) for name in _SHOWN]


def _digest(*of: object) -> str:
    return text_digest(repr(of))


def text_digest(text: str) -> str:
    """Of a text that says all that counts."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
