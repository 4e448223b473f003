"""What benchmarks/scale.py found, in Markdown: costs, what follows from them, and what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from scale_cost import Measured

HELP = "wattboard --help"
MEASURE = "wattboard measure, one run"
IMPORTS = "imports of a build"
JINJA_IMPORTS = "import of Jinja2"


@dataclass(frozen=True)
class Figure:
    """Something that follows from several costs, and what it shall be at most, or at least."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def aim(self) -> str:
        """In words; "" for none."""
        if self.at_most is not None:
            return f"at most {self.at_most:g} {self.unit}".strip()
        return "" if self.at_least is None else f"at least {self.at_least:g} {self.unit}".strip()

    @property
    def met(self) -> str:
        if not self.aim:
            return ""
        low = self.at_least is None or self.value >= self.at_least
        return "yes" if low and (self.at_most is None or self.value <= self.at_most) else "**no**"


class Found:
    """All measurements, by case and size."""

    def __init__(self, measured: Sequence[Measured]) -> None:
        self._by = {(one.case, one.runs): one for one in measured if one.costs}

    def get(self, case: str, runs: int = 0) -> Measured | None:
        """None: not measured."""
        return self._by.get((case, runs))

    def sizes(self, case: str) -> list[int]:
        """At which it was measured, rising."""
        return sorted(runs for name, runs in self._by if name == case)


def figures(measured: Sequence[Measured]) -> list[Figure]:
    """What follows from the costs: all differences and ratios are of one run of the benchmark."""
    found = Found(measured)
    return [
        *_start_up(found),
        *_incremental(found),
        *_pages(found),
        *_checks(found),
        *_growth(found),
        *_processes(found, measured),
    ]


def _start_up(found: Found) -> Iterator[Figure]:
    for name, aim in ((HELP, 0.15), (MEASURE, 0.5)):
        one = found.get(name)
        if one:
            yield Figure(f"{name}, CPU", one.cpu_s, "s", at_most=aim)


_WARM_AIMS: Mapping[int, float] = {100: 0.5, 10_000: 3.0, 100_000: 30.0}
"""Of CPU beyond the imports; the first is meant for 39 runs."""


def _incremental(found: Found) -> Iterator[Figure]:
    imports = found.get(IMPORTS)
    for n in found.sizes("warm"):
        warm = found.get("warm", n)
        if warm is None:
            continue
        if imports:
            beyond = warm.cpu_s - imports.cpu_s
            aim = _WARM_AIMS.get(n)
            yield Figure(f"warm, {n:,} runs, CPU beyond the imports", beyond, "s", at_most=aim)
        limit = 1000.0 if n == 100_000 else None
        yield Figure(f"warm, {n:,} runs, memory", warm.peak_mb, "MB", at_most=limit)
        for case in ("added", "changed", "spec"):
            other = found.get(case, n)
            if other:
                aim = 1.2 if case == "added" and n == 10_000 else None
                name, cpu, wall = f"{_WORDS[case]}, {n:,} runs", other.cpu_s, other.wall_s
                yield Figure(f"{name}, CPU / warm", cpu / warm.cpu_s, "", at_most=aim)
                yield Figure(f"{name}, time / warm", wall / warm.wall_s, "", at_most=aim)


def _pages(found: Found) -> Iterator[Figure]:
    """Run pages a second beyond reading, whose start-up is taken off as that of the build is."""
    start, imports, of_jinja = map(found.get, (MEASURE, IMPORTS, JINJA_IMPORTS))
    for n in found.sizes("cold"):
        cold, reading, jinja = (found.get(case, n) for case in ("cold", "reading", "jinja"))
        if cold and reading and start and imports:
            name, aim = f"run pages beyond reading, {n:,} runs", 1000.0 if n == 10_000 else None
            cpu_s = (cold.cpu_s - imports.cpu_s) - (reading.cpu_s - start.cpu_s)
            wall_s = (cold.wall_s - imports.wall_s) - (reading.wall_s - start.wall_s)
            yield Figure(name, n / cpu_s, "pages a CPU second")
            yield Figure(name, n / wall_s, "pages a second", at_least=aim)
        if jinja and of_jinja:
            rate = n / (jinja.cpu_s - of_jinja.cpu_s)
            yield Figure(f"Jinja2 alone, {n:,} pages", rate, "pages a CPU second")


def _checks(found: Found) -> Iterator[Figure]:
    """Of `wattboard check` to reading alone, by which it is bound."""
    for n in found.sizes("check"):
        check, reading = found.get("check", n), found.get("reading", n)
        if check and reading:
            yield Figure(f"check, {n:,} runs, CPU / reading alone", check.cpu_s / reading.cpu_s, "")


def _growth(found: Found) -> Iterator[Figure]:
    """Cost of a further run, from each size to the next, from 1,000 on."""
    for case in ("cold", "warm"):
        sizes = [n for n in found.sizes(case) if n >= 1000]
        rates = []
        for small, large in pairwise(sizes):
            a, b = found.get(case, small), found.get(case, large)
            if a is None or b is None:
                continue
            span = f"{case}, from {small:,} to {large:,} runs"
            rates.append((b.cpu_s - a.cpu_s) / (large - small))
            yield Figure(f"{span}, CPU a run", rates[-1] * 1e3, "ms")
            kb = (b.peak_mb - a.peak_mb) / (large - small) * 1e3
            yield Figure(f"{span}, memory a run", kb, "KB", at_most=8.0)
        if len(rates) > 1:
            ratio = rates[-1] / rates[0]
            yield Figure(f"{case}, CPU a run: the last step / the first", ratio, "", at_most=1.25)


def _processes(found: Found, measured: Sequence[Measured]) -> Iterator[Figure]:
    for n in found.sizes("cold, --jobs 1"):
        one, two = found.get("cold, --jobs 1", n), found.get("cold, --jobs 2", n)
        if one and two:
            ratio = one.wall_s / two.wall_s
            yield Figure("two processes: wall time of one / of two", ratio, "", at_least=1.6)
    dask = [one for one in measured if one.case.startswith("cold, Dask") and one.costs]
    for other in dask[1:]:
        name = f"{other.case}: wall time of one worker / of these"
        yield Figure(name, dask[0].wall_s / other.wall_s, "")


_WORDS: Mapping[str, str] = {
    "cold": "cold",
    "warm": "warm: nothing changed",
    "added": "one run added",
    "changed": "one run changed",
    "spec": "spec changed",
    "reading": "reading alone: `wattboard measure`",
    "check": "`wattboard check`",
    "jinja": "as many pages by Jinja2 alone",
}


def report(machine: Mapping[str, Any], measured: Sequence[Measured]) -> str:
    """Everything in Markdown."""
    head = (
        f"{machine['cpus']} × {machine['processor']}, {machine['memory_gib']} GiB, {machine['system']}, Python "
        f"{machine['python']}, {', '.join(f'{n} {v}' for n, v in machine['packages'].items())}. Load of the machine "
        f"before {machine['load_before']:.1f}, after {machine['load_after']:.1f}. Medians; in brackets the lowest and "
        "the highest. CPU time is of all processes of a command, memory of the largest of them.\n"
    )
    costs = [
        "\n## Costs\n\n| | runs | samples each | CPU, s | wall, s | memory, MB | n |\n",
        "|---|---:|---:|---:|---:|---:|---:|\n",
        *map(_cost_row, measured),
    ]
    follows = [
        "\n## What follows\n\n| | measured | aim | met |\n|---|---:|---|---|\n",
        *map(_figure_row, figures(measured)),
    ]
    return "".join([head, *costs, *follows])


def _cost_row(one: Measured) -> str:
    name = _WORDS.get(one.case, one.case)
    name += f" ({one.note})" if one.note else ""
    of = f"{one.runs:,} | {one.samples}" if one.runs else "|"
    if not one.costs:
        return f"| {name} | {of} | – | – | – | 0 |\n"
    cpu = _spread([cost.cpu_s for cost in one.costs])
    wall = _spread([cost.wall_s for cost in one.costs])
    return (
        f"| {name} | {of} | {one.cpu_s:.2f}{cpu} | {one.wall_s:.2f}{wall} | {one.peak_mb:.0f} "
        f"| {len(one.costs)} |\n"
    )


def _spread(values: Sequence[float]) -> str:
    return f" ({min(values):.2f}–{max(values):.2f})" if len(values) > 1 else ""


def _figure_row(figure: Figure) -> str:
    value = f"{figure.value:,.0f}" if abs(figure.value) >= 1000 else f"{figure.value:.3g}"
    return f"| {figure.name} | {value} {figure.unit} | {figure.aim} | {figure.met} |\n"
