"""An experiment that measures its own energy: a two-layer network learns random data by heart.

    python examples/my_experiment.py --log-dir results/my_method/seed_0 --seed 0

Needs wattboard and numpy. The energy log goes to `impacttracker` in the run's folder, the loss to
`results.csv` beside it. Give each run a folder of its own, then look at the figures of all of them:

    wattboard measure results
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from wattboard.collector import ImpactTracker

EXAMPLES, INPUTS, HIDDEN, OUTPUTS = 200, 500, 100, 10
LEARNING_RATE = 1e-5
STEPS_BETWEEN_CHECKS = 250


def main() -> None:
    """Train one network with the tracker on."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log-dir", type=Path, required=True, help="the run's folder")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    tracker = ImpactTracker(arguments.log_dir)
    tracker.launch_impact_monitor()
    losses = train(arguments.steps, arguments.seed, tracker)
    tracker.stop()

    with (arguments.log_dir / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "loss"])
        writer.writerows(enumerate(losses, start=1))


def train(steps: int, seed: int, tracker: ImpactTracker) -> list[float]:
    """Gradient descent on the mean squared error; the loss of each step."""
    random = np.random.default_rng(seed)
    inputs = random.standard_normal((EXAMPLES, INPUTS))
    targets = random.standard_normal((EXAMPLES, OUTPUTS))
    first = random.standard_normal((INPUTS, HIDDEN)) / np.sqrt(INPUTS)
    second = random.standard_normal((HIDDEN, OUTPUTS)) / np.sqrt(HIDDEN)

    losses = []
    for step in range(1, steps + 1):
        hidden = np.maximum(inputs @ first, 0.0)
        error = hidden @ second - targets
        losses.append(float(np.mean(error**2)))

        gradient = 2 * error
        first_gradient = inputs.T @ (gradient @ second.T * (hidden > 0))
        second -= LEARNING_RATE * (hidden.T @ gradient)
        first -= LEARNING_RATE * first_gradient

        if step % STEPS_BETWEEN_CHECKS == 0:
            # Raises MonitorError where the measurement failed: caught, the training could go on.
            latest = tracker.get_latest_info_and_check_for_errors() or {}
            cpu_s = latest.get("attributable_cpu_seconds")
            print(f"step {step}: loss {losses[-1]:.4f}, CPU time at the last sample {cpu_s} s")
    return losses


if __name__ == "__main__":
    main()
