"""What a training leaves in its folder, and what every callback has to see to."""

from __future__ import annotations

import csv
import json
from pathlib import Path

INTERVAL_S = 0.1


def log_has_end(logdir: Path, part: str = "") -> bool:
    """Whether the log is there, with at least one sample, and is complete."""
    folder = logdir / "impacttracker" / part
    samples = (folder / "data.json").read_text(encoding="utf-8").splitlines()
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    return bool(samples) and "experiment_end" in info


def metrics(logdir: Path) -> list[dict[str, float]]:
    """The rows of metrics.csv, without what is empty."""
    with (logdir / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return [
            {name: float(text) for name, text in row.items() if text}
            for row in csv.DictReader(file)
        ]
