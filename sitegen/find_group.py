"""Find a group of a leaderboard by what a person calls it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .errors import Problem, WattboardError
from .model import Group
from .spec.text import did_you_mean, shown

SEPARATOR = ">"
_MOST_LISTED = 12
_LONG = 200


def find_group(roots: Sequence[Group], called: str) -> Group:
    """The one group that is called so.

    A group goes by its title or by part of it, in any case, with titles above it in front where it is not the only
    one ("Pong > PPO2"); or by the address of its page ("pong/ppo2/"). Whole titles count before parts of them, groups
    that have runs before those that have none.

    Raises:
        WattboardError: no group is called so, or several are.
    """
    groups = list(_with_titles(roots))
    wanted = [part.strip().casefold() for part in called.split(SEPARATOR)]
    whole = [found for found in groups if _matches(wanted, found[1], part_of_title=False)]
    by_address = [f for f in groups if f[0].address.strip("/") == called.strip("/") != ""]
    parts = [found for found in groups if _matches(wanted, found[1], part_of_title=True)]
    found = whole or by_address or parts
    found = [f for f in found if f[0].runs] or found
    if len(found) == 1:
        return found[0][0]
    listed = [_joined(titles) for _, titles in found or groups]
    if found:
        raise WattboardError(
            Problem(
                "",
                f"expected one group that is called {shown(called)}, found {len(found)}: {_some(listed)}",
                hint=f"put the group that it lies in before it, such as {shown(_joined(found[0][1][-2:]), _LONG)}",
                severity="error",
            )
        )
    titles_alone = {titles[-1]: _joined(titles) for _, titles in groups}
    raise WattboardError(
        Problem(
            "",
            f"expected a group that is called {shown(called)}, found none",
            hint=did_you_mean(called, [*titles_alone, *listed], f"the groups are {_some(listed)}"),
            severity="error",
        )
    )


def _with_titles(
    groups: Sequence[Group], above: tuple[str, ...] = ()
) -> Iterator[tuple[Group, tuple[str, ...]]]:
    """Each group with the titles on the way to it, its own last."""
    for group in groups:
        titles = (*above, group.node.title)
        yield group, titles
        yield from _with_titles(group.children, titles)


def _matches(wanted: Sequence[str], titles: Sequence[str], *, part_of_title: bool) -> bool:
    """Whether the last title is the last one wanted, and those before are among the others, in order."""
    *before, last = wanted
    *above, own = (title.casefold() for title in titles)

    def same(part: str, title: str) -> bool:
        return bool(part) and (part in title if part_of_title else part == title)

    remaining = iter(above)
    return same(last, own) and all(any(same(part, title) for title in remaining) for part in before)


def _joined(titles: Sequence[str]) -> str:
    return f" {SEPARATOR} ".join(titles)


def _some(titles: Sequence[str]) -> str:
    listed = ", ".join(shown(title, _LONG) for title in titles[:_MOST_LISTED])
    return f"{listed} …" if len(titles) > _MOST_LISTED else listed
