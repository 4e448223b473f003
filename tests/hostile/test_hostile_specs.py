"""Specs and filters that cannot be used, or hardly: told with file, line and key, before anything is written."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from commands import (
    HEALTHY,
    SPEC,
    build,
    contents,
    only,
    published,
    read_json,
    state,
    wattboard,
    write_healthy,
    write_spec,
)
from golden import check_golden
from logs import power_samples, write_run
from page_data import page_data

GOLDEN = Path(__file__).parent / "golden" / "specs"

RUNAWAY = r"^(\w|\w\w|/)+[!?]$"
"""Two ways to match a letter: exponential in the length of a path that does not end with "!"."""


def leaf(**keys: Any) -> str:
    return json.dumps({"Board": keys}, indent=1)


UNUSABLE: Mapping[str, str] = {
    "not_json": "{'Board': {}}",
    "cut_off": '{"Board": {"filter": "pp',
    "empty": "",
    "only_spaces": " \n ",
    "null": "null",
    "a_list": '[{"Board": {}}]',
    "a_text": '"Board"',
    "no_root": "{}",
    "node_is_null": '{"Board": null}',
    "node_is_a_list": '{"Board": []}',
    "title_twice": '{\n "Board": {},\n "Board": {}\n}',
    "unknown_keys": leaf(filtre="ppo", child_experiment={}, descripton="x"),
    "wrong_types": leaf(
        filter=7,
        description=["x"],
        child_experiments=[],
        executive_summary_variables="energy_kwh",
        executive_summary_plots={"x": "energy_kwh"},
        executive_summary_ordering="upwards",
        interval="range",
        min_measured_share=95,
        requires="eval_test.csv",
        extra_files_processor="no dots",
    ),
    "plot_without_y": leaf(executive_summary_plots=[{"x": "energy_kwh"}, "energy_kwh"]),
    "unknown_variables": leaf(
        executive_summary_variables=["energy_kw", "total_powr", "AverageReturn"],
        executive_summary_ordering_variable="emissions",
        executive_summary_plots=[{"x": "duration", "y": "energy_kwh"}],
    ),
    "invalid_filters": json.dumps(
        {"A": {"filter": "(ppo"}, "B": {"filter": "*"}, "C": {"filter": "[z-a]"}}, indent=1
    ),
    "memory_by_repeats": leaf(filter="((((a{1000}){1000}){1000}){1000})"),
}


@pytest.mark.parametrize("case", UNUSABLE)
@pytest.mark.parametrize("command", ["build", "check"])
def test_a_spec_that_cannot_be_used_names_each_mistake(
    case: str, command: str, tmp_path: Path
) -> None:
    """Exit code 1 and every mistake with its place; no output folder, nothing left beside it, logs untouched."""
    write_healthy(tmp_path)
    spec = tmp_path / "spec.json"
    spec.write_text(UNUSABLE[case], encoding="utf-8")
    before = state(tmp_path)
    began = time.monotonic()
    if command == "build":
        outcome = build(tmp_path, spec=spec)
        said = outcome.messages(tmp_path)
        check_golden(GOLDEN / f"{case}.txt", said)
    else:
        outcome = wattboard("check", tmp_path / "logs", "--site-spec", spec)
        said = outcome.out
    assert outcome.code == 1
    assert "spec.json" in said
    assert time.monotonic() - began < 20
    after = state(tmp_path)
    assert after.pop(".")[2] == before.pop(".")[2]  # a staging folder came and went
    assert after == before


def test_a_runaway_filter_is_stopped_within_seconds(tmp_path: Path) -> None:
    """A filter that backtracks without end on a real path is the spec's fault, after about a second."""
    path = tmp_path / "logs" / "cule_results" / "Pong_seed_0_logs_a2c_vtrace_cule"
    write_run(path, power_samples())
    spec = write_spec(tmp_path, {"Board": {"child_experiments": {"Pong": {"filter": RUNAWAY}}}})
    for command in ("build", "check"):
        began = time.monotonic()
        if command == "build":
            outcome = build(tmp_path, spec=spec)
            check_golden(GOLDEN / "runaway_filter.txt", outcome.messages(tmp_path))
        else:
            outcome = wattboard("check", tmp_path / "logs", "--site-spec", spec)
            assert "Board > Pong > filter" in outcome.out
        assert outcome.code == 1
        assert time.monotonic() - began < 8
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_a_spec_that_is_no_file(what: str, tmp_path: Path) -> None:
    """A spec that is missing or a folder is told by name."""
    write_healthy(tmp_path)
    spec = tmp_path / "nowhere.json" if what == "missing" else tmp_path / "logs"
    outcome = build(tmp_path, spec=spec)
    assert outcome.code == 1
    assert str(spec) in outcome.err
    assert not (tmp_path / "site").exists()


# -- specs that can be used, with a warning ------------------------------------------------------------------------

ODD: Mapping[str, Any] = {
    "filter_matches_nothing": {
        "Board": {
            "child_experiments": {"All": {}, "None": {"filter": "nowhere"}},
        }
    },
    "parent_matches_nothing": {
        "Board": {"child_experiments": {"A2C": {"filter": "a2c", "child_experiments": {"X": {}}}}}
    },
    "overlap_and_lost_runs": {
        "Board": {"child_experiments": {"0": {"filter": "seed_0"}, "PPO": {"filter": "ppo/seed_0"}}}
    },
    "group_without_children": {"Board": {"child_experiments": {}}},
    "ordering_without_variable": {"Board": {"executive_summary_ordering": "ascending"}},
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_spec_is_built_with_a_warning_and_fails_when_strict(
    case: str, tmp_path: Path
) -> None:
    """A warning that names file, line and key; the site is there; with --strict exit code 1 and no site."""
    healthy = write_healthy(tmp_path)
    outcome = build(tmp_path, spec=ODD[case])
    assert outcome.code == 0
    assert "warning: " in outcome.err
    said = outcome.messages(tmp_path).splitlines()
    check_golden(GOLDEN / f"{case}.txt", "\n".join(said[:-1]) + "\n")  # the last line counts files
    assert published(tmp_path / "site") == healthy
    assert build(tmp_path, "--strict", spec=ODD[case], output="strict").code == 1
    assert not (tmp_path / "strict").exists()


def test_a_leaf_without_runs_has_an_empty_page(tmp_path: Path) -> None:
    """A leaf whose filter matches nothing is a row of absent figures and a page that says so, not a crash."""
    write_healthy(tmp_path)
    plots = [{"x": "duration_hours", "y": "energy_kwh"}]
    spec = {
        "Board": {
            "executive_summary_ordering_variable": "energy_kwh",
            "executive_summary_plots": plots,
            "child_experiments": {
                "None": {"filter": "nowhere", "executive_summary_plots": plots},
                "PPO": {"filter": "/ppo/"},
            },
        }
    }
    assert build(tmp_path, spec=spec).code == 0
    rows = read_json(tmp_path / "site" / "leaderboard.json")["rows"]
    assert [(row["experiment"], row["n"]) for row in rows] == [("PPO", 2), ("None", 0)]
    assert all(value["mean"] is None for value in rows[1]["values"].values())
    assert read_json(tmp_path / "site" / "none" / "leaderboard.json")["rows"] == []
    assert "0 runs" in (tmp_path / "site" / "none" / "index.html").read_text()


@pytest.mark.parametrize("title_file", ["index.html", "leaderboard.json"])
def test_a_root_that_is_a_leaf(title_file: str, tmp_path: Path) -> None:
    """A spec of one leaf is a site whose front page lists the runs."""
    write_healthy(tmp_path)
    assert build(tmp_path, spec={"Board": {"filter": "/ppo/"}}).code == 0
    text = (tmp_path / "site" / title_file).read_text(encoding="utf-8")
    assert "seed_0" in text
    assert "seed_1" in text
    assert "dqn" not in text


def test_figures_that_no_run_has_order_and_plot_nothing(tmp_path: Path) -> None:
    """A known figure that no run has leaves rows in the spec's order, null in the JSON, and no plot."""
    for name in ("a", "b"):
        write_run(tmp_path / "logs" / name, power_samples(cpu_w=50.0))
    spec = {
        "Board": {
            "executive_summary_variables": ["gpu_hours", "energy_kwh"],
            "executive_summary_ordering_variable": "gpu_hours",
            "executive_summary_plots": [
                {"x": "gpu_hours", "y": "energy_kwh"},
                {"x": "duration_hours", "y": "energy_kwh"},
            ],
            "child_experiments": {"B": {"filter": "/b"}, "A": {"filter": "/a"}},
        }
    }
    assert build(tmp_path, spec=spec).code == 0
    rows = read_json(tmp_path / "site" / "leaderboard.json")["rows"]
    assert [row["experiment"] for row in rows] == ["B", "A"]
    assert all(r["values"]["gpu_hours"] == dict.fromkeys(("mean", "stderr", "sum")) for r in rows)
    charts = page_data(tmp_path / "site")["charts"]
    assert [key for key in charts if key.startswith("plot-")] == ["plot-2"]


def test_a_processors_figure_that_no_run_has_is_a_warning(tmp_path: Path) -> None:
    """A figure that the processor never gives is null, with a warning at each place of the spec that names it."""
    write_healthy(tmp_path)
    (tmp_path / "few.py").write_text("def figures(folder, known):\n    return {'Known': 1.0}\n")
    spec = {
        "Board": {
            "extra_files_processor": "few.figures",
            "executive_summary_variables": ["Known", "Unknown"],
            "executive_summary_ordering_variable": "Unknown2",
            "executive_summary_plots": [{"x": "Known", "y": "Unknown3"}],
        }
    }
    outcome = build(tmp_path, spec=spec)
    assert outcome.code == 0
    for key, name in (
        ("executive_summary_variables[1]", "Unknown"),
        ("executive_summary_ordering_variable", "Unknown2"),
        ("executive_summary_plots[0].y", "Unknown3"),
    ):
        assert f'Board > {key}: expected some run with the figure "{name}"' in outcome.err
    for row in read_json(tmp_path / "site" / "leaderboard.json")["rows"]:
        assert row["values"]["Known"]["mean"] == 1.0
        assert row["values"]["Unknown"]["mean"] is None
    assert build(tmp_path, "--strict", spec=spec, output="strict").code == 1


def test_runs_that_a_node_does_not_want(tmp_path: Path) -> None:
    """`min_measured_share` and `requires` leave runs out of a node, by name, and nowhere else."""
    healthy = write_healthy(tmp_path)
    holes = [*power_samples(20), *power_samples(20, start_s=power_samples()[0]["timestamp"] + 9000)]
    write_run(tmp_path / "logs" / "ppo" / "holes", holes, files={"eval.csv": "1"})
    write_run(tmp_path / "logs" / "ppo" / "with_file", power_samples(), files={"eval.csv": "1"})
    write_run(tmp_path / "logs" / "ppo" / "unread", power_samples(cpu_w=None))
    spec = {
        "Board": {
            "child_experiments": {
                "All": {"filter": "/ppo/"},
                "Covered": {"filter": "/ppo/", "min_measured_share": 0.95},
                "Evaluated": {"filter": "/ppo/", "requires": ["eval.csv"]},
                "Whatever": {"filter": "/ppo/", "min_measured_share": 0},
            }
        }
    }
    outcome = build(tmp_path, spec=spec)
    assert outcome.code == 0
    of = {
        slug: {r["path"] for r in read_json(tmp_path / "site" / slug / "leaderboard.json")["rows"]}
        for slug in ("all", "covered", "evaluated", "whatever")
    }
    assert of["all"] - of["covered"] == {"logs/ppo/holes", "logs/ppo/unread"}
    assert of["whatever"] == of["all"]
    assert of["evaluated"] == {"logs/ppo/holes", "logs/ppo/with_file"}
    assert 'logs/ppo/holes: "Board > Covered" asks for samples over 95% of the time' in outcome.err
    assert "over 95% of the time, found none: no energy was read" in outcome.err
    assert 'logs/ppo/seed_0: "Board > Evaluated" requires eval.csv, found no such' in outcome.err
    assert only(published(tmp_path / "site"), HEALTHY) == healthy


def test_a_description_from_a_pull_request_holds_no_script(tmp_path: Path) -> None:
    """Descriptions are sanitised: no script, no handler, no style, nothing from another host."""
    write_healthy(tmp_path)
    text = (
        "**bold** <script>alert(1)</script><img src=x onerror=alert(2)>"
        "<img src=https://evil.example/pixel><a href='javascript:alert(3)'>x</a>"
        "<iframe src='//evil.example'></iframe><p style='position:fixed' onclick=alert(4)>y</p>"
    )
    spec = {"Board": {"description": text, "child_experiments": {"All": {"description": text}}}}
    assert build(tmp_path, spec=spec).code == 0
    for name, content in contents(tmp_path / "site").items():
        if name.endswith(".html"):
            for bad in (b"<script>alert", b"onerror", b"onclick", b"evil.example", b"javascript:"):
                assert bad not in content, (name, bad)
    assert b"<strong>bold</strong>" in (tmp_path / "site" / "index.html").read_bytes()


def test_the_same_spec_in_yaml_builds_the_same_site(tmp_path: Path) -> None:
    """JSON and YAML are two ways to write one spec."""
    write_healthy(tmp_path)
    yaml = tmp_path / "spec.yaml"
    yaml.write_text(
        "Board:\n  child_experiments:\n    PPO: {filter: /ppo/}\n    DQN: {filter: /dqn/}\n"
    )
    assert build(tmp_path, spec=write_spec(tmp_path, SPEC)).code == 0
    assert build(tmp_path, spec=yaml, output="from_yaml").code == 0
    of_json, of_yaml = contents(tmp_path / "site"), contents(tmp_path / "from_yaml")
    for name in of_json:
        if "sitemap" not in name:
            assert of_json[name] == of_yaml[name], name
