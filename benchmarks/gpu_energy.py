"""Compares, in a recorded log, the energy by a GPU's power sensor with that by its own counter.

    python benchmarks/gpu_energy.py RUN

RUN is the folder of a run on cards that count their energy (Volta and later): a minute or more
under a load that comes and goes, recorded with `wattboard track` or in any other way.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """One GPU from the first to the last sample that has both its power and its counter."""

    gpu: str
    duration_s: float
    counted_j: float
    held_j: float
    """Each power for the time since the sample before: how a reader of the log takes it."""
    trapezoid_j: float
    """The mean of two neighbouring powers for the time between them."""

    @property
    def difference(self) -> float:
        """Of the held powers from the counter, as a fraction of the counter's energy."""
        return self.held_j / self.counted_j - 1


def main() -> None:
    """Print a table; exit code 1 where the log has nothing to compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    found = compare(samples_of(run))
    if not found:
        raise SystemExit(
            f"{run}: expected samples with the power of a GPU and the energy that it counted, found none"
        )
    sys.stdout.write(table(found))


def samples_of(run: Path) -> list[dict[str, Any]]:
    """The samples of a run's log, without a last line that was cut off."""
    text = (run / "impacttracker" / "data.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def compare(samples: Iterable[dict[str, Any]]) -> list[Comparison]:
    """All GPUs of a log that have a counter and used energy."""
    read: dict[str, list[tuple[float, float, float]]] = {}
    for sample in samples:
        for gpu, power_w in (sample.get("per_gpu_power_draw") or {}).items():
            counted_j = (sample.get("energy_j") or {}).get(f"gpu:{gpu}")
            if power_w is not None and counted_j is not None:
                read.setdefault(gpu, []).append((sample["timestamp"], power_w, counted_j))
    compared = (_comparison(gpu, points) for gpu, points in sorted(read.items()))
    return [comparison for comparison in compared if comparison.counted_j > 0]


def _comparison(gpu: str, points: Sequence[tuple[float, float, float]]) -> Comparison:
    (start_s, _, first_j), (end_s, _, last_j) = points[0], points[-1]
    held_j = trapezoid_j = 0.0
    for (time_s, power_w, _), (next_s, next_w, _) in pairwise(points):
        held_j += (next_s - time_s) * next_w
        trapezoid_j += (next_s - time_s) * (power_w + next_w) / 2
    return Comparison(gpu, end_s - start_s, last_j - first_j, held_j, trapezoid_j)


def table(comparisons: Iterable[Comparison]) -> str:
    """The comparison in Markdown."""
    rows = (
        f"| {c.gpu} | {c.duration_s:.1f} | {c.counted_j:.1f} | {c.held_j:.1f} | "
        f"{c.difference:+.2%} | {c.trapezoid_j:.1f} | {c.trapezoid_j / c.counted_j - 1:+.2%} |\n"
        for c in comparisons
    )
    return (
        "| GPU | duration (s) | counted (J) | power, each held (J) | difference "
        "| power, trapezoids (J) | difference |\n|---|---|---|---|---|---|---|\n" + "".join(rows)
    )


if __name__ == "__main__":
    main()
