"""The cases of benchmarks/scale.py that a tree of some size goes through, in their order."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

from make_tree import Tree, TreePlan
from scale_cost import Cost, Measured, cost

PROGRAM = Path(sys.executable).parent / "wattboard"
TREE_CASES = ("cold", "warm", "added", "changed", "spec", "reading", "check", "jinja")
_WITHOUT_SITE = frozenset({"cold", "reading", "check"})
_PAGES_LOOKED_AT = 50
_JINJA = Path(__file__).with_name("scale_jinja.py")


@dataclass(frozen=True)
class Options:
    """What the installed program can do."""

    cache: bool
    scheduler: bool


def options() -> Options:
    """Ask `wattboard build --help`."""
    asked = subprocess.run([PROGRAM, "build", "--help"], check=True, capture_output=True, text=True)
    return Options("--cache-dir" in asked.stdout, "--scheduler" in asked.stdout)


@dataclass(frozen=True)
class Place:
    """A tree, the site that is built from it, and the cache between them."""

    tree: Tree
    folder: Path
    can: Options
    _builds: Iterator[int] = field(default_factory=count)

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def build(self, *more: str | Path) -> Cost:
        """Build the site as the folder is now."""
        command: list[str | Path] = [PROGRAM, "build", self.tree.logs]
        command += ["--site-spec", self.tree.spec, "--output-dir", self.site]
        if self.can.cache:
            command += ["--cache-dir", self.folder / "cache"]
        return cost([*command, *more], self.folder / "said.txt")

    def cold(self, *more: str | Path) -> Cost:
        """Build the site from nothing.

        What is there is put aside and not deleted: for some minutes after many files were deleted, ext4 without a
        journal passes over their inodes one by one, and takes up to ten times as long to make a file.
        """
        aside = self.folder / f"before-{next(self._builds)}"
        aside.mkdir()
        for left in (self.site, self.folder / "cache"):
            if left.exists():
                left.rename(aside / left.name)
        return self.build(*more)

    def after(self, change: Callable[[], None]) -> Cost:
        """Build the site after a change to what was built last."""
        change()
        return self.build()


def make(work: Path, plan: TreePlan, can: Options) -> Place:
    """Write a tree."""
    folder = work / f"{plan.runs}x{plan.samples}"
    tree = Tree(folder, plan)
    tree.make()
    return Place(tree, folder, can)


def tree_cases(place: Place, cases: set[str], repeat: int) -> Iterator[Measured]:
    """Measure a tree from cold to changed; a case that needs a built site has one."""
    plan, tree = place.tree.plan, place.tree
    notes = iter(range(repeat))
    steps: dict[str, Callable[[], Cost]] = {
        "cold": place.cold,
        "warm": place.build,
        "added": lambda: place.after(tree.add_run),
        "changed": lambda: place.after(tree.change_run),
        "spec": lambda: place.after(lambda: tree.change_spec(f"Note {next(notes)}.")),
        "reading": lambda: _reading(place),
        "check": lambda: _check(place),
        "jinja": lambda: _jinja(place),
    }
    if "cold" not in cases and cases - _WITHOUT_SITE:
        place.cold()
    costs: dict[str, list[Cost]] = {case: [] for case in steps if case in cases}
    # By turns: a machine that gets slower for a while does so for all of them.
    for _ in range(repeat):
        for case, measured in costs.items():
            measured.append(steps[case]())
    for case, measured in costs.items():
        yield Measured(case, plan.runs, plan.samples, tuple(measured), _note(case, place))


def _note(case: str, place: Place) -> str:
    needs_cache = case in ("warm", "added", "changed", "spec")
    return "no cache: not available" if needs_cache and not place.can.cache else ""


def _reading(place: Place) -> Cost:
    """Reading and measuring alone: no charts, no zips, no pages."""
    fresh: list[str | Path] = ["--no-cache"] if place.can.cache else []
    command = [PROGRAM, "measure", place.tree.logs, "--format", "json", *fresh]
    return cost(command, place.folder / "measured.json")


def _check(place: Place) -> Cost:
    """Reading once more, every line of it, and all that is looked at then."""
    fresh: list[str | Path] = ["--no-cache"] if place.can.cache else []
    command = [PROGRAM, "check", place.tree.logs, "--format", "json", *fresh]
    return cost(command, place.folder / "checked.json")


def _jinja(place: Place) -> Cost:
    """As many pages with as much text as the site's run pages, by Jinja2 and nothing else."""
    pages = islice((place.site / "runs").glob("*/*/*/*/*/index.html"), _PAGES_LOOKED_AT)
    mean = round(statistics.mean(page.stat().st_size for page in pages))
    n_pages = place.tree.plan.runs
    command: list[str | Path] = [
        sys.executable,
        _JINJA,
        place.folder / "jinja",
        str(n_pages),
        str(mean),
    ]
    return cost(command, place.folder / "said.txt")
