"""What a page must not claim: a best among no rivals or of partial figures, more certainty than the energy has."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from logs import our_info, power_samples, write_run

PROCESSOR = """
def load(folder, figures):
    return {"score": 1.0, "score_per_wh": 1.0 / figures["energy_kwh"], "model": 3.0}
"""
WITHOUT_PROCESSOR = {"executive_summary_variables": ["energy_kwh"]}


def _built(folder: Path, spec: dict[str, Any]) -> Path:
    (folder / "site.json").write_text(json.dumps(spec), encoding="utf-8")
    (folder / "marks.py").write_text(PROCESSOR, encoding="utf-8")
    command = "from wattboard.sitegen.cli import main; main()"
    subprocess.run(
        [
            *(sys.executable, "-c", command, "build", folder / "logs"),
            *("--site-spec", folder / "site.json", "--output-dir", folder / "site"),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "site"


def _write(folder: Path, path: str, watts: float, **info: Any) -> None:
    samples = power_samples(7, cpu_w=watts)
    write_run(folder / "logs" / path, samples, our_info(samples, **info))


def _bests(page: Path) -> list[str]:
    table = page.read_text(encoding="utf-8").partition("<tbody>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    return [
        re.sub(r"<[^>]*>", "", row).split()[0] for row in rows if '<span class="wb-sr"> best' in row
    ]


def _board(**children: dict[str, Any]) -> dict[str, Any]:
    return {"Board": {**WITHOUT_PROCESSOR, "child_experiments": children}}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two tasks, each with a cheap and a dear method of two runs."""
    for task, watts in (("t1", 10.0), ("t2", 30.0)):
        for method, factor in (("cheap", 1.0), ("dear", 5.0)):
            for seed in (0, 1):
                _write(tmp_path, f"{task}/{method}/{seed}", watts * factor + seed)
    return tmp_path


METHODS: dict[str, dict[str, Any]] = {
    "Cheap": {"filter": "/cheap/"},
    "Dear": {"filter": "/dear/"},
}


def test_only_rivals_have_a_best(logs: Path) -> None:
    """Methods of a task are rivals; tasks and the seeds of a leaf are not."""
    of_task = {**WITHOUT_PROCESSOR, "child_experiments": METHODS}
    tasks = {f"T{i}": {"filter": f"/t{i}/", **of_task} for i in (1, 2)}
    site = _built(logs, _board(**tasks))
    assert _bests(site / "t1" / "index.html") == ["Cheap"]
    assert _bests(site / "index.html") == []
    assert _bests(site / "t1" / "cheap" / "index.html") == []
    ranks = json.loads((site / "leaderboard.json").read_text())["rows"][0]["ranks"]
    assert ranks == {}


def test_an_order_makes_rivals(logs: Path) -> None:
    """Where the spec orders the rows, it says that they compete."""
    order = {
        "executive_summary_ordering_variable": "energy_kwh",
        "executive_summary_ordering": "ascending",
    }
    spec = _board(T1={"filter": "/t1/", "child_experiments": METHODS}, T2={"filter": "/t2/"})
    spec["Board"].update(order)
    assert _bests(_built(logs, spec) / "index.html") == ["T1"]


def test_a_partial_figure_is_not_the_best(logs: Path) -> None:
    """The cheapest method lacks the GPU's energy: neither it nor the next one is called best."""
    for seed in (0, 1):
        _write(logs, f"t1/blind/{seed}", 1.0, gpu_info=[{"name": "GPU X"}])
    site = _built(logs, _board(Blind={"filter": "t1/blind"}, **METHODS))
    page = (site / "index.html").read_text(encoding="utf-8")
    assert 'aria-label="partial"' in page or ">partial " in page
    assert _bests(site / "index.html") == []


def test_a_ratio_to_energy_is_no_better_than_the_energy(tmp_path: Path) -> None:
    """The site's own figures are reported; those made with an estimated energy, by name or unit, are estimates."""
    samples = power_samples(7, cpu_w=None, cpu_estimated_attributable_power_draw=10.0)
    sources = [{"name": "tdp", "kind": "estimate", "component": "cpu"}]
    write_run(tmp_path / "logs" / "a", samples, our_info(samples, power_sources=sources))
    _write(tmp_path, "b", 10.0)
    spec = {
        "Board": {
            "extra_files_processor": "marks.load",
            "variables": {"model": {"unit": "J"}},
        }
    }
    site = _built(tmp_path, spec)
    found = {run["run"]: run["provenance"] for run in json.loads((site / "runs.json").read_text())}
    for name, of_a in (
        ("score", "reported"),
        ("score_per_wh", "estimated"),
        ("model", "estimated"),
    ):
        assert (found["logs/a"][name], found["logs/b"][name]) == (of_a, "reported")
