"""A page reduced to its structure: what of it changes only when somebody changes the page.

Elements with their classes, ids, roles and other names for scripts and readers, one a line, and their text with every
number replaced by "#". Drawings are reduced to one line; rows of a table beyond the second, and items of a list beyond
the third, to a count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_KEPT = (
    *(
        "id",
        "class",
        "role",
        "scope",
        "lang",
        "type",
        "rel",
        "for",
        "name",
        "property",
        "colspan",
        "tabindex",
    ),
    *("hidden", "open", "popover", "popovertarget", "itemprop"),
)
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
_INLINE = {"b", "i", "em", "strong", "code", "small", "sub", "sup", "abbr", "br", "wbr"}
_LISTS = {"tbody": 2, "ul": 3, "ol": 3, "dl": 3, "select": 3}
"""How many children of an element are shown; of more only how many there are, since data makes them."""

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
    return "\n".join(_lines(_Tree(html).root, 0)).lstrip("\n") + "\n"


def _lines(element: _Element, depth: int) -> list[str]:
    indent = "  " * depth
    if element.tag == "svg":
        return [f"{indent}{element.head} …"]
    own = [f"{indent}{element.head}"] if element.tag else []
    inner = depth + 1 if element.tag else depth
    shown = element.children[: _LISTS.get(element.tag, len(element.children))]
    for child in shown:
        own += (
            _lines(child, inner)
            if isinstance(child, _Element)
            else [f"{'  ' * inner}| {_stable(child)}"]
        )
    if len(shown) < len(element.children):
        own.append(f"{'  ' * inner}… and more")
    return own
