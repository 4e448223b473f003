"""The tables of benchmarks/collector.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from collector_measures import Entry, Plan, Running, Turns, interval_of_median
from collector_processes import Cpu, Memory, Tracker

_QUIET_CPUS = 0.05


@dataclass
class Results:
    """All that was measured of one tracker."""

    tracker: Tracker
    imports_s: list[float] = field(default_factory=list)
    runs: list[Running] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    turns: list[Turns] = field(default_factory=list)

    def sample_ms(self, plan: Plan, cpu: Callable[[Running], Cpu]) -> list[float]:
        """CPU time an interval: in the training and in the tracker's processes."""
        return [cpu(run).all_s / cpu(run).over_s * plan.interval_s * 1e3 for run in self.runs]

    def memory_mb(self, memory: Callable[[Running], Memory], kind: str) -> float:
        """Median of RSS, PSS or USS, in 10^6 bytes."""
        sizes: list[int] = [getattr(memory(run), kind) for run in self.runs]
        return median(sizes) / 1e6

    @property
    def enter_s(self) -> list[float]:
        return [run.enter_s for run in self.runs] + [item.enter_s for item in self.entries]

    def leave_s(self, *, at_once: bool) -> list[float]:
        left = [item.leave_s for item in self.entries if (item.run_s == 0) == at_once]
        return left if at_once else left + [run.leave_s for run in self.runs]


def report(machine: dict[str, Any], plan: Plan, results: list[Results]) -> str:
    """Everything in Markdown."""
    ours, others_cpu = results[0], machine["others_cpu"]
    busy = " (more than a quiet machine: a trial)" if others_cpu > _QUIET_CPUS else ""
    parts = [
        f"{machine['cpus']} × {machine['processor']}, {machine['system']}, Python {machine['python']}, "
        f"{machine['processes']} processes; others used {others_cpu:.1%} of a CPU meanwhile{busy}. One sample "
        f"each {plan.interval_s:g} s. Medians, in brackets the lowest and the highest.\n",
        _targets(plan, ours, results[1:]),
        _cpu(plan, results),
        _memory(results),
        _ends(results),
        _speed(plan, results),
    ]
    return "\n".join(parts)


def _targets(plan: Plan, ours: Results, others: list[Results]) -> str:
    sample_ms = median(ours.sample_ms(plan, _quiet))
    rows = [
        _target("CPU a sample (ms)", sample_ms, 1.0, ".2f"),
        _target("memory of the monitor, RSS (MB)", ours.memory_mb(_tracker, "rss"), 45.0, ".1f"),
        _target("import (ms)", median(ours.imports_s) * 1e3, 60.0, ".0f"),
        _target("entering (s)", median(ours.enter_s), 0.3, ".3f"),
        _target("leaving (s)", median(ours.leave_s(at_once=False)), 0.1, ".3f"),
    ]
    if ours.turns:
        finest = min(ours.turns, key=lambda turns: turns.interval_s)
        factor = 100 * finest.interval_s / plan.interval_s
        slower = [factor * fraction for fraction in finest.slower(finest.later_s)]
        name = f"slower work (%), {factor / 100:g} of that at {finest.interval_s:g} s"
        rows.append(_target(name, median(slower), 0.5, "+.2f", interval_of_median(slower)))
    if others:
        theirs_ms = min(median(other.sample_ms(plan, _quiet)) for other in others)
        rows.insert(
            1, _target("that, of CodeCarbon's cheaper mode", sample_ms / theirs_ms, 0.5, ".2f")
        )
    return _table(["target", "at most", "measured", ""], rows)


def _target(
    name: str,
    measured: float,
    limit: float,
    digits: str,
    between: tuple[float, float] | None = None,
) -> list[str]:
    """A row. With an interval in which the true value lies, only what all of it says is said."""
    low, high = between or (measured, measured)
    verdict = "reached" if high <= limit else "missed" if low > limit else "lost in noise"
    return [name, f"{limit:g}", format(measured, digits), verdict]


def _cpu(plan: Plan, results: list[Results]) -> str:
    rows = []
    for result in results:
        quiet, traffic = (result.sample_ms(plan, cpu) for cpu in (_quiet, _traffic))
        core = median(quiet) / plan.interval_s / 10
        rows.append(
            [result.tracker.label, _spread(quiet, ".2f"), f"{core:.3f}", _spread(traffic, ".2f")]
        )
    return _table(
        [
            "CPU time, all processes",
            "a sample (ms)",
            "of a core (%)",
            "a sample while four processes begin each second (ms)",
        ],
        rows,
    )


def _memory(results: list[Results]) -> str:
    rows = []
    for result in results:
        cells = [result.memory_mb(_tracker, kind) for kind in ("rss", "pss", "uss")]
        cells += [
            result.memory_mb(lambda run: run.training_growth, "rss"),
            result.memory_mb(lambda run: run.training, "rss"),
            result.memory_mb(lambda run: run.added, "pss"),
        ]
        has_process = cells[0] > 0
        shown = [f"{mb:.1f}" for mb in cells]
        rows.append([result.tracker.label, *(shown if has_process else ["–"] * 3 + shown[3:])])
    return _table(
        [
            "memory (MB)",
            "its processes, RSS",
            "PSS",
            "USS",
            "growth of the training, RSS",
            "the training with it, RSS",
            "added in all, PSS",
        ],
        rows,
    )


def _ends(results: list[Results]) -> str:
    rows = [
        [
            result.tracker.label,
            _spread([1e3 * s for s in result.imports_s], ".0f"),
            _spread(result.enter_s, ".3f"),
            _spread(result.leave_s(at_once=False), ".3f"),
            _spread(result.leave_s(at_once=True), ".3f"),
        ]
        for result in results
    ]
    return _table(
        [
            "waiting",
            "import (ms)",
            "entering (s)",
            "leaving (s)",
            "leaving at once after entering (s)",
        ],
        rows,
    )


def _speed(plan: Plan, results: list[Results]) -> str:
    rows = []
    for result in results:
        for turns in result.turns:
            label = f"{result.tracker.label}, a sample each {turns.interval_s:g} s"
            start_ms = 1e3 * median(turns.longer_s(turns.at_once_s))
            rows += [
                _slower(label, turns.slower(turns.later_s)),
                _slower(
                    f"its first {plan.work_s:g} s ({start_ms:+.0f} ms)",
                    turns.slower(turns.at_once_s),
                ),
                _slower("neither has a tracker: noise", turns.noise()),
            ]
    return _table(
        [
            f"slower work of {plan.work_s:g} s",
            "pairs",
            "median (%)",
            "95 % interval of the median",
            "middle half of the pairs",
        ],
        rows,
    )


def _slower(label: str, fractions: list[float]) -> list[str]:
    percent = [100 * fraction for fraction in fractions]
    low, high = interval_of_median(percent)
    first, _, third = quantiles(percent, n=4, method="inclusive")
    return [
        label,
        str(len(percent)),
        f"{median(percent):+.2f}",
        f"{low:+.2f} to {high:+.2f}",
        f"{first:+.2f} to {third:+.2f}",
    ]


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _spread(values: list[float], digits: str) -> str:
    if not values:
        return "–"
    low, high = min(values), max(values)
    return f"{median(values):{digits}} ({low:{digits}}–{high:{digits}})"


def _quiet(run: Running) -> Cpu:
    return run.quiet


def _traffic(run: Running) -> Cpu:
    return run.traffic


def _tracker(run: Running) -> Memory:
    return run.tracker
