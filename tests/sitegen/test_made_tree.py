"""The trees that `benchmarks/scale.py` measures: what they hold must be what our collector writes."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))

from make_tree import Tree, TreePlan  # noqa: E402


def _made(folder: Path, plan: TreePlan) -> Tree:
    tree = Tree(folder, plan)
    tree.make()
    return tree


def _content(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}


def test_the_same_seed_gives_the_same_tree(tmp_path: Path) -> None:
    """And another seed another."""
    plans = (TreePlan(30, 3), TreePlan(30, 3), TreePlan(30, 3, seed=1))
    first, again, other = (
        _content(_made(tmp_path / str(i), plan).logs) for i, plan in enumerate(plans)
    )
    assert first == again
    assert first != other
    assert sum(name.endswith("data.json") for name in first) == 30


def test_logs_are_of_our_format(tmp_path: Path) -> None:
    """Every line and every info is valid by the schema, of all kinds of machines that occur."""
    schema = json.loads(
        files("wattboard.collector.data").joinpath("log-format.schema.json").read_text()
    )
    tree = _made(tmp_path, TreePlan(60, 3))
    checks = {
        name: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
        for name in ("info", "sample")
    }
    machines = set()
    for file in tree.logs.rglob("info.json"):
        info = json.loads(file.read_text())
        machines.add((info["cpu_info"]["brand"], len(info["gpu_info"])))
        checks["info"].validate(info)
        for line in file.with_name("data.json").read_text().splitlines():
            checks["sample"].validate(json.loads(line))
    assert len(machines) == 5


def test_a_build_of_the_tree_has_nothing_to_complain_of(tmp_path: Path) -> None:
    """With figures of a processor, and after each of the changes that are measured."""
    tree = _made(tmp_path, TreePlan(40, 3, with_processor=True))
    tree.add_run()
    tree.change_run()
    tree.change_spec("Note.")
    site = tmp_path / "site"
    code = "from wattboard.sitegen.cli import main; main()"
    options = ["--strict", "--site-spec", tree.spec, "--output-dir", site]
    subprocess.run([sys.executable, "-c", code, "build", tree.logs, *options], check=True)
    runs = json.loads((site / "runs.json").read_text())
    assert len(runs) == 41
    assert all(0 < run["metrics"]["accuracy"] < 1 for run in runs)
    board = json.loads((site / "leaderboard.json").read_text())
    assert "accuracy_per_kwh" in [column["name"] for column in board["columns"]]


def test_a_change_changes_one_run(tmp_path: Path) -> None:
    """An added run is a new folder; a changed one goes on by a sample; each call takes another."""
    tree = _made(tmp_path, TreePlan(5, 3))
    before = _content(tree.logs)
    tree.add_run()
    tree.add_run()
    added = _content(tree.logs)
    assert len(added) == len(before) + 2 * 3
    assert before.items() <= added.items()
    tree.change_run()
    tree.change_run()
    after = _content(tree.logs)
    changed = sorted(name for name in after if after[name] != added[name])
    assert {name.split("/")[3] for name in changed} == {"seed_000", "seed_001"}
    assert after[changed[0]].count(b"\n") == 4


def test_the_cost_of_a_command_is_that_of_all_its_processes() -> None:
    """CPU time and memory of grandchildren count, also of one whose parent did not wait for it."""
    grandchild = "import time; b = bytearray(100_000_000)\nwhile time.process_time() < 0.3: pass"
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {grandchild!r}])"
    code = f"""
import sys; sys.path.append({str(BENCHMARKS)!r})
from pathlib import Path
from scale_cost import adopt_orphans, cost
adopt_orphans()
found = cost([sys.executable, "-c", {child!r}], Path("/dev/null"))
print(found.cpu_s >= 0.3, found.peak_mb > 100)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"]


def test_what_follows_from_the_costs() -> None:
    """Differences and ratios are those that the report names, of medians."""
    from scale_cost import Cost, Measured
    from scale_report import IMPORTS, JINJA_IMPORTS, MEASURE, figures, report

    def measured(case: str, runs: int, *cpu_s: float, peak_mb: float = 100.0) -> Measured:
        return Measured(case, runs, 20, tuple(Cost(s, s, peak_mb) for s in cpu_s))

    costs = [
        *(measured(IMPORTS, 0, 0.5), measured(MEASURE, 0, 0.25), measured(JINJA_IMPORTS, 0, 0.1)),
        *(measured("warm", 1_000, 1.0), measured("warm", 10_000, 1.0, 2.5, 9.0, peak_mb=118.0)),
        *(measured("added", 10_000, 5.0), measured("cold", 10_000, 15.5)),
        *(measured("reading", 10_000, 5.25), measured("jinja", 10_000, 2.1)),
        Measured("cold, Dask with 1 workers", 600, 500, (), "not available"),
    ]
    found = {(figure.name, figure.unit): figure for figure in figures(costs)}

    def value(name: str, unit: str) -> tuple[float, str]:
        figure = found[name, unit]
        return pytest.approx(figure.value), figure.met

    assert value("warm, 10,000 runs, CPU beyond the imports", "s") == (2.0, "yes")
    assert value("one run added, 10,000 runs, CPU / warm", "") == (2.0, "**no**")
    assert value("run pages beyond reading, 10,000 runs", "pages a second") == (1000.0, "yes")
    assert value("Jinja2 alone, 10,000 pages", "pages a CPU second") == (5000.0, "")
    assert value("warm, from 1,000 to 10,000 runs, memory a run", "KB") == (2.0, "yes")
    machine = {
        **dict.fromkeys(("cpus", "processor", "memory_gib", "system", "python"), "x"),
        "load_before": 0.0,
        "load_after": 0.0,
        "packages": {"mkdocs": "1.6.1"},
    }
    assert "| cold, Dask with 1 workers (not available) | 600 | 500 |" in report(machine, costs)
