"""From a path in the document to words, and to the model that its keys belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .text import shown_place

if TYPE_CHECKING:
    from .document import KeyPath

Part = Literal["node", "plot", "variable", "reader"]


def split(path: KeyPath) -> tuple[KeyPath, KeyPath]:
    """The path of the innermost node on the way, and the rest of the path from there."""
    end = 1
    while path[end : end + 1] == ("child_experiments",) and len(path) > end + 1:
        end += 2
    return path[:end], path[end:]


def readable(path: KeyPath) -> str:
    """Such as `RL Leaderboard > Pong > executive_summary_plots[0].x`; "" for the whole file."""
    node, rest = split(path)
    parts = [str(title) or '""' for title in node[::2]]
    if rest:
        parts.append(within(rest))
    return shown_place(" > ".join(parts))


def within(rest: KeyPath) -> str:
    """A path within a node, such as `executive_summary_plots[0].x`."""
    text = ""
    for part in rest:
        if isinstance(part, str):
            text += f".{part}" if text else part
        elif part >= 0:  # negative: the value of a key that occurred before
            text += f"[{part}]"
    return text


def part_at(path: KeyPath) -> Part:
    """What the object at this path describes."""
    _, rest = split(path)
    if len(rest) >= 2 and rest[0] == "executive_summary_plots":
        return "plot"
    if len(rest) >= 2 and rest[0] == "variables":
        return "variable"
    if len(rest) >= 2 and rest[0] == "readers":
        return "reader"
    return "node"
