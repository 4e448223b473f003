"""Processes that work on runs. One that dies takes its runs down, and no others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from .errors import Problem
from .measure import SkippedRun
from .step import Outcome, StepOptions, Task, step

_AHEAD = 3
"""Batches that wait for each process."""


def in_processes(
    batches: Iterable[list[Task]], options: StepOptions, workers: int
) -> Iterator[Outcome]:
    """Work through all batches. Outcomes come in any order.

    A run that ends the process that works on it is skipped, with a message that names it.
    """
    pending = deque(batches)
    while pending:
        suspects = yield from _until_one_dies(pending, options, workers)
        yield from _one_by_one(suspects, options)


def _until_one_dies(
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
