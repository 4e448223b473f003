"""YAML with the line of every key and value. Plain data only: no tag makes another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from yaml.constructor import SafeConstructor

from .document import MAX_DEPTH, Document, DocumentError, KeyPath, Recorder, too_deep
from .text import plain, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_MERGE = _PREFIX + "merge"
_TEXT_TAGS = {_PREFIX + name for name in ("str", "timestamp", "value", "merge")}
"""Dates stay the text that they are: no key of a spec takes a date."""
_KINDS = {"bool": "true or false", "null": "nothing", "int": "a number", "float": "a number"}


def parse_yaml(text: str) -> Document:
    """Read YAML, noting lines and keys that occur twice (the first is kept).

    Raises:
        DocumentError: The text is not YAML, holds a tag, or goes beyond the limits of `document`.
    """
    try:
        _check_size(text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _document_error(error, text) from error
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line = None if position is None else text.count("\n", 0, position) + 1
        raise DocumentError("not YAML: it holds a control character", line) from error
    converter = _Converter()
    value = None if node is None else converter.value(node, ())
    return converter.recorder.document(value)


def _check_size(text: str) -> None:
    """Keep the limits before `yaml.compose` recurses into the text and makes objects of it all."""
    depth = 0
    recorder = Recorder()
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.NodeEvent):
            recorder.value((0,) * depth, event.start_mark.line + 1 if event.start_mark else 0)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _document_error(error: yaml.MarkedYAMLError, text: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    line = None if mark is None else mark.line + 1
    parts = [part for part in (error.context, error.problem) if part]
    lines = text.split("\n")
    source = lines[line - 1] if line is not None and line <= len(lines) else ""
    if "maximum nesting depth" in str(error.problem):  # newer libraries stop by themselves
        return too_deep(line)
    hint = ""
    if "\t" in source[: len(source) - len(source.lstrip())]:
        hint = "YAML is indented with spaces, not tabs"
    elif "mapping values are not allowed" in str(error.problem):
        hint = 'put a text that holds ": " in quotes, and indent the keys of one object alike'
    return DocumentError(f"not YAML: {', '.join(parts)}", line, hint)


class _Converter:
    """From YAML's nodes to plain values."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        constructor = SafeConstructor()
        self._scalars: dict[str, Callable[[yaml.ScalarNode], object]] = {
            _PREFIX + "int": constructor.construct_yaml_int,
            _PREFIX + "float": constructor.construct_yaml_float,
            _PREFIX + "bool": constructor.construct_yaml_bool,
            _PREFIX + "null": constructor.construct_yaml_null,
        }

    def value(self, node: yaml.Node, path: KeyPath) -> object:
        self.recorder.value(path, _line(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _PREFIX + "seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag == _PREFIX + "map":
            return self._mapping(node, path)
        raise _unknown_tag(node)

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> object:
        if node.tag in _TEXT_TAGS:
            self.recorder.text(node.value, path, _line(node))
            return node.value
        if node.tag not in self._scalars:
            raise _unknown_tag(node)
        try:
            return self._scalars[node.tag](node)
        except (
            ValueError,
            KeyError,
            IndexError,
        ) as error:  # such as "!!int x", or thousands of digits
            kind = _KINDS[node.tag.removeprefix(_PREFIX)]
            raise DocumentError(
                f"expected {kind}, found {shown(node.value)}", _line(node)
            ) from error

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        members: dict[str, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self._key(key_node, path)
            key_path = self.recorder.key((*path, key), _line(key_node))
            members.setdefault(key, self.value(value_node, key_path))
        for key_node, value_node in self._merged(node, 0):
            key = self._key(key_node, path)
            if key not in members:
                key_path = self.recorder.key((*path, key), _line(key_node))
                members[key] = self.value(value_node, key_path)
        return members

    def _merged(self, node: yaml.MappingNode, depth: int) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """The members that "<<" brings in, those that count first, first."""
        for key_node, value_node in node.value:
            if key_node.tag != _MERGE:
                continue
            sources = (
                value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            )
            for source in sources:
                self.recorder.repeat(_line(key_node))
                if not isinstance(source, yaml.MappingNode) or depth > MAX_DEPTH:
                    raise DocumentError(
                        'expected an object, or a list of objects, to merge with "<<"',
                        _line(key_node),
                        hint='write "<<: *name" where "&name" marks an object further up',
                    )
                for member in source.value:
                    if member[0].tag != _MERGE:
                        self.recorder.repeat(_line(key_node))
                        yield member
                yield from self._merged(source, depth + 1)

    def _key(self, node: yaml.Node, path: KeyPath) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise DocumentError("expected text as a key, found a list or an object", _line(node))
        if node.tag not in _TEXT_TAGS:
            kind = _KINDS.get(node.tag.removeprefix(_PREFIX), "a tag")
            found_key = plain(node.value) or "none"
            self.recorder.fault(
                (*path, node.value),
                f"expected text as a key, found {found_key}, which YAML takes for {kind}",
                _line(node),
                hint=f"put it in quotes: {shown(node.value)}",
            )
        return str(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _unknown_tag(node: yaml.Node) -> DocumentError:
    return DocumentError(
        f"expected plain YAML, found the tag {shown(node.tag.replace(_PREFIX, '!!'))}",
        _line(node),
        hint="take the tag out",
    )
