"""A tree with logs of ours and of experiment-impact-tracker, and with files of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emissions_rows import LATEST, fields, run_id, table
from logs import our_info, power_samples, seed_info, write_run

SPEC: Mapping[str, Any] = {
    "Board": {
        "child_experiments": {
            "Logs": {"filter": "/(ours|old)/"},
            "Sweep": {"filter": "/sweep/"},
            "Tracker": {"filter": "/tracker/"},
        }
    }
}

CARBONTRACKER = b"""\
2025-11-18 15:53:54 - carbontracker version 2.4.2
2025-11-18 15:53:54 - The following components were found: GPU with device(s) A100, A100. CPU with device(s) EPYC.
2025-11-18 16:00:00 - Epoch 1:
2025-11-18 16:00:00 - Duration: 1:00:00.00
2025-11-18 16:00:00 - Average power usage (W) for gpu: 300.0
2025-11-18 16:00:00 - Average power usage (W) for cpu: 100.0
2025-11-18 17:00:00 - Epoch 2:
2025-11-18 17:00:00 - Duration: 1:00:00.00
2025-11-18 17:00:00 - Average power usage (W) for gpu: 200.0
2025-11-18 17:00:00 - Average power usage (W) for cpu: 100.0
2025-11-18 17:00:00 - Average carbon intensity during training was 250.00 gCO2eq/kWh.
"""
"""Two hours, 700 Wh, of a release that logs the mean of several GPUs."""

SWEEP = "logs/sweep/emissions.csv"
LOGS = ("logs/old/seed_0", "logs/ours/seed_0")
ROWS = tuple(f"{SWEEP}/mnist-{run_id(n)[:8]}" for n in (1, 2, 3))
TRACKED = "logs/tracker/1_carbontracker.log"
EVERY = (*LOGS, *ROWS, TRACKED)
"""The runs of `write_mixed`, in the order of their paths."""


def row(n: int, **changes: str) -> list[str]:
    """The row of the n-th run of the sweep: n times the energy of the first."""
    energies = {"energy_consumed": 0.96, "cpu_energy": 0.3, "gpu_energy": 0.6, "ram_energy": 0.06}
    scaled = {column: str(kwh * n) for column, kwh in energies.items()}
    return fields(LATEST, **{"run_id": run_id(n), **scaled, "emissions": str(0.6 * n), **changes})


def write_mixed(folder: Path, **pue: float) -> Path:
    """Write the tree, and return its log folder."""
    logs = folder / "logs"
    samples = power_samples(gpu_w=100.0)
    write_run(logs / "ours" / "seed_0", samples, our_info(samples, **pue))
    write_run(logs / "old" / "seed_0", samples, seed_info(samples))
    (logs / "sweep").mkdir()
    (logs / "sweep" / "emissions.csv").write_bytes(table(*(row(n) for n in (1, 2, 3))))
    (logs / "tracker").mkdir()
    (logs / "tracker" / "1_carbontracker.log").write_bytes(CARBONTRACKER)
    return logs
