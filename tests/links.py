"""Whether the links of a built site lead anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from page_data import page_data

_ADDRESSES = {"href", "src", "data-search"}
_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)")


class _Page(HTMLParser):
    """What a page links to, and the ids that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        if given.get("rel") != "canonical":
            self.links += [value or "" for name, value in attrs if name in _ADDRESSES]


def dead_links(site: Path, *, root: str = "/", from_disk: bool = False) -> list[str]:
    """Links within a site that lead to no file, as "page: link".

    Args:
        root: The path of the site's address.
        from_disk: The pages are opened without a web server, which would find a folder's index.html.
    """
    pages = {file: _Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    return [
        f"{file.relative_to(site)}: {link}"
        for file, links in _links(site, pages)
        for link in links
        if not _leads_somewhere(link, file, site, pages, root, from_disk=from_disk)
    ]


def _links(site: Path, pages: dict[Path, _Page]) -> Iterator[tuple[Path, list[str]]]:
    for file, page in pages.items():
        yield file, page.links
        if file.with_name("data.js").is_file():
            yield file, list(_urls(page_data(file)))
    for file in site.rglob("*.css"):
        yield file, _IN_CSS.findall(file.read_text(encoding="utf-8"))


def _urls(data: Any) -> Iterator[str]:
    """The addresses in a page's data: under the key "url", one or a list."""
    if isinstance(data, list):
        for item in data:
            yield from _urls(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "url":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _urls(value)


def _leads_somewhere(
    link: str, file: Path, site: Path, pages: dict[Path, _Page], root: str, *, from_disk: bool
) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or link.startswith(("data:", "mailto:")):
        return True
    path = unquote(parts.path)
    if path.startswith("/"):
        # Only the page for lost readers, shown at any depth, may count on where the site is.
        if file.name != "404.html" or not path.startswith(root):
            return False
        target = site / path.removeprefix(root)
    else:
        target = file.parent / path if path else file
    if target.is_dir() and not from_disk:
        target /= "index.html"
    if not target.is_file() or not target.resolve().is_relative_to(site.resolve()):
        return False
    fragment = unquote(parts.fragment)
    page = pages.get(target.resolve())
    return not fragment or page is None or fragment in page.ids
