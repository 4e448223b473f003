"""Processors that fail or return nonsense: the run loses its extra figures, the site none of its runs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from commands import HEALTHY, build, measured, only, published, read_json, state, write_healthy
from golden import check_golden
from logs import power_samples, write_run
from page_data import page_data

GOLDEN = Path(__file__).parent / "golden" / "processors"

PROCESSORS = """
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np


def good(folder, figures):
    return {"Good": figures["total_power"], "Seed": float(folder.rstrip("/")[-1])}

def raises(folder, figures):
    return {"Ratio": 1 / 0}

def raises_for_one(folder, figures):
    return {"Score": float((Path(folder) / "score.txt").read_text())}

def exits(folder, figures):
    sys.exit("no more")

def returns_a_list(folder, figures):
    return [1.0, 2.0]

def returns_none(folder, figures):
    pass

def returns_a_number(folder, figures):
    return 7.0

def nan(folder, figures):
    return {"Bad": float("nan"), "Fine": 1.0}

def infinite(folder, figures):
    return {"Bad": float("-inf"), "Fine": 1.0}

def text(folder, figures):
    return {"Bad": "0.5", "Fine": 1.0}

def a_bool(folder, figures):
    return {"Bad": True, "Fine": 1.0}

def none(folder, figures):
    return {"Bad": None, "Fine": 1.0}

def a_list(folder, figures):
    return {"Bad": [1.0], "Fine": 1.0}

def complex_number(folder, figures):
    return {"Bad": 1j, "Fine": 1.0}

def huge(folder, figures):
    return {"Bad": 10**400, "Worse": 1e308, "Fine": 1.0}

def a_name_of_ours(folder, figures):
    return {"energy_kwh": 0.0, "total_power": 0.0, "Fine": 1.0}

def no_names(folder, figures):
    return {7: 1.0, None: 2.0, ("a",): 3.0, "": 4.0, "Fine": 1.0}

def markup(folder, figures):
    return {"<img src=x onerror=alert(1)>": 1.0, "Fine": 1.0}

def numbers_of_other_kinds(folder, figures):
    return {"Fraction": Fraction(1, 4), "Numpy": np.float32(0.5), "Integer": np.int64(3), "Fine": 1}

def changes_the_figures(folder, figures):
    figures.clear()
    return {"Fine": 1.0}

class Odd(Mapping):
    def __getitem__(self, key):
        raise KeyError(key)
    def __iter__(self):
        return iter(["Bad"])
    def __len__(self):
        return 1

def an_odd_mapping(folder, figures):
    return Odd()

not_a_function = 7
"""

FUNCTIONS = [
    "raises",
    "exits",
    "returns_a_list",
    "returns_none",
    "returns_a_number",
    "nan",
    "infinite",
    "text",
    "a_bool",
    "none",
    "a_list",
    "complex_number",
    "huge",
    "a_name_of_ours",
    "no_names",
    "markup",
    "numbers_of_other_kinds",
    "changes_the_figures",
    "an_odd_mapping",
    "not_a_function",
    "not_there",
]
NOT_IMPORTED = (
    "no_such_module.function",
    "no_such_package.part.function",
    "json.no_such_part.function",
    "imports_what_is_absent.function",
    "breaks_at_import.function",
    "exits_at_import.function",
)


def write_processors(folder: Path) -> None:
    (folder / "made_up.py").write_text(PROCESSORS)
    (folder / "breaks_at_import.py").write_text("raise RuntimeError('not today')\n")
    (folder / "imports_what_is_absent.py").write_text("import no_such_library\n")
    (folder / "exits_at_import.py").write_text("import sys\nsys.exit(3)\n")


def test_all_bad_processors_at_once(tmp_path: Path) -> None:
    """Each bad processor is told by its name and run; every leaf has its run, every run its own figures."""
    healthy = write_healthy(tmp_path)
    write_processors(tmp_path)
    names = [f"made_up.{function}" for function in FUNCTIONS] + list(NOT_IMPORTED)
    one = {"filter": "dqn"}
    children = {name: one | {"extra_files_processor": name} for name in names}
    before = state(tmp_path / "logs")

    outcome = build(tmp_path, spec={"Board": {"child_experiments": children}})

    site = tmp_path / "site"
    assert outcome.code == 0
    rows = read_json(site / "leaderboard.json")["rows"]
    assert [(row["experiment"], row["n"]) for row in rows] == [(name, 1) for name in names]
    energy = healthy["logs/dqn/seed_0"]["facility_energy_kwh"]
    assert all(row["values"]["facility_energy_kwh"]["mean"] == energy for row in rows)
    figures = published(site)
    for run in HEALTHY:
        assert healthy[run].items() <= figures[run].items()
    extra = figures["logs/dqn/seed_0"].keys() - healthy["logs/dqn/seed_0"].keys()
    assert extra == {"Fine", "Fraction", "Numpy", "Integer", "<img src=x onerror=alert(1)>"}
    assert figures["logs/dqn/seed_0"]["Fraction"] == 0.25
    said = [
        line
        for line in outcome.messages(tmp_path).splitlines()
        if "share 1 run" not in line and "counts in every group" not in line
    ]
    check_golden(GOLDEN / "all.txt", "\n".join(said[:-1]) + "\n")
    page = site / "runs" / "logs" / "dqn" / "seed_0" / "index.html"
    assert "<img src=x" not in page.read_text(encoding="utf-8")
    assert state(tmp_path / "logs") == before


def test_a_processor_that_fails_on_one_run_costs_only_that_one(tmp_path: Path) -> None:
    """The other runs keep their figures, each its own, and the means count those that have one."""
    write_processors(tmp_path)
    for i in range(4):
        files = {} if i == 2 else {"score.txt": str(i * 10)}
        write_run(tmp_path / "logs" / f"seed_{i}", power_samples(), files=files)
    spec = {
        "Board": {
            "extra_files_processor": "made_up.raises_for_one",
            "executive_summary_variables": ["Score", "energy_kwh"],
            "executive_summary_ordering_variable": "Score",
        }
    }
    outcome = build(tmp_path, spec=spec)
    assert outcome.code == 0
    rows = read_json(tmp_path / "site" / "leaderboard.json")["rows"]
    assert [(row["path"], row["values"]["Score"]["mean"]) for row in rows] == [
        ("logs/seed_3", 30.0),
        ("logs/seed_1", 10.0),
        ("logs/seed_0", 0.0),
        ("logs/seed_2", None),
    ]
    assert 'logs/seed_2: the processor "made_up.raises_for_one" failed: FileNotFoundError' in (
        outcome.err
    )
    assert build(tmp_path, "--strict", spec=spec, output="strict").code == 1


def test_a_run_that_is_left_out_is_not_processed(tmp_path: Path) -> None:
    """What `requires` is missing is told once, and not again by a processor that looks for it."""
    figures = write_healthy(tmp_path)
    for path in HEALTHY[1:]:
        (tmp_path / path / "score.txt").write_text("7", encoding="utf-8")
    text = """
from pathlib import Path
def score(folder, figures):
    return {"score": float((Path(folder) / "score.txt").read_text())}
"""
    (tmp_path / "own_scores.py").write_text(text, encoding="utf-8")
    node = {"requires": ["score.txt"], "extra_files_processor": "own_scores.score"}
    children = {"PPO": {"filter": "/ppo/"}, "DQN": {"filter": "/dqn/"}}
    outcome = build(tmp_path, spec={"Board": {**node, "child_experiments": children}})
    assert outcome.code == 0
    assert outcome.err.count("score.txt") == 1
    assert f'{HEALTHY[0]}: "Board" requires score.txt, found no such file' in outcome.err
    assert published(tmp_path / "site").keys() == figures.keys()


def test_children_with_and_without_a_processor_are_mixed(tmp_path: Path) -> None:
    """A child without the processor has null for its figure, and both keep their rows and runs."""
    healthy = write_healthy(tmp_path)
    write_processors(tmp_path)
    spec = {
        "Board": {
            "executive_summary_variables": ["Good", "facility_energy_kwh"],
            "executive_summary_ordering_variable": "Good",
            "executive_summary_plots": [{"x": "facility_energy_kwh", "y": "Good"}],
            "child_experiments": {
                "DQN": {"filter": "/dqn/"},
                "PPO": {"filter": "/ppo/", "extra_files_processor": "made_up.good"},
                "PPO again": {"filter": "/ppo/", "extra_files_processor": "made_up.raises"},
            },
        }
    }
    assert build(tmp_path, spec=spec).code == 0
    rows = {r["experiment"]: r for r in read_json(tmp_path / "site" / "leaderboard.json")["rows"]}
    assert list(rows) == ["PPO", "DQN", "PPO again"]
    energies = [healthy[f"logs/ppo/seed_{i}"]["facility_energy_kwh"] or math.nan for i in (0, 1)]
    assert rows["PPO"]["values"]["Good"]["mean"] == pytest.approx(sum(energies) / 2)
    assert rows["DQN"]["values"]["Good"]["mean"] is None
    assert rows["DQN"]["values"]["facility_energy_kwh"]["mean"] is not None
    assert [row["n"] for row in rows.values()] == [2, 1, 2]
    traces = page_data(tmp_path / "site")["charts"]["plot-1"]["traces"]
    assert [(trace["name"], len(trace["x"])) for trace in traces] == [("PPO", 2)]


def test_no_processors_runs_no_code_of_the_spec(tmp_path: Path) -> None:
    """With --no-processors, and in `measure`, the spec's code is not even imported."""
    healthy = write_healthy(tmp_path)
    canary = tmp_path / "canary"
    (tmp_path / "sly.py").write_text(f"open({str(canary)!r}, 'w').close()\n")
    spec = {
        "Board": {
            "extra_files_processor": "sly.figures",
            "executive_summary_variables": ["Score", "energy_kwh"],
        }
    }
    assert build(tmp_path, "--no-processors", spec=spec).code == 0
    assert measured(tmp_path / "logs") == healthy
    assert not canary.exists()
    assert published(tmp_path / "site") == healthy


def test_a_processor_cannot_hide_a_module_of_pythons(tmp_path: Path) -> None:
    """The spec's folder stands last on the path: a file `json.py` beside the spec changes nothing."""
    healthy = write_healthy(tmp_path)
    write_processors(tmp_path)
    for name in ("json", "csv", "mkdocs", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')\n")
    spec = {"Board": {"extra_files_processor": "made_up.good"}}
    outcome = build(tmp_path, spec=spec)
    assert outcome.code == 0
    assert "imported" not in outcome.err
    assert only(published(tmp_path / "site"), HEALTHY).keys() == healthy.keys()


def test_two_specs_with_processors_of_one_name_do_not_mix(tmp_path: Path) -> None:
    """Two sites built one after the other use each its own processors.py."""
    for name, value in (("one", 1.0), ("two", 2.0)):
        folder = tmp_path / name
        write_run(folder / "logs" / "run", power_samples())
        (folder / "processors.py").write_text(
            f"def f(folder, known):\n    return {{'V': {value}}}\n"
        )
        assert build(folder, spec={"Board": {"extra_files_processor": "processors.f"}}).code == 0
        assert published(folder / "site")["logs/run"]["V"] == value
