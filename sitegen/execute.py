"""Work on many runs, on as many cores as asked for, with bounded memory. Outcomes come as they are ready."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from .errors import Problem
from .measure import SkippedRun
from .step import Outcome, StepOptions, Task, step

_BYTES_PER_S = 200e6
_RUN_S = 0.003
"""What a run costs whatever its size, most of it for its files in the cache."""
_WORTH_A_PROCESS_S = 0.7
"""Starting a process costs about half of it, so each gets more than that to do."""
_BATCH_S = 0.1
"""So much work is handed over at once: small runs would else cost more to send than to read."""
_AHEAD = 3
"""Batches that wait for each process."""


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
    pending = deque(_batches([tasks[i] for i in order], [costs[i] for i in order]))
    while pending:
        suspects = yield from _in_processes(pending, options, workers)
        yield from _one_by_one(suspects, options)


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


def _in_processes(
    pending: deque[list[Task]], options: StepOptions, workers: int
) -> Generator[Outcome, None, list[Task]]:
    """Work through the batches until there are none, or a process dies.

    Returns:
        The runs that the process may have died of.
    """
    pool = _pool(workers)
    given: dict[Future[list[Outcome]], list[Task]] = {}
    is_done = False
    try:
        while pending or given:
            while pending and len(given) < workers * _AHEAD:
                batch = pending.popleft()
                given[pool.submit(_work, batch, options)] = batch
            ready, _ = wait(given, return_when=FIRST_COMPLETED)
            for future in ready:
                try:
                    found = future.result()
                except BrokenProcessPool:
                    # Which of the runs in hand it was, nobody knows.
                    return [task for batch in given.values() for task in batch]
                del given[future]
                yield from found
        is_done = True
    finally:
        if not is_done:
            _kill(pool)
        pool.shutdown(cancel_futures=True)
    return []


def _one_by_one(tasks: Sequence[Task], options: StepOptions) -> Iterator[Outcome]:
    """Find those that processes die of: each is the only one in the hands of a process."""
    left = deque(tasks)
    while left:
        pool = _pool(1)
        try:
            while left:
                yield from pool.submit(_work, [left[0]], options).result()
                left.popleft()
        except BrokenProcessPool:
            yield _deadly(left.popleft())
        finally:
            _kill(pool)
            pool.shutdown(cancel_futures=True)


def _deadly(task: Task) -> Outcome:
    problem = Problem(
        task.location.path,
        "the process that read this run was ended from outside, for instance for its use of memory",
        hint="the run is skipped",
        severity="error",
    )
    skipped = SkippedRun(task.location, (problem,))
    return Outcome(task.location, "", is_fresh=True, content="", skipped=skipped)


def _pool(workers: int) -> ProcessPoolExecutor:
    # Never by a plain fork: the caller may have threads, as `mkdocs serve` has.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([step.__module__])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _kill(pool: ProcessPoolExecutor) -> None:
    """Stop at once, whatever the processes are doing."""
    for process in list((pool._processes or {}).values()):
        process.kill()


def _begin() -> None:
    """Set up a process: Ctrl-C is its parent's affair, and without the parent it has no business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _work(batch: Sequence[Task], options: StepOptions) -> list[Outcome]:
    return [step(task, options) for task in batch]
