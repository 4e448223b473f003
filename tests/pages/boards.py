"""A small board whose tables have what tables can have: ranks, absent figures, a row of one run, marks, both signs."""

from __future__ import annotations

import json
from pathlib import Path

from logs import START_S, our_info, power_samples, write_run
from sites import build

DAY_S = 86400.0
PROCESSOR = """
def score(folder, figures):
    with open(folder + "/score.txt", encoding="utf-8") as file:
        return {"score": float(file.read())}
"""
REGIONS = ({"id": "DE", "name": "Germany"}, {"id": "FR", "name": "France"})
SCORES = {"alpha": (9.0, 9.5, 8.5, 9.2), "beta": (-4.0, -4.2, -3.8), "gamma": (2.0,)}
"""By method, one a run. The second of beta has no GPU; gamma's is on another processor."""


def tables_board(folder: Path) -> None:
    """A group of three methods, with eight runs."""
    for n, (method, scores) in enumerate(SCORES.items()):
        for seed, score in enumerate(scores):
            _write(folder / "logs" / method / f"seed_{seed}", n, seed, score)
    (folder / "site.json").write_text(json.dumps(_spec()), encoding="utf-8")
    (folder / "table_scores.py").write_text(PROCESSOR, encoding="utf-8")
    build([folder / "logs"], folder / "site.json", folder / "site")


def _write(run: Path, method: int, seed: int, score: float) -> None:
    with_gpu = (method, seed) != (1, 1)
    samples = power_samples(
        7,
        cpu_w=20.0 + 10 * method + seed,
        gpu_w=100.0 + seed if with_gpu else None,
        start_s=START_S + (40 * method + seed) * DAY_S,
    )
    info = our_info(
        samples,
        cpu_info={"brand": "Processor B" if method == 2 else "Processor A"},
        gpu_info=[{"name": "GPU X"}] * (1 + method) if with_gpu else [],
        region=REGIONS[method % 2],
        python_packages=[{"name": "numpy", "version": f"2.{method}.0"}]
        + ([{"name": "torch", "version": "2.9.1"}] if method == 0 else []),
    )
    write_run(run, samples, info, {"score.txt": str(score)})


def _spec() -> dict[str, object]:
    return {
        "Board": {
            "extra_files_processor": "table_scores.score",
            "variables": {"score": {"label": "Score", "better": "higher"}},
            "executive_summary_variables": ["score", "facility_energy_kwh", "gpu_energy_kwh"],
            "executive_summary_ordering_variable": "score",
            "child_experiments": {
                "Alpha": {"filter": "/alpha/"},
                "Beta": {"filter": "/beta/"},
                "Gamma": {"filter": "/gamma/"},
            },
        }
    }
