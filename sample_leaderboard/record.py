"""Records the runs of the sample leaderboard: scikit-learn classifiers on two small data sets.

    python sample_leaderboard/record.py --region DEU --region-name Germany \\
        --carbon-intensity 329.65 --intensity-year 2025 --intensity-basis lifecycle \\
        --intensity-source "Ember (2026), processed by Our World in Data, CC BY 4.0"

Needs wattboard and scikit-learn. Each run is a process of its own, one after the other; runs that
are there already are left alone. A run repeats a shuffled five-fold cross-validation and writes a
row of results.csv each time: the mean test accuracy of the five models. Fast classifiers repeat it
more often, so that each run lasts long enough to be measured; compare them by energy per model, not
by energy. Each run has one thread, so that what else the machine does changes how long it takes
but not how much it computes.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDS = 5
SEEDS = (0, 1, 2)
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Method:
    """A classifier, and how many times it goes through the cross-validation of each data set."""

    make: Callable[[int], Any]
    """From a seed to a scikit-learn classifier."""
    repetitions: dict[str, int]


def logistic_regression(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, random_state=seed)


def random_forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=seed)


def k_nearest_neighbours(seed: int) -> Any:  # noqa: ARG001 - nothing in it is random
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=5)


def support_vector_machine(seed: int) -> Any:
    from sklearn.svm import SVC

    return SVC(kernel="rbf", random_state=seed)


def multilayer_perceptron(seed: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    # The number of epochs is part of the method; that it could go on is no news.
    warnings.simplefilter("ignore", ConvergenceWarning)
    return MLPClassifier(hidden_layer_sizes=(32,), max_iter=100, random_state=seed)


METHODS = {
    "logistic_regression": Method(logistic_regression, {"digits": 30, "wine": 120}),
    "random_forest": Method(random_forest, {"digits": 5, "wine": 8}),
    "k_nearest_neighbours": Method(k_nearest_neighbours, {"digits": 100, "wine": 200}),
    "support_vector_machine": Method(support_vector_machine, {"digits": 22, "wine": 250}),
    "multilayer_perceptron": Method(multilayer_perceptron, {"digits": 3, "wine": 20}),
}
DATASETS = ("digits", "wine")


def main() -> None:
    arguments = _parser().parse_args()
    if arguments.run:
        record(Path(arguments.run), arguments)
        return
    for seed in SEEDS:
        for dataset in DATASETS:
            for method in METHODS:
                folder = arguments.output / dataset / method / f"seed_{seed}"
                if not folder.exists():
                    start = time.monotonic()
                    command = [sys.executable, __file__, *sys.argv[1:], "--run", str(folder)]
                    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, "1")}
                    subprocess.run(command, check=True, env=environment)  # noqa: S603 - our own
                    print(
                        f"{dataset} {method} {seed}: {time.monotonic() - start:.0f} s", flush=True
                    )


def record(folder: Path, arguments: argparse.Namespace) -> None:
    """Record the run that the folder's name stands for: <data set>/<method>/seed_<n>."""
    from wattboard.collector import ImpactTracker

    dataset, method, seed = folder.parts[-3], folder.parts[-2], int(folder.name.split("_")[1])
    features, labels = load(dataset)
    folder.mkdir(parents=True)
    tracker = ImpactTracker(
        folder,
        interval=0.25,
        run_name=f"{method} on {dataset}, seed {seed}",
        region={
            "id": arguments.region,
            "name": arguments.region_name,
            "found_by": "stated by the recorder for the sample",
        },
        carbon_intensity={
            "g_per_kwh": arguments.carbon_intensity,
            "year": arguments.intensity_year,
            "source": arguments.intensity_source,
            "basis": arguments.intensity_basis,
        },
    )
    with tracker, (folder / "results.csv").open("w", newline="", encoding="utf-8") as file:
        results = csv.writer(file, lineterminator="\n")
        results.writerow(["repetition", "models", "accuracy", "seconds"])
        for repetition in range(METHODS[method].repetitions[dataset]):
            start = time.perf_counter()
            accuracy = cross_validated_accuracy(METHODS[method], features, labels, seed, repetition)
            seconds = time.perf_counter() - start
            results.writerow([repetition, FOLDS, f"{accuracy:.6f}", f"{seconds:.4f}"])
            file.flush()


def load(dataset: str) -> tuple[Any, Any]:
    from sklearn.datasets import load_digits, load_wine

    loaders: dict[str, Any] = {"digits": load_digits, "wine": load_wine}
    features, labels = loaders[dataset](return_X_y=True)
    return features, labels


def cross_validated_accuracy(
    method: Method, features: Any, labels: Any, seed: int, repetition: int
) -> float:
    """Mean test accuracy over the folds, which are drawn anew for each seed and repetition."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    drawn = 10_000 * seed + repetition
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=drawn)
    model = make_pipeline(StandardScaler(), method.make(drawn))
    return float(cross_val_score(model, features, labels, cv=folds).mean())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Record the runs of the sample leaderboard.")
    parser.add_argument("--output", type=Path, default=HERE / "runs")
    parser.add_argument("--region", required=True, help="zone of the power, such as DEU")
    parser.add_argument("--region-name", default="")
    parser.add_argument("--carbon-intensity", type=float, required=True, help="g CO2eq/kWh")
    parser.add_argument("--intensity-year", type=int)
    parser.add_argument("--intensity-source", default="stated by the recorder")
    parser.add_argument("--intensity-basis", default="unknown")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
