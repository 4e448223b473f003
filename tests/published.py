"""The published Pong runs under their published spec, with the processor that it names.

The spec is kept as it was published; its processor was not, and is written down here.
"""

from __future__ import annotations

from pathlib import Path

_PROCESSORS = """\
import csv
import os


def load_rl_eval(folder, figures):
    with open(os.path.join(folder, "eval_test.csv")) as file:
        next(file)
        rows = list(csv.DictReader(file))
    mean = {key: sum(float(row[key]) for row in rows) / len(rows) for key in ("rmean", "lmean", "lmax")}
    return {
        "AverageReturn": mean["rmean"],
        "AsymptoticReturn": float(rows[-1]["rmean"]),
        "AverageReturnPerkWh": mean["rmean"] / figures["total_power"],
        "AverageEpisodeLength": mean["lmean"],
        "AverageMaximumEpisodeLength": mean["lmax"],
    }
"""


def pong_spec(folder: Path, shared_data: Path) -> Path:
    """Write the published spec and its processor into a folder."""
    package = folder / "rlenergyleaderboard"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "processors.py").write_text(_PROCESSORS, encoding="utf-8")
    spec = folder / "rl_site_spec.json"
    spec.write_bytes((shared_data / "rl_site_spec.json").read_bytes())
    return spec


def pong_folders(pong_logs: Path) -> tuple[Path, Path]:
    """The log folders that belong to it."""
    return pong_logs / "cule_results", pong_logs / "stable_baselines_results"
