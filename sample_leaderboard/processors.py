"""Reads what the sample's experiments write beside their logs: an example of `extra_files_processor`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

JOULES_PER_KWH = 3.6e6
WH_PER_KWH = 1000.0


def load_results(folder: str, figures: Mapping[str, float]) -> dict[str, float]:
    """Test accuracy of a run, and what one of its models cost.

    Args:
        folder: The run's folder, with results.csv: a row for each cross-validation, with the number
            of models and their mean accuracy.
        figures: The run's figures so far, by wattboard's names and by the seed's (such as
            `total_power`). A figure that was not measured is missing.

    Returns:
        Figures of our own. Those that need the energy are missing where it is.
    """
    with (Path(folder) / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    models = sum(int(row["models"]) for row in rows)
    correct = sum(int(row["models"]) * float(row["accuracy"]) for row in rows)
    results = {"models_trained": float(models), "test_accuracy": correct / models}
    energy_kwh = figures.get("facility_energy_kwh")
    if energy_kwh:
        model_kwh = energy_kwh / models
        results["energy_per_model_j"] = model_kwh * JOULES_PER_KWH
        results["accuracy_per_wh"] = results["test_accuracy"] / (model_kwh * WH_PER_KWH)
    return results
