"""The reference for users tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from wattboard.sitegen.spec import load_spec

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "site-spec.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(json|yaml)\n(.*?)```", PAGE, re.DOTALL)
MESSAGES = [
    line.partition(": ")[2]
    for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("spec.") and "took more than" not in line
]


@pytest.mark.parametrize(("language", "text"), EXAMPLES)
def test_every_example_is_a_valid_spec(language: str, text: str, tmp_path: Path) -> None:
    """What a reader copies from the page works, without a warning."""
    file = tmp_path / f"spec.{language}"
    file.write_text(text, encoding="utf-8")
    assert load_spec(file).warnings == ()


def test_the_two_languages_say_the_same(tmp_path: Path) -> None:
    """The fuller example means the same in JSON and in YAML."""
    specs = []
    for language, text in EXAMPLES[1:3]:
        file = tmp_path / f"spec.{language}"
        file.write_text(text, encoding="utf-8")
        specs.append(load_spec(file))
    first, second = ([(n.key, n.filter, n.plots, n.variables) for n in s.walk()] for s in specs)
    assert first == second


def test_the_messages_shown_are_the_real_ones() -> None:
    """Each message on the page stands in a golden file."""
    golden = "".join(file.read_text("utf-8") for file in sorted((HERE / "golden").iterdir()))
    assert MESSAGES
    for message in MESSAGES:
        assert message in golden
