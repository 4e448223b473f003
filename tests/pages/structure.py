"""A page reduced to its structure: what of it changes only when somebody changes the page.

Elements with their classes, ids, roles and other names for scripts and readers, one a line, and their text with every
number replaced by "#". Drawings are reduced to one line; of a table's rows the first is shown, of a list's items three.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby

_NAMED = ("id", "class", "role", "for", "name", "property", "itemprop", "rel", "type", "lang")
_STATES = ("hidden", "open", "popover", "popovertarget", "scope", "colspan", "tabindex")
_KEPT = {*_NAMED, *_STATES}
_VOID = {
    "meta",
    "link",
    "br",
    "hr",
    "img",
    "input",
    "source",
    "wbr",
    "col",
    "area",
    "base",
    "embed",
}
_LISTS = {"tbody": 1, "ul": 3, "ol": 3, "dl": 3, "select": 3}
"""How many children of an element are shown; of more only that there are, since data makes them."""

_NUMBER = re.compile(r"[-−+]?\d(?:[\d.,]*\d)?(?:e[-+]?\d+)?")
_DATA = {"script", "style"}


@dataclass
class _Element:
    tag: str
    head: str
    children: list[_Element | str] = field(default_factory=list)


class _Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("", "")
        self._open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, _head(tag, attrs))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(_Element(tag, _head(tag, attrs)))

    def handle_endtag(self, tag: str) -> None:
        for i in range(len(self._open) - 1, 0, -1):
            if self._open[i].tag == tag:
                del self._open[i:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1].tag not in _DATA:
            self._open[-1].children.append(" ".join(data.split()))


def _head(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    kept = [(name, value) for name, value in attrs if name in _KEPT or name.startswith("aria-")]
    others = sorted(name for name, _ in attrs if name.startswith("data-"))
    words = [f'{name}="{_stable(value)}"' if value else name for name, value in sorted(kept)]
    return " ".join([tag, *words, *others])


def _stable(text: str) -> str:
    return _NUMBER.sub("#", " ".join(text.split()))


def structure(html: str) -> str:
    """The structure of a page as indented lines."""
    lines = [line for child in _Tree(html).root.children for line in _lines(child, 0)]
    return "\n".join(lines) + "\n"


def _lines(node: _Element | str, depth: int) -> list[str]:
    """A node and what it holds: a text alone stands behind its element."""
    indent = "  " * depth
    if isinstance(node, str):
        return [f"{indent}| {_stable(node)}"]
    if node.tag == "svg":
        return [f"{indent}{node.head} …"]
    match node.children:
        case [str(text)]:
            return [f"{indent}{node.head} | {_stable(text)}"]
        case children:
            return [f"{indent}{node.head}", *_inner(node.tag, children, depth + 1)]


def _inner(tag: str, children: Sequence[_Element | str], depth: int) -> list[str]:
    """The lines of an element's children, of like neighbours once and how many they are."""
    most = _LISTS.get(tag, len(children))
    own: list[str] = []
    for block, alike in groupby(_lines(child, depth) for child in children[:most]):
        count = sum(1 for _ in alike)
        own += block if count == 1 else [f"{block[0]}  ({count} times)", *block[1:]]
    return own if len(children) <= most else [*own, f"{'  ' * depth}… and more"]
