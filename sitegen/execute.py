"""Work on many runs, on as many cores as asked for, with bounded memory. Outcomes come as they are ready."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from .step import Outcome, StepOptions, Task, step

_BYTES_PER_S = 200e6
_RUN_S = 0.003
"""What a run costs whatever its size, most of it for its files in the cache."""
_WORTH_A_PROCESS_S = 0.7
"""Starting a process costs about half of it, so each gets more than that to do."""
_BATCH_S = 0.1
"""So much work is handed over at once: small runs would else cost more to send than to read."""


def outcomes(tasks: Sequence[Task], options: StepOptions, jobs: int | None) -> Iterator[Outcome]:
    """Work on every run. Outcomes come in any order.

    A run that ends the process that works on it is skipped, with a message that names it.

    Args:
        jobs: How many processes at most; None: one a core that this process may use.
    """
    costs = [_cost_s(task) for task in tasks]
    workers = min(jobs or cores(), len(tasks), int(sum(costs) / _WORTH_A_PROCESS_S))
    if workers < 2:
        yield from (step(task, options) for task in tasks)
        return
    # The longest first, so that no core is left with one long log at the end.
    order = sorted(range(len(tasks)), key=lambda i: -costs[i])
    batches = _batches([tasks[i] for i in order], [costs[i] for i in order])

    from .processes import in_processes  # not for few runs, which need none

    yield from in_processes(batches, options, workers)


def cores() -> int:
    """How many cores this process may use; only Linux can tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cost_s(task: Task) -> float:
    return _RUN_S + task.location.log_bytes / _BYTES_PER_S


def _batches(tasks: Sequence[Task], costs: Sequence[float]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    cost_s = 0.0
    for task, cost in zip(tasks, costs, strict=True):
        batch.append(task)
        cost_s += cost
        if cost_s >= _BATCH_S:
            yield batch
            batch, cost_s = [], 0.0
    if batch:
        yield batch
