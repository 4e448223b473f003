"""The second check of a spec: whether the figures that it names can exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..errors import Problem
    from .model import Node, SiteSpec


def check_variables(spec: SiteSpec, known: Collection[str]) -> tuple[Problem, ...]:
    """An error for each figure that a node names, is not known, and could come from no processor.

    A processor is in scope where the node, or any node below it, has one. What is declared under
    `variables` only says how a figure is shown. A list that a node inherits is reported once, where
    it is written.

    Args:
        known: All names of figures, ours and the seed's.
    """
    names = sorted(known)
    return tuple(
        spec.problem(
            node,
            key,
            f"unknown figure {shown(name)}, and no processor could give it",
            did_you_mean(name, names, otherwise=_HINT),
        )
        for node in spec.walk()
        if not any(below.processor for below in node.walk())
        for key, name in named_figures(node)
        if name not in known
    )


_HINT = "name the function that reads it from your result files with extra_files_processor"


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
