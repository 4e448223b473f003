"""A figure that cannot exist is an error, at the place that names it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from golden import check_golden
from wattboard.sitegen.errors import SpecError
from wattboard.sitegen.spec import load_spec

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from wattboard.sitegen.errors import Problem

KNOWN = ("facility_energy_kwh", "total_power", "duration_hours", "exp_len_hours", "emissions_kg")


def problems(tmp_path: Path, node: dict[str, Any]) -> tuple[Problem, ...]:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"Top": node}, indent=2))
    try:
        load_spec(file, [*KNOWN, "cpu_hours", "gpu_hours"])
    except SpecError as error:
        return error.problems
    return ()


UNKNOWN: dict[str, Any] = {
    "executive_summary_variables": ["total_power", "total_powr", "accuracy"],
    "executive_summary_ordering_variable": "accuracy",
    "executive_summary_plots": [{"x": "exp_len_hour", "y": "emissions_kg"}, {"x": "a", "y": "b"}],
    "variables": {"accuracy": {"label": "Accuracy"}},
}


def test_unknown_figures_are_named_with_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summary, ordering and axes are checked; saying how a figure is shown makes none."""
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    found = problems(Path(), UNKNOWN)
    assert {problem.severity for problem in found} == {"error"}
    text = "".join(f"{problem}\n" for problem in found)
    check_golden(Path(__file__).parent / "golden" / "unknown_figures.txt", text)


def test_a_processor_in_scope_may_give_any_figure(tmp_path: Path) -> None:
    """With a processor at the node, above it, or anywhere below it, no name is called unknown."""
    processor = {"extra_files_processor": "results.load"}
    assert problems(tmp_path, {**UNKNOWN, **processor}) == ()
    assert problems(tmp_path, {**processor, "child_experiments": {"A": UNKNOWN}}) == ()
    below = {"child_experiments": {"A": {"child_experiments": {"B": processor, "C": {}}}}}
    assert problems(tmp_path, {**UNKNOWN, **below}) == ()


def test_a_processor_elsewhere_does_not_help(tmp_path: Path) -> None:
    """A sibling's processor gives a node's own list nothing."""
    children = {"A": {"extra_files_processor": "results.load"}, "B": UNKNOWN}
    assert {
        problem.key.split(" > ")[1]
        for problem in problems(tmp_path, {"child_experiments": children})
    } == {"B"}


def test_unknown_figures_are_told_with_all_other_mistakes(tmp_path: Path) -> None:
    """A spec with a wrong type and an unknown key has its unknown figures named in the same go."""
    found = problems(tmp_path, {**UNKNOWN, "filter": 7, "descripton": "x"})
    messages = "\n".join(str(problem) for problem in found)
    assert "descripton" in messages
    assert "filter" in messages
    assert messages.count("unknown figure") == 6


def test_an_inherited_list_is_reported_once(tmp_path: Path) -> None:
    """Leaves that show their group's columns repeat neither its errors nor make new ones."""
    own = {"executive_summary_variables": ["accuracy"]}
    found = problems(tmp_path, {**own, "child_experiments": {"A": {}, "B": {}}})
    assert [problem.key for problem in found] == ["Top > executive_summary_variables[0]"]
    mixed = {"A": {"extra_files_processor": "results.load"}, "B": {}}
    assert problems(tmp_path, {**own, "child_experiments": mixed}) == ()
