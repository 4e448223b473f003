"""A leaderboard's place in a site's navigation. Its items are MkDocs' own: pages, and sections that hold items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence
from typing import Any

from .model import Group

Item = Any
"""A page, a section or a link of MkDocs."""
MakeSection = Callable[[str, list[Item]], Item]


def group_items(
    groups: Iterable[Group], pages: Mapping[str, Item], make_section: MakeSection
) -> Iterator[Item]:
    """An item a group: its page, or a section that begins with its page where there are groups below it.

    Args:
        pages: By address.
    """
    for group in groups:
        page = pages[group.address]
        if group.children:
            below = group_items(group.children, pages, make_section)
            yield section([page, *below], make_section)
        else:
            yield page


def section(items: Sequence[Item], make_section: MakeSection) -> Item:
    """A section that is called what its first page is called."""
    made = make_section(items[0].title, list(items))
    for item in items:
        item.parent = made
    return made


def put(
    items: MutableSequence[Item], front: Item, tree: Sequence[Item], *, is_homepage: bool
) -> None:
    """Put a leaderboard where its front page already stands in a navigation, else at the end.

    The site's front page goes to the beginning, and must be at the top level, as themes expect.

    Args:
        tree: What is to be put there.
    """
    if not _put_in_place(items, front, tree):
        items[:] = [*tree, *items] if is_homepage else [*items, *tree]


def _put_in_place(items: MutableSequence[Item], front: Item, tree: Sequence[Item]) -> bool:
    for i, item in enumerate(items):
        if item is front:
            items[i : i + 1] = tree
            return True
        if item.children and _put_in_place(item.children, front, tree):
            for child in item.children:
                child.parent = item
            return True
    return False


def pages_of(items: Iterable[Item]) -> Iterator[Item]:
    """All pages of a navigation, in its order."""
    for item in items:
        if item.is_page:
            yield item
        yield from pages_of(item.children or ())


def title_in_nav(nav: Any, page: str) -> str | None:
    """What the `nav` of a `mkdocs.yml` calls a page; None where it has no name for it or does not list it."""
    if isinstance(nav, list):
        return next(filter(None, (title_in_nav(item, page) for item in nav)), None)
    if not isinstance(nav, dict):
        return None
    for title, target in nav.items():
        found = str(title) if target == page else title_in_nav(target, page)
        if found:
            return found
    return None
