"""What a valid spec means: defaults, inheritance, and the places that messages need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from wattboard.sitegen.spec import (
    DEFAULT_SUMMARY_VARIABLES,
    Node,
    PathFilter,
    Plot,
    SiteSpec,
    Variable,
    json_schema,
    load_spec,
)

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "rl_site_spec.json"
needs_published = pytest.mark.skipif(
    not PUBLISHED.is_file(), reason="the published spec is not part of the repository"
)


def load(tmp_path: Path, content: object, name: str = "spec.json") -> SiteSpec:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return load_spec(file)


def only(spec: SiteSpec) -> Node:
    (root,) = spec.roots
    return root


def test_the_smallest_spec_is_a_leaf_with_all_defaults(tmp_path: Path) -> None:
    """A root that is a leaf needs no key at all, and shows every run with the default figures."""
    node = only(load(tmp_path, {"Results": {}}))
    assert node == Node(
        title="Results",
        key="Results",
        line=1,
        filter=None,
        description="",
        children=(),
        is_leaf=True,
        summary_variables=DEFAULT_SUMMARY_VARIABLES,
        ordering_variable=None,
        ordering="descending",
        plots=(),
        variables={},
        processor=None,
        interval="stderr",
        min_measured_share=None,
        requires=(),
    )


def test_every_key_arrives(tmp_path: Path) -> None:
    """A node with all keys gives all values, those of a leaf included."""
    leaf = {
        "filter": "(Pong)",
        "description": "A *game*.",
        "executive_summary_variables": ["return", "total_power"],
        "executive_summary_ordering_variable": "return",
        "executive_summary_ordering": "ascending",
        "executive_summary_plots": [{"x": "total_power", "y": "return"}],
        "variables": {
            "return": {"label": "Return", "unit": "points", "better": "higher", "digits": 2}
        },
        "extra_files_processor": "lab.results.load",
        "interval": "ci95",
        "min_measured_share": 1,
        "requires": ["eval.csv", "logs/final.json"],
    }
    node = only(load(tmp_path, {"Pong": leaf}))
    assert node.filter == PathFilter("(Pong)")
    assert node.description == "A *game*."
    assert node.summary_variables == ("return", "total_power")
    assert (node.ordering_variable, node.ordering) == ("return", "ascending")
    assert node.plots == (Plot("total_power", "return"),)
    assert node.variables == {"return": Variable("Return", "points", "higher", 2)}
    assert node.processor == "lab.results.load"
    assert node.interval == "ci95"
    assert node.min_measured_share == 1.0
    assert node.requires == ("eval.csv", "logs/final.json")


FAMILY: dict[str, Any] = {
    "Top": {
        "executive_summary_variables": ["a", "b"],
        "executive_summary_ordering_variable": "a",
        "executive_summary_plots": [{"x": "a", "y": "b"}],
        "variables": {"a": {"label": "A", "unit": "m"}, "b": {}},
        "extra_files_processor": "results.load",
        "interval": "ci95",
        "min_measured_share": 0.9,
        "requires": ["one.csv"],
        "child_experiments": {
            "Leaf": {"filter": None},
            "Other leaf": {
                "executive_summary_variables": ["c"],
                "variables": {"a": {"label": "Another"}},
                "extra_files_processor": "other.load",
                "interval": "stderr",
                "min_measured_share": 0,
                "requires": ["two.csv", "one.csv"],
            },
            "Group": {"child_experiments": {"Deep leaf": {}}},
        },
    }
}


def test_children_inherit_what_they_do_not_name(tmp_path: Path) -> None:
    """Variables, processor, interval, share and files come down; order and plots do not."""
    leaf, other, group = only(load(tmp_path, FAMILY)).children
    deep = group.children[0]
    for node in (leaf, group, deep):
        assert node.variables == {"a": Variable("A", "m"), "b": Variable("")}
        assert node.processor == "results.load"
        assert node.interval == "ci95"
        assert node.min_measured_share == 0.9
        assert node.requires == ("one.csv",)
        assert (node.ordering_variable, node.plots) == (None, ())
    assert other.variables == {"a": Variable("Another"), "b": Variable("")}
    assert other.processor == "other.load"
    assert other.interval == "stderr"
    assert other.min_measured_share == 0.0
    assert other.requires == ("one.csv", "two.csv")


def test_a_leaf_shows_the_columns_of_the_nearest_group(tmp_path: Path) -> None:
    """A group without a list of its own has the default figures, and its leaves have them too."""
    leaf, other, group = only(load(tmp_path, FAMILY)).children
    assert leaf.summary_variables == ("a", "b")
    assert other.summary_variables == ("c",)
    assert group.summary_variables == DEFAULT_SUMMARY_VARIABLES
    assert group.children[0].summary_variables == DEFAULT_SUMMARY_VARIABLES


def test_order_of_the_file_is_kept(tmp_path: Path) -> None:
    """Roots and children come in the order of the file; `walk` names parents first."""
    spec = load(tmp_path, {"Z": {"child_experiments": {"y": {}, "b": {}}}, "A": {}})
    assert [node.key for node in spec.walk()] == ["Z", "Z > y", "Z > b", "A"]


def test_only_child_experiments_makes_a_group(tmp_path: Path) -> None:
    """A group may be empty, which gets a warning; a node without the key is a leaf."""
    spec = load(tmp_path, {"Empty": {"child_experiments": {}}, "Leaf": {}})
    assert [node.is_leaf for node in spec.roots] == [False, True]
    (warning,) = spec.warnings
    assert (warning.severity, warning.key) == ("warning", "Empty > child_experiments")


def test_an_order_of_nothing_gets_a_warning(tmp_path: Path) -> None:
    """A direction without a figure to order by is said to have no effect."""
    (warning,) = load(tmp_path, {"A": {"executive_summary_ordering": "ascending"}}).warnings
    assert (warning.line, warning.key) == (1, "A > executive_summary_ordering")


JSON = """\
{
\t"A":
\t{
\t\t"description": "one",\t"filter":
\t\t\tnull,
\t\t"child_experiments": {
\t\t\t"\\u0042 \\"b\\"": {"executive_summary_plots": [
\t\t\t\t{"x": "p", "y": "q"}]}
\t\t}
\t}
}
"""
YAML = """\
A:
  description: |
    one
    two
  filter:
    null
  child_experiments:
    'B "b"':
      executive_summary_plots:
        - x: p
          y: q
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.json", JSON, {"description": 4, "filter": 4, "child_experiments": 6}),
        ("a.yaml", YAML, {"description": 2, "filter": 5, "child_experiments": 7}),
    ],
)
def test_every_key_knows_its_line(
    name: str, text: str, lines: dict[str, int], tmp_path: Path
) -> None:
    """Lines are right in JSON with tabs and in YAML, for titles, keys and what is within lists."""
    spec = load(tmp_path, text, name)
    root = only(spec)
    assert root.lines == lines
    (child,) = root.children
    first = lines["child_experiments"] + 1
    assert (child.title, child.line) == ('B "b"', first)
    plot = "executive_summary_plots[0]"
    expected = {"a.json": (7, 8, 8, 8), "a.yaml": (9, 10, 10, 11)}[name]
    found = [
        child.lines[key] for key in ("executive_summary_plots", plot, f"{plot}.x", f"{plot}.y")
    ]
    assert tuple(found) == expected


def test_a_problem_stands_at_the_key_or_else_at_the_node(tmp_path: Path) -> None:
    """What later steps find is placed by node and key; an inherited key has the node's line."""
    spec = load(tmp_path, YAML, "a.yaml")
    child = only(spec).children[0]
    here = spec.problem(child, "executive_summary_plots[0].y", "odd", severity="warning")
    assert (here.line, here.key) == (11, 'A > B "b" > executive_summary_plots[0].y')
    assert spec.problem(child, "filter", "odd").line == 8
    assert spec.problem(child, "", "odd").key == 'A > B "b"'


@pytest.mark.parametrize("name", ["spec.txt", "spec", "spec.conf"])
def test_without_a_known_suffix_the_contents_decide(name: str, tmp_path: Path) -> None:
    """JSON and YAML are told apart where the name does not tell."""
    assert only(load(tmp_path, '{\n\t"A": {}\n}', name)).title == "A"
    assert only(load(tmp_path, "A: {}\n", name)).title == "A"
    assert only(load(tmp_path, "\ufeffA:\r\n  filter: x\r\n", name)).filter == PathFilter("x")


def test_yaml_anchors_and_merges_work(tmp_path: Path) -> None:
    """What several nodes share is written once: own keys win, then earlier merges."""
    text = """\
        Results:
          child_experiments:
            A: &a {filter: a, interval: ci95, description: of a}
            B: &b {filter: b, min_measured_share: 0.5}
            C:
              <<: [*b, *a]
              description: own
            D: *a
            2024-01-31: {}
    """
    a, _, c, d, dated = only(load(tmp_path, dedent(text), "spec.yml")).children
    assert (c.filter, c.interval, c.min_measured_share) == (PathFilter("b"), "ci95", 0.5)
    assert c.description == "own"
    assert (d.filter, d.description) == (a.filter, "of a")
    assert dated.title == "2024-01-31"


@pytest.mark.parametrize(
    "title",
    ["a/b", "..", "<script>alert(1)</script>", "100 %", "#1", 'say "hi"', "日本語", "no", " x "],
)
@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
def test_titles_may_hold_anything_in_one_line(title: str, name: str, tmp_path: Path) -> None:
    """A title is kept as written; what it must not do on a page is the pages' business."""
    assert only(load(tmp_path, {title: {}}, name)).title == title


def test_thirty_two_levels_are_allowed(tmp_path: Path) -> None:
    """The limit on nesting lets through what it says."""
    node: dict[str, Any] = {"executive_summary_plots": [{"x": "a", "y": "b"}]}
    for level in range(31):
        node = {"child_experiments": {f"level {level}": node}}
    assert len(list(load(tmp_path, {"Top": node}).walk())) == 32


@needs_published
@pytest.mark.real_logs
def test_the_published_spec_loads_unchanged() -> None:
    """The published spec gives its tree, columns, order, plots and processors."""
    spec = load_spec(PUBLISHED)
    root = only(spec)
    assert spec.warnings == ()
    assert root.title == "Reinforcement Learning Energy Leaderboard"
    assert [len(child.children) for child in root.children] == [4, 4]
    pong = root.children[0]
    assert pong.filter == PathFilter("(Pong)")
    assert pong.ordering_variable == "AverageReturnPerkWh"
    assert pong.summary_variables[:2] == ("AverageReturnPerkWh", "AverageReturn")
    assert len(pong.plots) == 4
    assert all(leaf.summary_variables == pong.summary_variables for leaf in pong.children)
    assert {leaf.processor for leaf in pong.children} == {
        "rlenergyleaderboard.processors.load_rl_eval"
    }
    assert pong.children[0].line == 22


@needs_published
@pytest.mark.real_logs
def test_the_published_spec_keeps_to_the_schema() -> None:
    """Editors that use the JSON Schema find no fault with the published spec."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(PUBLISHED.read_text()))


def test_the_schema_says_what_the_loader_says() -> None:
    """The JSON Schema allows what is valid, refuses what is not, and describes every key."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(FAMILY)
    wrong: list[object] = [{}, [], {"A": None}, {"A": {"filtr": "x"}}, {"A": {"interval": "sem"}}]
    wrong += [
        {"": {}},
        {"A": {"executive_summary_variables": []}},
        {"A": {"min_measured_share": 2}},
    ]
    wrong += [
        {"A": {"executive_summary_plots": [{"x": "a"}]}},
        {"A": {"extra_files_processor": "load"}},
    ]
    assert [spec for spec in wrong if validator.is_valid(spec)] == []
    keys = schema["$defs"]["NodeModel"]["properties"].values()
    assert all(key["description"] for key in keys)


def test_importing_the_spec_loads_nothing_heavy() -> None:
    """A process that only measures imports no pydantic, yaml or regex for the spec's types."""
    code = (
        "import sys, wattboard.sitegen.spec; "
        "print([m for m in ('pydantic', 'yaml', 'regex') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
