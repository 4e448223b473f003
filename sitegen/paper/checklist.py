"""What venues ask of a paper's computations, as far as logs answer it; the rest is marked for the author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..latex.escape import escape
from ..latex.long_table import PART, Column, LongTable
from ..model import Group, Leaderboard, RunResult, Stat
from ..pages.tables import SPREADS
from ..scales import Scale, best
from ..stats import describe as statistics
from ..text import count, number, with_spread
from .hardware_tables import PACKAGES_LABEL
from .hardware_text import hardware_sentence
from .impact import Impact, Total
from .prose import listing, quantity

MACROS = r"""\providecommand{\wattboardtodo}[1]{{\ifdefined\color\color{red}\fi\bfseries[To fill in: #1]}}
"""
"""To be defined once, before the first answer. What it marks is the author's to replace."""

BUDGET_LABEL = "tab:wattboard-budget"
_TITLE_EM = 11.0


@dataclass(frozen=True, slots=True)
class _Budget:
    """A column of the table of what each experiment took."""

    name: str
    label: str
    is_sum: bool


_BUDGET = (
    _Budget("duration_hours", "Time per run", is_sum=False),
    _Budget("duration_hours", "Time in all", is_sum=True),
    _Budget("allocated_gpu_hours", "GPU time, allocated", is_sum=True),
    _Budget("cpu_hours", "CPU time", is_sum=True),
    _Budget("facility_energy_kwh", "Energy, with PUE", is_sum=True),
)
_BUDGET_CAPTION = (
    f"What each experiment took: n runs, the time of one ± {SPREADS['stderr']}, and sums over its runs",
    " A run that is part of several experiments counts in each.",
)
_UNITS = {
    "duration_hours": "h",
    "allocated_gpu_hours": "h",
    "cpu_hours": "h",
    "facility_energy_kwh": "kWh",
}


def todo(what: str) -> str:
    """A mark for what only the author knows."""
    return rf"\wattboardtodo{{{escape(what)}}}"


def checklist(leaderboard: Leaderboard, impact: Impact, runs: Sequence[RunResult]) -> str:
    """The answers as LaTeX, a list for each venue.

    Args:
        runs: All of the logs, each once.
        impact: Of these.
    """
    leaves = [group for group in leaderboard.walk() if group.node.is_leaf and group.runs]
    return "\n".join(
        (
            r"\subsection{NeurIPS: compute resources and error bars}",
            *_list(_neurips(leaderboard, leaves, impact, runs)),
            r"\subsection{ACL: computational budget, infrastructure, statistics and packages}",
            *_list(_acl(leaves, impact, runs)),
            "",
        )
    )


_Answer = tuple[str, str]
"""What is asked, as text, and the answer, as LaTeX."""


def _list(answers: Iterable[_Answer]) -> Iterator[str]:
    yield r"\begin{description}"
    yield from (rf"\item[{escape(asked)}] {answer}" for asked, answer in answers)
    yield r"\end{description}"


def _neurips(
    leaderboard: Leaderboard, leaves: Sequence[Group], impact: Impact, runs: Sequence[RunResult]
) -> Iterator[_Answer]:
    yield "Type of compute workers.", _workers(runs)
    yield "Processors and memory.", _hardware(impact)
    yield "Storage.", todo("the storage that the experiments need; the logs do not tell")
    yield "Time of each run.", _time_of_runs(leaves, impact)
    yield "Total compute.", _total(impact)
    yield "Compute beyond these runs.", _beyond(leaderboard, impact, runs)
    yield "Error bars.", _error_bars(leaves)


def _acl(leaves: Sequence[Group], impact: Impact, runs: Sequence[RunResult]) -> Iterator[_Answer]:
    yield "Number of parameters.", todo("the number of parameters of each model")
    yield "Computational budget.", _gpu_hours(impact)
    yield "Computing infrastructure.", f"{_workers(runs)} {_hardware(impact)}"
    yield "Descriptive statistics.", _error_bars(leaves)
    yield "Packages.", _packages(runs)


def _workers(runs: Sequence[RunResult]) -> str:
    with_gpus = sum(bool(run.info.gpu_info) for run in runs)
    if not with_gpus:
        kind = "CPUs alone."
    elif with_gpus == len(runs):
        kind = "GPUs, with their hosts’ CPUs."
    else:
        kind = f"GPUs for {count(with_gpus, 'run')}, CPUs alone for {len(runs) - with_gpus}."
    clouds = dict.fromkeys(
        run.info.surroundings.cloud.provider for run in runs if run.info.surroundings.cloud
    )
    schedulers = dict.fromkeys(
        run.info.surroundings.scheduler.name for run in runs if run.info.surroundings.scheduler
    )
    said = []
    if clouds:
        said.append(f"Machines of a cloud provider: {listing(clouds)}.")
    if schedulers:
        said.append(f"A cluster, with {listing(schedulers)}.")
    unknown = "" if said else " " + todo("own machines, an internal cluster, or a cloud provider")
    return escape(" ".join((kind, *said))) + unknown


def _hardware(impact: Impact) -> str:
    said = [escape(str(part)) for sentence in hardware_sentence(impact) for part in sentence]
    lacking = sum(machine.n_runs for machine in impact.machines if not machine.memory)
    whose = "memory of the machines" if lacking == impact.n_runs else "memory of some machines"
    missing = [] if said else [todo("processors; the logs do not tell")]
    if lacking:
        missing.append(todo(f"{whose}; the logs do not tell"))
    return " ".join((*said, *missing))


def _time_of_runs(leaves: Sequence[Group], impact: Impact) -> str:
    total = impact.duration_hours
    if total.value is None:
        return todo("the time of a run; the logs do not tell")
    if impact.n_runs == 1:
        return escape(f"The run took {_hours(total.value)}.")
    mean = f"{_hours(total.value / total.n)} on average over {count(total.n, 'run')}"
    where = rf" For each experiment see Table~\ref{{{BUDGET_LABEL}}}." if leaves else ""
    return escape(f"A run took {mean}.") + where


def _hours(hours: float) -> str:
    scale = best("h", [hours])
    return quantity(hours * scale.factor, scale.unit)


def _total(impact: Impact) -> str:
    told = [
        _sum(impact.duration_hours, "of wall-clock time"),
        _sum(impact.allocated_gpu_hours, "of allocated GPUs"),
        _sum(impact.cpu_hours, "of CPU time"),
    ]
    runs = count(impact.n_runs, "run")
    hours = escape(f"{runs}: {listing(filter(None, told))}.") if any(told) else escape(f"{runs}.")
    energy = impact.facility_energy_kwh
    if energy.value is None:
        return f"{hours} {todo('energy; nothing was read of it')}"
    whole = "" if energy.is_whole else f", of the {energy.n} whose energy is known"
    scale = best("kWh", [energy.value])
    emissions = ""
    if impact.emissions_kg.value is not None:
        kg = best("kg CO₂eq", [impact.emissions_kg.value])
        emissions = f" and {quantity(impact.emissions_kg.value * kg.factor, kg.unit)}"
    said = (
        f"Energy with PUE: {quantity(energy.value * scale.factor, scale.unit)}{emissions}{whole}."
    )
    return f"{hours} {escape(said)}"


def _sum(total: Total, what: str) -> str:
    if total.value is None:
        return ""
    of = "" if total.is_whole else f" (known for {total.n} of {count(total.of, 'run')})"
    return f"{_hours(total.value)} {what}{of}"


def _beyond(leaderboard: Leaderboard, impact: Impact, runs: Sequence[RunResult]) -> str:
    listed = {run.location.path for group in leaderboard.walk() for run in group.runs}
    unlisted = sum(run.location.path not in listed for run in runs)
    said = []
    if unlisted:
        is_in = (
            "is in no table here, and counts"
            if unlisted == 1
            else "are in no table here, and count"
        )
        said.append(f"{count(unlisted, 'run')} of the logs {is_in} in the totals.")
    if impact.n_abrupt:
        said.append(
            f"{count(impact.n_abrupt, 'run')} ended abruptly and {_counts(impact.n_abrupt)}."
        )
    if impact.n_failed:
        said.append(f"{count(impact.n_failed, 'run')} failed and {_counts(impact.n_failed)}.")
    asked = todo("whether the project needed more compute than the runs whose logs these are")
    return " ".join((*map(escape, said), asked))


def _counts(n: int) -> str:
    return "counts" if n == 1 else "count"


def _error_bars(leaves: Sequence[Group]) -> str:
    sizes = sorted({len(leaf.runs) for leaf in leaves})
    if not sizes:
        return todo("what the error bars are")
    if sizes[-1] == 1:
        return escape("There are none: each experiment has one run.")
    kinds = dict.fromkeys(leaf.node.interval for leaf in leaves)
    spreads = " or ".join(SPREADS[kind] for kind in kinds)
    n = f"$n={sizes[0]}$" if len(sizes) == 1 else f"$n$ from {sizes[0]} to {sizes[-1]}"
    formula = r"$s/\sqrt{n}$" if "ci95" not in kinds else r"by $s/\sqrt{n}$"
    single = sum(len(leaf.runs) == 1 for leaf in leaves)
    have = "has" if single == 1 else "have"
    without = f" {count(single, 'experiment')} with one run {have} none." if single else ""
    return (
        f"What follows $\\pm$ in the tables is the {escape(spreads)} ({formula}, with the sample standard deviation "
        f"$s$) over the runs of an experiment, {n}.{without} "
        f"{todo('what differs between the runs of an experiment, such as the random seed')}"
    )


def _gpu_hours(impact: Impact) -> str:
    gpu = impact.allocated_gpu_hours
    if not gpu.of:
        return f"No GPU was used. {_total(impact)}"
    if gpu.value is None:
        return f"{todo('GPU hours; the logs do not tell')} {_total(impact)}"
    return _total(impact)


def _packages(runs: Sequence[RunResult]) -> str:
    asked = todo("the parameters that the packages were used with")
    if not any(run.info.packages for run in runs):
        return f"{todo('packages and versions; the logs list none')} {asked}"
    return rf"Names and versions are in Table~\ref{{{PACKAGES_LABEL}}}. {asked}"


def budget_table(leaderboard: Leaderboard) -> LongTable | None:
    """What each experiment took: a row a leaf. None where no leaf has runs."""
    rows = [
        (trail, group)
        for root in leaderboard.roots
        for trail, group in _leaves(root, named=len(leaderboard.roots) > 1)
        if group.runs
    ]
    if not rows:
        return None
    columns = [Column("Experiment", width_em=_TITLE_EM), Column("n")]
    cells: list[list[str]] = [[trail, str(len(group.runs))] for trail, group in rows]
    for budget in _BUDGET:
        stats = [_stat(group, budget.name) for _, group in rows]
        if all(stat.mean is None for stat in stats):
            continue
        values = [stat.total if budget.is_sum else stat.mean for stat in stats]
        scale = best(_UNITS[budget.name], values)
        columns.append(Column(budget.label, scale.unit))
        for line, stat in zip(cells, stats, strict=True):
            line.append(_cell(stat, scale, is_sum=budget.is_sum))
    return LongTable(
        tuple(columns),
        tuple(map(tuple, cells)),
        f"{escape(_BUDGET_CAPTION[0])}{PART}.{escape(_BUDGET_CAPTION[1])}",
        BUDGET_LABEL,
        n_fixed=2,
    )


def _leaves(root: Group, *, named: bool) -> Iterator[tuple[str, Group]]:
    """Leaves, each with the titles on the way to it.

    Args:
        named: The root's title is one of them.
    """

    def visit(group: Group, above: tuple[str, ...]) -> Iterator[tuple[str, Group]]:
        if group.node.is_leaf:
            yield ": ".join((*above, group.node.title)), group
        for child in group.children:
            yield from visit(
                child, (*above, group.node.title) if named or group is not root else ()
            )

    return visit(root, ())


def _stat(group: Group, name: str) -> Stat:
    return statistics([group.figure(run, name) for run in group.runs], summable=True)


def _cell(stat: Stat, scale: Scale, *, is_sum: bool) -> str:
    value = stat.total if is_sum else stat.mean
    if value is None:
        return "–"
    if is_sum:
        return number(value * scale.factor)
    around = None if stat.stderr is None else stat.stderr * scale.factor
    text, behind = with_spread(value * scale.factor, around)
    return f"{text} ± {behind}" if behind else text
