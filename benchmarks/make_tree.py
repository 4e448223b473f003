"""A made tree of logs that looks like a lab's, with its site spec: many runs, quickly, the same from the same seed.

    python benchmarks/make_tree.py FOLDER --runs 10000 [--samples 20] [--seed 0] [--processor]

Writes FOLDER/runs/FAMILY/METHOD/DATASET/SEED/, each with `impacttracker/` as our collector writes it and a
`results.csv`, and FOLDER/site.json, whose leaves list 25 to 100 runs each. What a run holds depends on its number and
the seed only.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from make_tree_logs import RunLogs

_RUNS_A_LEAF = (25, 100)
_SUMMARY = ["facility_energy_kwh", "emissions_kg", "duration_hours", "gpu_hours", "mean_power_w"]
_PROCESSOR = '''\
"""Reads what each run came to from its results."""

import os


def results(folder, figures):
    with open(os.path.join(folder, "results.csv")) as file:
        last = file.read().rstrip().rpartition("\\n")[2]
    accuracy = float(last.split(",")[1])
    return {"accuracy": accuracy, "accuracy_per_kwh": accuracy / figures["facility_energy_kwh"]}
'''


@dataclass(frozen=True)
class TreePlan:
    """What is to be made."""

    runs: int
    samples: int = 20
    seed: int = 0
    with_processor: bool = False


@dataclass(frozen=True)
class Leaf:
    """Runs that stand in one table."""

    family: str
    method: str
    dataset: str
    n_runs: int

    @property
    def folder(self) -> str:
        """Below the log folder."""
        return f"{self.family}/{self.method}/{self.dataset}"


class Tree:
    """A tree of logs on disk.

    Args:
        folder: Where it is, or shall be.
    """

    def __init__(self, folder: Path, plan: TreePlan) -> None:
        self.plan = plan
        self.logs = folder / "runs"
        self.spec = folder / "site.json"
        self._folder = folder
        self._leaves = list(_leaves(plan))
        self._writer = RunLogs(plan.seed)
        self._added = count(plan.runs)
        self._changed = count()

    def make(self) -> None:
        """Write all of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 0
        for leaf in self._leaves:
            for seed in range(leaf.n_runs):
                place = self.logs / leaf.folder / f"seed_{seed:03}"
                self._writer.write(place, number, self.plan.samples)
                number += 1
        self.change_spec("")
        if self.plan.with_processor:
            (self._folder / "processors.py").write_text(_PROCESSOR)

    def run(self, number: int = 0) -> Path:
        """The folder of one of the runs."""
        for leaf in self._leaves:
            if number < leaf.n_runs:
                return self.logs / leaf.folder / f"seed_{number:03}"
            number -= leaf.n_runs
        raise IndexError(number)

    def add_run(self) -> None:
        """Write one more run, another at each call, into the first leaf."""
        number = next(self._added)
        place = self.logs / self._leaves[0].folder / f"seed_{number + 1000}"
        self._writer.write(place, number, self.plan.samples)

    def change_run(self) -> None:
        """Let one of the runs, another at each call, go on by a sample."""
        number = next(self._changed)
        self._writer.write(self.run(number), number, self.plan.samples + 1)

    def change_spec(self, note: str) -> None:
        """Write the spec, with a note in the description of the first leaf and one figure more in its table."""
        root = _node(f"Made with {self.plan.runs} runs.", "facility_energy_kwh")
        root["child_experiments"] = _children(self._leaves)
        if self.plan.with_processor:
            root["extra_files_processor"] = "processors.results"
            root["executive_summary_variables"].append("accuracy_per_kwh")
        if note:
            first = self._leaves[0]
            leaf = root
            for title in (first.family, first.method, first.dataset):
                leaf = leaf["child_experiments"][title]
            leaf["description"] += f" {note}"
            leaf["executive_summary_variables"].append("cpu_hours")
        self.spec.write_text(json.dumps({"Energy of many runs": root}, indent=1) + "\n")


def _leaves(plan: TreePlan) -> Iterator[Leaf]:
    """Leaves until all runs have a place, spread over three levels of about the same width."""
    generator = random.Random(plan.seed)
    sizes: list[int] = []
    while sum(sizes) < plan.runs:
        sizes.append(min(generator.randint(*_RUNS_A_LEAF), plan.runs - sum(sizes)))
    width = max(1, round(len(sizes) ** (1 / 3)))
    for i, size in enumerate(sizes):
        family, method, dataset = i // width**2, i // width % width, i % width
        yield Leaf(f"family-{family:03}", f"method-{method:03}", f"dataset-{dataset:03}", size)


def _children(leaves: list[Leaf]) -> dict[str, Any]:
    families: dict[str, Any] = {}
    for leaf in leaves:
        family = families.setdefault(leaf.family, _inner(leaf.family))
        method = family["child_experiments"].setdefault(leaf.method, _inner(leaf.method))
        method["child_experiments"][leaf.dataset] = {
            **_node(f"Runs of {leaf.method} on {leaf.dataset}.", "facility_energy_kwh"),
            "filter": f"/{leaf.dataset}/",
            "executive_summary_plots": [{"x": "duration_hours", "y": "facility_energy_kwh"}],
        }
    return families


def _inner(title: str) -> dict[str, Any]:
    node = _node(f"All of **{title}**.", "facility_energy_kwh")
    return {**node, "filter": f"/{title}/", "child_experiments": {}}


def _node(description: str, ordering: str) -> dict[str, Any]:
    return {
        "description": description,
        "executive_summary_variables": list(_SUMMARY),
        "executive_summary_ordering_variable": ordering,
        "executive_summary_ordering": "ascending",
    }


def main() -> None:
    """Make a tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=TreePlan.samples, help="Of each run.")
    parser.add_argument("--seed", type=int, default=TreePlan.seed)
    parser.add_argument("--processor", action="store_true", help="With figures of the site's own.")
    given = parser.parse_args()
    Tree(given.folder, TreePlan(given.runs, given.samples, given.seed, given.processor)).make()


if __name__ == "__main__":
    main()
