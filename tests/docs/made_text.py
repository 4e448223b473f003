"""Parts of the documentation that are made from the code: they stand in the pages between two marks.

The pages hold the text itself, so that it can be read where no program builds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PART = re.compile(
    r"(?P<begin><!-- made from the code: (?P<name>.+?) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)


def names(page: str) -> list[str]:
    """What is made in a page, in its order."""
    return [part["name"] for part in _PART.finditer(page)]


def made(page: str, make: Callable[[str], str]) -> str:
    """A page with each part made anew.

    Args:
        make: Gives the text of a part by its name.
    """
    return _PART.sub(lambda part: f"{part['begin']}\n{make(part['name'])}\n\n{part['end']}", page)


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown. A "|" in a cell separates nothing."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines
    )
