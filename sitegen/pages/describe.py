"""Descriptions from the spec: Markdown with inline HTML, made safe."""

from __future__ import annotations

import re

import markdown
import nh3
from markupsafe import Markup

_TAGS = nh3.ALLOWED_TAGS - {"map", "area"}
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"class", "title", "lang", "dir"},
}
# Browsers read a backslash as a slash, and pass over control characters and spaces.
_ELSEWHERE = re.compile(r"//|[:\\\x00-\x20]")
_URL_SCHEMES = {"http", "https", "mailto"}


def description(text: str) -> Markup:
    """A description as HTML that holds no script, no style and no image from another host."""
    html = markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists"])
    return Markup(  # noqa: S704 - sanitised here
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_local_images,
            url_schemes=_URL_SCHEMES,
        )
    )


def _local_images(tag: str, attribute: str, value: str) -> str | None:
    """Drop an image's address where it would make the page ask another host."""
    if tag == "img" and attribute == "src" and _ELSEWHERE.search(value):
        return None
    return value
