"""A site's search index: a short entry for each page of a leaderboard, so that it stays small and quick to load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

RUNS_IN_SEARCH = 3000
"""Up to so many runs are in the site's own search. Beyond, they have an index of their own: see `run_index.py`."""


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """What a search finds of a page. Plain text."""

    location: str
    """Address of the page, relative to the site."""
    title: str
    text: str


def extend(file: Path, entries: Sequence[SearchEntry], *, as_html: bool) -> bool:
    """Put entries into an index, instead of what it has for the same pages.

    Args:
        as_html: Whether the index holds HTML, as Material's does, or plain text, as that of MkDocs does. Each shows its
            titles as what it takes them for.

    Returns:
        Whether that was possible: not for an index whose words were listed ahead.
    """
    index = json.loads(file.read_text(encoding="utf-8"))
    if "index" in index:
        return False
    ours = {entry.location for entry in entries}
    others = [entry for entry in index["docs"] if entry["location"].partition("#")[0] not in ours]
    index["docs"] = [*others, *(_written(entry, as_html=as_html) for entry in entries)]
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    file.write_text(text, encoding="utf-8")
    return True


def _written(entry: SearchEntry, *, as_html: bool) -> dict[str, str]:
    title, text = entry.title, entry.text
    if as_html:
        title, text = str(escape(title)), str(escape(text))
    return {"location": entry.location, "title": title, "text": text}
