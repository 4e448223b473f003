"""What benchmarks/collector.py measures, one tracker and one repeat at a time."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from itertools import pairwise
from math import comb

from collector_processes import Cpu, Memory, Subject, Tracker, Traffic
from collector_subject import TRACKERS

_CONFIDENCE = 0.95
_CALIBRATION_ROUNDS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """How long and how often."""

    interval_s: float = 1.0
    settle_s: float = 3.0
    """From entering until the cost of the start is over."""
    window_s: float = 8.0
    """For which CPU time is counted."""
    traffic_s: float = 5.0
    """The same while processes begin."""
    rounds: int = 3
    entries: int = 5
    short_run_s: float = 1.5
    pairs: int = 20
    work_s: float = 0.8
    work_intervals_s: tuple[float, ...] = (1.0, 0.1)
    """At a tenth of the interval the cost is ten times as large, the machine's noise is not."""
    imports: int = 15


QUICK = Plan(
    settle_s=1.5,
    window_s=3.0,
    traffic_s=2.0,
    rounds=1,
    entries=1,
    pairs=4,
    work_s=0.2,
    imports=3,
)


@dataclass(frozen=True)
class Running:
    """A run with a tracker that has settled."""

    quiet: Cpu
    """While no process begins."""
    traffic: Cpu
    """While four processes begin each second outside the run."""
    enter_s: float
    leave_s: float
    tracker: Memory
    """Of the processes that the tracker has started."""
    training_growth: Memory
    """Of the training's process, by importing and running the tracker."""
    training: Memory
    """Of the training's process: Python, numpy, and what it holds of the tracker."""
    added: Memory
    """The growth of the training, its children and the tracker's processes together."""


@dataclass(frozen=True)
class Entry:
    """Into the context and out of it, in a new process."""

    run_s: float
    enter_s: float
    leave_s: float


@dataclass(frozen=True)
class Turns:
    """The same work without and with the tracker by turns, in seconds by the clock on the wall.

    A machine that grows slower or faster meanwhile does so for both: each time with the tracker is
    compared with the mean of the two without it between which it lies.
    """

    interval_s: float
    """From sample to sample."""
    without_s: list[float]
    """One more than the others."""
    at_once_s: list[float]
    """Begun as soon as the tracker was entered: what it does at its start goes on beside it."""
    later_s: list[float]
    """Begun after that, in the same run."""

    def longer_s(self, with_s: list[float]) -> list[float]:
        """How much longer the work took each time."""
        return [s - mean for s, mean in zip(with_s, self._means(self.without_s), strict=True)]

    def slower(self, with_s: list[float]) -> list[float]:
        """The same as a fraction of the time without."""
        means = self._means(self.without_s)
        return [s / mean - 1 for s, mean in zip(with_s, means, strict=True)]

    def noise(self) -> list[float]:
        """The same with no tracker in either: what the machine does by itself."""
        means = self._means(self.without_s[::2])
        return [s / mean - 1 for s, mean in zip(self.without_s[1::2], means, strict=False)]

    @staticmethod
    def _means(times_s: list[float]) -> list[float]:
        return [(before + after) / 2 for before, after in pairwise(times_s)]


def running(tracker: Tracker, plan: Plan) -> Running:
    """CPU time and memory while the training sleeps."""
    with Subject(tracker, plan.interval_s) as subject:
        training, everything = subject.memory(), subject.memory_of_all()
        subject.ask("import")
        enter_s = subject.wall_s("enter")
        time.sleep(plan.settle_s)
        quiet = subject.cpu_over(plan.window_s)
        with Traffic():
            traffic = subject.cpu_over(plan.traffic_s)
        return Running(
            quiet=quiet,
            traffic=traffic,
            tracker=subject.tracker_memory(),
            training_growth=subject.memory() - training,
            training=subject.memory(),
            added=subject.memory_of_all() - everything,
            enter_s=enter_s,
            leave_s=subject.wall_s("leave"),
        )


def entry(tracker: Tracker, plan: Plan, run_s: float) -> Entry:
    """How long the training waits at both ends of a run."""
    with Subject(tracker, plan.interval_s) as subject:
        subject.ask("import")
        enter_s = subject.wall_s("enter")
        time.sleep(run_s)
        return Entry(run_s, enter_s, subject.wall_s("leave"))


def speed(tracker: Tracker, plan: Plan, interval_s: float) -> Turns:
    """Work without and with the tracker, by turns, in one process."""
    with Subject(tracker, interval_s) as subject:
        subject.ask("import")
        rounds_s = min(subject.wall_s(f"work {_CALIBRATION_ROUNDS}") for _ in range(5))
        work = f"work {round(_CALIBRATION_ROUNDS * plan.work_s / rounds_s)}"
        # What is loaded at the first time only is the business of `entry`.
        subject.ask("enter")
        subject.ask("leave")
        turns = Turns(interval_s, [subject.wall_s(work)], [], [])
        for _ in range(plan.pairs):
            subject.ask("enter")
            turns.at_once_s.append(subject.wall_s(work))
            turns.later_s.append(subject.wall_s(work))
            subject.ask("leave")
            turns.without_s.append(subject.wall_s(work))
        return turns


def import_s(tracker: Tracker) -> float:
    """How much longer Python takes to start, import the tracker and end than without it."""
    module, _ = TRACKERS[tracker.key]
    without_s = _python_s(tracker.python, "pass")
    return _python_s(tracker.python, f"import {module}") - without_s


def _python_s(python: str, code: str) -> float:
    start_s = time.perf_counter()
    subprocess.run([python, "-P", "-c", code], check=True)
    return time.perf_counter() - start_s


def interval_of_median(values: list[float]) -> tuple[float, float]:
    """Where the true median lies with 95 % confidence, whatever the distribution.

    Between the k-th smallest and the k-th largest value, k as large as the binomial distribution
    allows; of fewer than six values, the smallest and the largest.
    """
    ordered, n = sorted(values), len(values)
    outside = 0.0
    k = 0
    while outside + 2 * comb(n, k) / 2**n <= 1 - _CONFIDENCE:
        outside += 2 * comb(n, k) / 2**n
        k += 1
    k = max(1, k)
    return ordered[k - 1], ordered[n - k]
