"""What runs ran on and with, as tables for a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..latex.escape import escape
from ..latex.long_table import PART, Column, LongTable
from ..model import RunResult
from ..readers.hardware import PYTHON_LABEL
from ..text import count
from .hardware_text import name
from .impact import GpuUse, Impact, Machine

PACKAGES_LABEL = "tab:wattboard-packages"
MACHINES_LABEL = "tab:wattboard-machines"

_NOT_STATED = "–"
_KINDS = {
    "counter": "energy counter",
    "power": "power sensor",
    "estimate": "estimate",
    "reported": "as reported",
}
_PAIRS = 2
"""Packages in a row of their table."""


def hardware_tables(impact: Impact, runs: Sequence[RunResult]) -> Iterator[LongTable]:
    """Machines, how their power was read, software, and Python packages; of what the logs tell."""
    yield from _machines(impact)
    yield from _power_sources(runs)
    yield from _platforms(runs)
    yield from _packages(runs)


def _machines(impact: Impact) -> Iterator[LongTable]:
    known = [machine for machine in impact.machines if machine.processor or machine.gpus]
    if known:
        yield LongTable(
            (
                Column("Processor", width_em=12),
                Column("Memory", width_em=5),
                Column("GPUs", width_em=12),
                Column("Runs"),
            ),
            tuple(_machine(machine) for machine in known),
            f"The machines that the runs ran on{PART}.",
            MACHINES_LABEL,
        )


def _machine(machine: Machine) -> tuple[str, ...]:
    times = f"{machine.sockets} × " if machine.sockets > 1 else ""
    return (
        times + name(machine.processor) if machine.processor else _NOT_STATED,
        machine.memory or _NOT_STATED,
        ", ".join(map(_gpu, machine.gpus)) or "none",
        str(machine.n_runs),
    )


def _gpu(gpu: GpuUse) -> str:
    memory = f" ({gpu.memory})" if gpu.memory else ""
    return f"{gpu.count} × {name(gpu.name) or 'GPU'}{memory}"


def _power_sources(runs: Iterable[RunResult]) -> Iterator[LongTable]:
    uses = Counter(
        (source.component.upper(), source.name, _KINDS[source.kind], source.found_by)
        for run in runs
        for source in dict.fromkeys(run.info.power_sources)
    )
    if uses:
        yield LongTable(
            (
                Column("Component", width_em=5),
                Column("Source", width_em=7),
                Column("Kind", width_em=6),
                Column("Note", width_em=13),
                Column("Runs"),
            ),
            tuple((*use, str(n)) for use, n in sorted(uses.items())),
            f"What power and energy were read from{PART}.",
            "tab:wattboard-power",
        )


def _platforms(runs: Sequence[RunResult]) -> Iterator[LongTable]:
    told = [(label, text) for run in runs for label, text in dict.fromkeys(_platform(run))]
    labels = dict.fromkeys(label for label, _ in told)
    rows = tuple(
        (label, _counted((text for of, text in told if of == label), len(runs))) for label in labels
    )
    if rows:
        yield LongTable(
            (Column("", width_em=9), Column("Found in the logs", width_em=25)),
            rows,
            f"Software and platform{PART}.",
            "tab:wattboard-software",
        )


def _platform(run: RunResult) -> Iterator[tuple[str, str]]:
    around = run.info.surroundings
    yield from _stated("Operating system", around.operating_system)
    yield from _stated("Python", run.info.cpu_info.get(PYTHON_LABEL, ""))
    yield from _stated("Container", around.container)
    if around.cloud is not None:
        cloud = around.cloud
        yield "Cloud", ", ".join(filter(None, (cloud.provider, cloud.machine_type)))
    if around.scheduler is not None:
        yield "Scheduler", around.scheduler.name
    if around.commit is not None:
        yield "Code, as a git commit", around.commit.id[:12]
    yield from _stated("Version of Wattboard’s collector", run.info.collector_version)


def _stated(label: str, text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield label, text


_MOST_TEXTS = 8


def _counted(texts: Iterable[str], n_runs: int) -> str:
    """ "3.11.7" where all runs have it, else "3.11.7 (3 runs), 3.12.1 (2 runs)"."""
    counts = Counter(texts).most_common()
    if len(counts) == 1 and counts[0][1] == n_runs:
        return counts[0][0]
    shown = [f"{text} ({count(n, 'run')})" for text, n in counts[:_MOST_TEXTS]]
    more = len(counts) - len(shown)
    return ", ".join([*shown, *([f"{more} more"] if more else [])])


def _packages(runs: Sequence[RunResult]) -> Iterator[LongTable]:
    having = [run for run in runs if run.info.packages]
    if not having:
        return
    versions: dict[str, list[str]] = {}
    for run in having:
        for package in dict.fromkeys(run.info.packages):
            versions.setdefault(package.name, []).append(package.version or "?")
    cells = [
        (package, _counted(of, len(having)))
        for package, of in sorted(versions.items(), key=lambda pair: pair[0].lower())
    ]
    n_rows = -(-len(cells) // _PAIRS)
    cells += [("", "")] * (n_rows * _PAIRS - len(cells))
    # Down the first pair of columns, then down the next, as a reader looks a name up.
    rows = (
        tuple(text for pair in range(_PAIRS) for text in cells[i + pair * n_rows])
        for i in range(n_rows)
    )
    lacking = len(runs) - len(having)
    note = f" The logs of {count(lacking, 'run')} list none." if lacking else ""
    columns = (Column("Package", width_em=9), Column("Version", width_em=8))
    yield LongTable(
        columns * _PAIRS,
        tuple(rows),
        f"Python packages that were installed{PART}.{escape(note)}",
        PACKAGES_LABEL,
        n_fixed=2 * _PAIRS,
    )
