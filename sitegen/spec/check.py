"""Whether the figures that a spec names can exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .document import Fault
from .text import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .document import Document, KeyPath
    from .model import Node

_HINT = "name the function that reads it from your result files with extra_files_processor"


def unknown_figures(document: Document, known: Collection[str]) -> Iterator[Fault]:
    """A fault for each figure that a node names, is not known, and could come from no processor.

    A processor is in scope where the node, one above it or one below it has one. What is declared under `variables`
    only says how a figure is shown. Works on a document with other faults too, so that all are told at once.

    Args:
        known: All names of figures, ours and the seed's.
    """
    names = sorted(known)
    for path, name in _without_processor(document.value):
        if name not in known:
            message = f"unknown figure {shown(name)}, and no processor could give it"
            hint = did_you_mean(name, names, otherwise=_HINT)
            yield Fault(path, message, document.line(path), hint)


def _without_processor(roots: object) -> Iterator[tuple[KeyPath, str]]:
    """The figures that are named where no processor is in scope, each with its place."""
    pending: list[tuple[KeyPath, Any]] = [((title,), node) for title, node in _items(roots)]
    while pending:
        path, node = pending.pop()
        if not isinstance(node, dict) or _has_processor(node):
            continue
        children = node.get("child_experiments")
        if not any(_anywhere_below(child) for _, child in _items(children)):
            yield from ((path + place, name) for place, name in _named(node))
        pending += [((*path, "child_experiments", t), child) for t, child in _items(children)]


def _has_processor(node: object) -> bool:
    return isinstance(node, dict) and node.get("extra_files_processor") is not None


def _anywhere_below(node: object) -> bool:
    children = node.get("child_experiments") if isinstance(node, dict) else None
    return _has_processor(node) or any(_anywhere_below(child) for _, child in _items(children))


def _items(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _named(node: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Every text that stands where a figure belongs."""
    listed: list[tuple[KeyPath, Any]] = [
        (("executive_summary_ordering_variable",), node.get("executive_summary_ordering_variable"))
    ]
    variables = node.get("executive_summary_variables")
    if isinstance(variables, list):
        listed += [(("executive_summary_variables", i), name) for i, name in enumerate(variables)]
    plots = node.get("executive_summary_plots")
    if isinstance(plots, list):
        listed += [
            (("executive_summary_plots", i, axis), plot.get(axis))
            for i, plot in enumerate(plots)
            if isinstance(plot, dict)
            for axis in ("x", "y")
        ]
    for place, name in listed:
        if isinstance(name, str) and name.strip():
            yield place, name


def named_figures(node: Node) -> Iterator[tuple[str, str]]:
    """The figures that a node names itself, each with its place in the node."""
    if "executive_summary_variables" in node.lines:
        for index, name in enumerate(node.summary_variables):
            yield f"executive_summary_variables[{index}]", name
    if node.ordering_variable is not None:
        yield "executive_summary_ordering_variable", node.ordering_variable
    for index, plot in enumerate(node.plots):
        yield f"executive_summary_plots[{index}].x", plot.x
        yield f"executive_summary_plots[{index}].y", plot.y
