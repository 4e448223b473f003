"""What changes from one built site to another."""

from __future__ import annotations

import json
import re
from pathlib import Path

from commands import build, wattboard, write_healthy
from hypothesis import given
from hypothesis import strategies as st
from logs import our_info, power_samples, write_run
from wattboard.sitegen.differences.changes import Changes
from wattboard.sitegen.differences.markdown import MOST_BYTES, as_markdown, escaped
from wattboard.sitegen.differences.site import RunRecord

SPEC = {
    "Board": {
        "executive_summary_ordering_variable": "energy_kwh",
        "executive_summary_variables": ["energy_kwh"],
        "child_experiments": {"PPO": {"filter": "/ppo/"}, "DQN": {"filter": "/dqn/"}},
    }
}


def test_two_sites_with_a_run_more(tmp_path: Path) -> None:
    """A new run, the figures of its group, and who moves: up and down in words, and the same in JSON."""
    write_healthy(tmp_path)
    assert build(tmp_path, spec=SPEC, output="old").code == 0
    samples = power_samples(cpu_w=900.0)
    write_run(tmp_path / "logs" / "dqn" / "seed_1", samples, our_info(samples))
    assert build(tmp_path, spec=SPEC, output="new").code == 0
    outcome = wattboard("diff", tmp_path / "old", tmp_path / "new")
    assert outcome.code == 0
    assert "1 new run, 0 removed, 0 with other figures." in outcome.out
    assert "| logs/dqn/seed&#95;1 |" in outcome.out
    assert "| DQN | up from 2 to 1 | from 1 to 2 |" in outcome.out
    assert "| PPO | down from 1 to 2 | 2 |" in outcome.out
    record = json.loads(
        wattboard("diff", tmp_path / "new", tmp_path / "old", "--format", "json").out
    )
    assert [run["run"] for run in record["removed_runs"]] == ["logs/dqn/seed_1"]
    assert record["new_runs"] == record["changed_runs"] == []


def test_the_same_site_twice(tmp_path: Path) -> None:
    """Nothing changes, and it says so."""
    write_healthy(tmp_path)
    build(tmp_path, spec=SPEC)
    outcome = wattboard("diff", tmp_path / "site", tmp_path / "site")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "No run and no figure changes.")


def test_what_is_no_site_is_told(tmp_path: Path) -> None:
    """No folder, a folder of something else, and data of a format that is not known: each an error in words."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "runs.json").write_text('{"format": "wattboard-site/9"}')
    for folder, words in (
        ("none", "found no such folder"),
        ("empty", "found a folder without one"),
        ("odd", "of a newer version of wattboard"),
    ):
        outcome = wattboard("diff", tmp_path / folder, tmp_path / folder)
        assert outcome.code == 1
        assert words in outcome.err


def test_the_summary_stays_within_what_github_takes() -> None:
    """Of very many runs the first are listed, with how many more there are."""
    runs = tuple(RunRecord(f"logs/{'|' * 500}{i}", {}, {}) for i in range(20_000))
    text = as_markdown(Changes(runs, runs, (), (), (), ()))
    assert len(text.encode()) <= MOST_BYTES + 200
    assert "… and 19,950 more." in text


@given(st.text())
def test_a_strangers_text_is_no_markdown(text: str) -> None:
    """No sign that begins markup, HTML, a cell, a mention, a reference or a link is left as it is, nor a line's end."""
    shown = escaped(text)
    assert not re.search(r"[\\`*_{}\[\]<>()+!|~@:=$\n\r^-]", shown)
    assert not re.search(r"&(?!#\d+;)", shown)
    assert not re.search(r"(?<!&)#", shown)
    assert "www." not in shown.lower()
