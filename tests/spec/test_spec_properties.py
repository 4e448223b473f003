"""Whatever a spec holds, it is a `SiteSpec` or a `SpecError`; JSON and YAML mean the same."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from wattboard.sitegen.errors import Problem, SpecError
from wattboard.sitegen.spec import Node, load_spec
from wattboard.sitegen.spec.document import DocumentError
from wattboard.sitegen.spec.json_source import parse_json
from wattboard.sitegen.spec.schema import NodeModel
from wattboard.sitegen.spec.yaml_source import parse_yaml

KEYS = st.sampled_from([*NodeModel.model_fields, "x", "y", "better", "digits", "[key]"])
TEXTS = st.text(max_size=8) | KEYS
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXTS, v, max_size=5),
    max_leaves=20,
)


def loads(content: bytes, name: str) -> None:
    """Load a spec; no exception but `SpecError` is caught."""
    problems: tuple[Problem, ...] = ()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            load_spec(file)
        except SpecError as error:
            problems = error.problems
        else:
            return
    assert problems
    for problem in problems:
        assert problem.file
        assert problem.message
        assert str(problem).encode()


@settings(deadline=None)
@given(VALUES, st.sampled_from(["a.json", "a.yaml", "a.txt"]))
def test_any_value_is_a_spec_or_a_spec_error(value: object, name: str) -> None:
    """No JSON value raises anything but `SpecError`, whose text can be printed."""
    loads(json.dumps(value).encode(), name)


@settings(deadline=None)
@given(
    st.binary(max_size=60)
    | st.text("{}[]:,\"'-&*<>!?|# \t\n\\ab01.eEx", max_size=60).map(str.encode)
)
def test_any_bytes_are_a_spec_or_a_spec_error(content: bytes) -> None:
    """No file raises anything but `SpecError`, by whichever parser."""
    for name in ("a.json", "a.yaml", "a.txt"):
        loads(content, name)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | FINITE | PLAIN,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(PLAIN, v, max_size=4),
    max_leaves=15,
)


@settings(deadline=None)
@given(JSON_VALUES, st.sampled_from([None, 1, "\t"]))
def test_the_json_parser_agrees_with_the_standard_library(
    value: object, indent: str | int | None
) -> None:
    """Our scanner, written for the lines, reads what `json` reads."""
    text = json.dumps(value, indent=indent)
    assert parse_json(text).value == json.loads(text)


@settings(deadline=None)
@given(st.text('{}[]:,"-019.eE \n\tatruflsn\\', max_size=12))
def test_the_json_parser_refuses_what_the_standard_library_refuses(text: str) -> None:
    """Nothing that is not JSON passes as JSON."""
    try:
        expected = json.loads(text)
    except ValueError:
        expected = DocumentError
    try:
        found = parse_json(text).value
    except DocumentError:
        found = DocumentError
    assert found == expected


NAMES = st.text("abcdeé/ .", min_size=1, max_size=6).filter(str.strip)
LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.sampled_from([None, "(a)", r"seed_\d+", "^no$"]),
        "description": PLAIN,
        "executive_summary_variables": st.lists(NAMES, min_size=1, max_size=3, unique=True),
        "executive_summary_ordering_variable": NAMES,
        "executive_summary_ordering": st.sampled_from(["ascending", "descending"]),
        "executive_summary_plots": st.lists(
            st.fixed_dictionaries({"x": NAMES, "y": NAMES}), max_size=2
        ),
        "variables": st.dictionaries(
            NAMES,
            st.fixed_dictionaries({}, optional={"label": PLAIN, "digits": st.integers(0, 15)}),
            max_size=2,
        ),
        "extra_files_processor": st.just("results.load"),
        "interval": st.sampled_from(["stderr", "ci95"]),
        "min_measured_share": st.floats(0, 1) | st.integers(0, 1),
        "requires": st.lists(st.sampled_from(["a.csv", "b/c.csv", "no"]), max_size=2),
    },
)
NODES = st.recursive(
    LEAVES,
    lambda n: st.builds(
        lambda own, children: {**own, "child_experiments": children},
        LEAVES,
        st.dictionaries(NAMES, n, max_size=3),
    ),
    max_leaves=6,
)


def without_lines(node: Node) -> Node:
    return replace(node, line=None, children=tuple(map(without_lines, node.children)))


@settings(deadline=None)
@given(st.dictionaries(NAMES, NODES, min_size=1, max_size=3))
def test_json_and_yaml_give_the_same_spec(value: dict[str, Any]) -> None:
    """A valid spec means the same in both languages, apart from lines."""
    with tempfile.TemporaryDirectory() as folder:
        as_json, as_yaml = Path(folder) / "a.json", Path(folder) / "a.yaml"
        as_json.write_text(json.dumps(value, indent="\t"), encoding="utf-8")
        as_yaml.write_text(
            yaml.safe_dump(value, sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
        first, second = load_spec(as_json), load_spec(as_yaml)
    assert [without_lines(root) for root in first.roots] == [
        without_lines(root) for root in second.roots
    ]
    assert [node.title for node in first.roots] == list(value)


@settings(deadline=None)
@given(JSON_VALUES.filter(lambda value: not isinstance(value, float)))
def test_yaml_lines_are_those_of_the_text(value: object) -> None:
    """Each key that YAML writes on a line of its own is found on that line."""
    text = yaml.safe_dump({"top": {"first": 1, "second": value, "third": 2}}, sort_keys=False)
    document = parse_yaml(text)
    lines = text.split("\n")
    for key in ("first", "second", "third"):
        line = document.key_lines["top", key]
        assert lines[line - 1].startswith(f"  {key}:")
