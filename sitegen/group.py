"""Sort the runs into the spec's tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .addresses import title_slugs
from .errors import Problem
from .files import has_file
from .location import RunLocation
from .model import Group, RunResult
from .spec import FilterTimeout, Node, SiteSpec
from .text import count

Members = Mapping[int, frozenset[str]]
"""A node's `id` to the paths of its runs."""


Matches = dict[tuple[str, int], list[str]]
"""What a filter let through: its pattern and a hash of all paths that it was asked about, to those that matched."""


def members(spec: SiteSpec, paths: Sequence[str], matches: Matches) -> Members:
    """Which runs each node's filter lets through, of those that its parent has.

    Args:
        matches: What is known from before, for a preview that asks again and again; is added to.

    Raises:
        SpecError: a filter runs away on one of the paths.
    """
    found: dict[int, frozenset[str]] = {}
    pending: list[tuple[Node, Sequence[str]]] = [(root, paths) for root in reversed(spec.roots)]
    while pending:
        node, candidates = pending.pop()
        try:
            passed = _passed(node, candidates, matches)
        except FilterTimeout as timeout:
            raise spec.filter_error(node, timeout) from timeout
        found[id(node)] = frozenset(passed)
        pending += [(child, passed) for child in reversed(node.children)]
    return found


def _passed(node: Node, candidates: Sequence[str], matches: Matches) -> Sequence[str]:
    if node.filter is None:
        return candidates
    key = (node.filter.pattern, hash(tuple(candidates)))
    if key not in matches:
        matches[key] = node.filter.passing(candidates)
    return matches[key]


def wanted(
    spec: SiteSpec, of: Members, results: Sequence[RunResult]
) -> tuple[Members, tuple[Problem, ...]]:
    """Which runs each node has without those that its own rules, or its parents', exclude.

    Args:
        of: Which its filter lets through.

    Returns:
        Of each node, and a problem for each run that was left out.
    """
    if not any(_is_choosy(node) for node in spec.walk()):
        return of, ()
    problems: list[Problem] = []
    found: dict[int, frozenset[str]] = {}
    pending = [(root, results) for root in reversed(spec.roots)]
    while pending:
        node, candidates = pending.pop()
        runs = [run for run in candidates if run.location.path in of[id(node)]]
        if _is_choosy(node):
            reasons = [_excluded(node, run) for run in runs]
            problems += [reason for reason in reasons if reason is not None]
            runs = [run for run, reason in zip(runs, reasons, strict=True) if reason is None]
        found[id(node)] = frozenset(run.location.path for run in runs)
        pending += [(child, runs) for child in reversed(node.children)]
    return found, tuple(problems)


def tree(spec: SiteSpec, of: Members, results: Sequence[RunResult]) -> tuple[Group, ...]:
    """The root groups, with the results sorted into them and what is below them."""
    slugs = title_slugs([root.title for root in spec.roots])
    addresses = [""] if len(slugs) == 1 else [f"{slug}/" for slug in slugs]
    return tuple(
        _group(root, address, results, of)
        for root, address in zip(spec.roots, addresses, strict=True)
    )


def _group(node: Node, address: str, candidates: Sequence[RunResult], of: Members) -> Group:
    passed = of[id(node)]
    runs = [run for run in candidates if run.location.path in passed]
    slugs = title_slugs([child.title for child in node.children])
    children = tuple(
        _group(child, f"{address}{slug}/", runs, of)
        for child, slug in zip(node.children, slugs, strict=True)
    )
    return Group(node, address, tuple(runs), children)


def _is_choosy(node: Node) -> bool:
    return bool(node.requires) or node.min_measured_share is not None


def _excluded(node: Node, run: RunResult) -> Problem | None:
    """Why a node does not want a run that its filter lets through."""
    missing = [name for name in node.requires if not has_file(run.location, name)]
    if missing:
        return Problem(
            run.location.path,
            f'"{node.key}" requires {", ".join(missing)}, found no such file',
            hint="the run is left out there",
        )
    asked, share = node.min_measured_share, run.figures["measured_share"].value
    if asked and (share is None or share < asked):
        found = f"{share:.1%}" if share is not None else f"none: {_why_no_share(run)}"
        return Problem(
            run.location.path,
            f'"{node.key}" asks for samples over {asked:.0%} of the time, found {found}',
            hint="the run is left out there",
        )
    return None


def _why_no_share(run: RunResult) -> str:
    if run.location.reported is not None:
        return f"files of {run.location.reported.run.tool} do not tell"
    return "no energy was read"


def filter_problems(
    spec: SiteSpec, of: Members, locations: Sequence[RunLocation]
) -> Iterator[Problem]:
    """Filters that match nothing, siblings that share runs, and runs that no leaf shows."""
    shown: set[str] = set()
    told: set[int] = set()
    such_as = f" (such as {locations[0].path})" if locations else ""
    for node in spec.walk():
        if node.is_leaf:
            shown |= of[id(node)]
        if not of[id(node)]:
            told.update(id(child) for child in node.children)
        if not of[id(node)] and id(node) not in told:
            pattern = "" if node.filter is None else f" {node.filter.pattern!r}"
            yield spec.problem(
                node,
                "filter" if node.filter else "",
                f"expected runs that match the filter{pattern}, found none",
                f"filters see the run's path from the log folder's own name on{such_as}, and only the parent's runs",
                severity="warning",
            )
        yield from _overlaps(spec, node, of)
    lost = [location.path for location in locations if location.path not in shown]
    if lost:
        yield Problem(
            str(spec.file),
            f"expected every run in some leaf, found {len(lost)} in none: {_some(lost)}",
            hint="widen a filter or add a leaf; such runs have a page of their own all the same",
        )


def _overlaps(spec: SiteSpec, node: Node, of: Members) -> Iterator[Problem]:
    for i, one in enumerate(node.children):
        for other in node.children[i + 1 :]:
            both = sorted(of[id(one)] & of[id(other)])
            if both:
                yield spec.problem(
                    other,
                    "filter" if other.filter else "",
                    f'"{one.title}" and "{other.title}" share {count(len(both), "run")}: {_some(both)}',
                    "a run counts in every group whose filter it matches",
                    severity="warning",
                )


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")
