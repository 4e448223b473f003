"""Style and scripts of the leaderboard's own pages.

They are kept one file a job and joined when a site is built, so that a page asks for one of each. The scripts are plain
ones, each in a function of its own, with the global `wattboard` (see `js/types.d.ts`) between them: browsers refuse
modules from disk.
"""

from __future__ import annotations

from importlib.resources import files

_STYLES = (
    "base",
    "tables",
    "table-tools",
    "figures",
    "charts",
    "links",
    "cite",
    "compare",
    "print",
)
_SCRIPTS = (
    "core",
    "links",
    "copy",
    "numbers",
    "table-model",
    "table-rows",
    "table-sort",
    "table-filter",
    "table-ranks",
    "table-columns",
    "table-state",
    "table-copy",
    "table-pager",
    "table-view",
    "table-box",
    "tables",
    "facets",
    "chart-colours",
    "chart-log",
    "chart-figures",
    "chart-rows",
    "chart-zoom",
    "chart-table",
    "chart-tools",
    "chart-load",
    "siblings",
    "basket",
)
"""In the order in which they run: `core` first."""
_OF_COMPARISON = (
    "dom",
    "address",
    "numbers",
    "welch",
    "load",
    "figures",
    "differences",
    "tests",
    "facts",
    "charts",
    "picker",
    "page",
)
"""Of the page that compares alone; "basket" loads them there. The first makes what the others fill, the last begins."""


def bundles() -> dict[str, str]:
    """File name to text: of all that every page loads, and of what only some sites need."""
    return {
        "wattboard.css": "\n".join(_text("css", f"{name}.css") for name in _STYLES),
        "wattboard.js": "\n".join(_text("js", f"{name}.js") for name in _SCRIPTS),
        "find.js": _text("js", "find.js"),
        "compare.js": "\n".join(_text("js", f"compare-{name}.js") for name in _OF_COMPARISON),
    }


def _text(folder: str, name: str) -> str:
    return files(__package__).joinpath(folder, name).read_text(encoding="utf-8")
