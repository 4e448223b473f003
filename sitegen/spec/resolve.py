"""From the keys as written to nodes with what they inherit filled in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .document import Document, KeyPath
from .filters import PathFilter
from .model import DEFAULT_SUMMARY_VARIABLES, Node, Plot, SiteSpec, Variable
from .places import split, within
from .tables import TableReader, column

if TYPE_CHECKING:
    from pathlib import Path

    from ..errors import Problem
    from .schema import NodeModel, ReaderModel

Lines = Mapping[KeyPath, Mapping[str, int]]
"""By the path of a node: the line of each of its keys, as `Node.lines` has them."""


def resolve(file: Path, models: Mapping[str, NodeModel], document: Document) -> SiteSpec:
    """The spec that a validated document describes, with warnings about what is hardly meant."""
    lines = _lines(document)
    roots = tuple(_node((title,), model, None, lines) for title, model in models.items())
    spec = SiteSpec(file, roots)
    return replace(spec, warnings=tuple(_warnings(spec)))


def _lines(document: Document) -> Lines:
    lines: dict[KeyPath, dict[str, int]] = defaultdict(dict)
    for path, value_line in document.value_lines.items():
        node, rest = split(path)
        if node:
            lines[node][within(rest)] = document.key_lines.get(path, value_line)
    return lines


def _node(path: KeyPath, model: NodeModel, parent: Node | None, lines: Lines) -> Node:
    own = model.model_fields_set
    title = str(path[-1])
    own_lines = lines.get(path, {})
    node = Node(
        title=title,
        key=f"{parent.key} > {title}" if parent else title,
        line=own_lines.get(""),
        filter=None if model.filter is None else PathFilter(model.filter),
        description=model.description,
        children=(),
        is_leaf="child_experiments" not in own,
        summary_variables=_summary_variables(model, parent),
        ordering_variable=model.executive_summary_ordering_variable,
        ordering=model.executive_summary_ordering,
        plots=tuple(Plot(plot.x, plot.y) for plot in model.executive_summary_plots),
        variables={**(parent.variables if parent else {}), **_variables(model)},
        processor=model.extra_files_processor or (parent.processor if parent else None),
        interval=parent.interval if parent and "interval" not in own else model.interval,
        min_measured_share=_min_measured_share(model, parent),
        requires=tuple(dict.fromkeys([*(parent.requires if parent else ()), *model.requires])),
        readers=tuple(map(_reader, model.readers)),
        lines={key: line for key, line in own_lines.items() if key},
    )
    children = (
        _node((*path, "child_experiments", child_title), child, node, lines)
        for child_title, child in model.child_experiments.items()
    )
    return replace(node, children=tuple(children))


def _reader(model: ReaderModel) -> TableReader:
    return TableReader(
        files=model.files,
        tool=model.tool,
        figures={figure: column(written) for figure, written in model.figures.items()},
        key=model.key,
        start=column(model.start) if model.start else None,
        end=column(model.end) if model.end else None,
        pue=model.pue,
        provenance=model.provenance,
        region=model.region,
        processor=model.processor,
        gpus=model.gpus,
    )


def _summary_variables(model: NodeModel, parent: Node | None) -> tuple[str, ...]:
    if model.executive_summary_variables:
        return tuple(model.executive_summary_variables)
    is_leaf = "child_experiments" not in model.model_fields_set
    return parent.summary_variables if is_leaf and parent else DEFAULT_SUMMARY_VARIABLES


def _variables(model: NodeModel) -> dict[str, Variable]:
    return {
        name: Variable(shown.label, shown.unit, shown.better or "", shown.digits)
        for name, shown in model.variables.items()
    }


def _min_measured_share(model: NodeModel, parent: Node | None) -> float | None:
    if model.min_measured_share is None:
        return parent.min_measured_share if parent else None
    return float(model.min_measured_share)


def _warnings(spec: SiteSpec) -> Iterator[Problem]:
    for node in spec.walk():
        if not node.is_leaf and not node.children:
            yield spec.problem(
                node,
                "child_experiments",
                "expected children in this group, found none",
                hint="leave the key out to make the node a leaf, whose page lists its runs",
                severity="warning",
            )
        if "executive_summary_ordering" in node.lines and node.ordering_variable is None:
            yield spec.problem(
                node,
                "executive_summary_ordering",
                "there is nothing to order by, so the rows keep the order of the spec",
                hint="name a figure with executive_summary_ordering_variable",
                severity="warning",
            )
