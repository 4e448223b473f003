"""Do the work on many runs on a Dask cluster. Outcomes come as they are ready.

Workers are sent where runs lie and what to do, and send back small records and files; processors never go there.
See docs/adr/0007-fsspec-and-dask.md.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import Problem, WattboardError
from .location import RunLocation
from .measure import SkippedRun

if TYPE_CHECKING:
    from distributed import Client, Future

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

_ADDRESS = re.compile(r"([a-z]+://)?[^/\s]+:\d+|inproc://\S+")
"""As Dask has them."""
_CONNECT_S = 10
_BYTES_PER_S = 100e6
_RUN_S = 0.005
"""What a run costs whatever its size: two files are opened, perhaps over a network."""
_BATCH_S = 1.0
"""So much work is one task: the scheduler needs up to a millisecond for each."""
_AHEAD = 3
"""Tasks that wait for each thread of the workers."""
_COUNT_EVERY_S = 1.0
_RETRIES = 2
_LIBRARIES = ("wattboard", "isal", "msgspec", "numpy", "tsdownsample")


def outcomes_on_cluster(
    tasks: Sequence[T],
    step: Callable[[T], R],
    scheduler: str,
    location_of: Callable[[T], RunLocation],
) -> Iterator[tuple[T, R | SkippedRun]]:
    """Work on every run, on the workers of a cluster. Outcomes come in any order, each once.

    A worker that is lost costs no more than doing its tasks again. A run that workers die of is skipped, with a message
    that names it. Stopping early cancels what was handed over.

    Args:
        tasks: Can be pickled.
        step: Can be pickled, a function of a module of ours: what workers do with each task.
        scheduler: Its address, such as "tcp://10.0.0.1:8786".

    Raises:
        WattboardError: the scheduler's address is none, it cannot be reached or is lost, workers have another version
            of wattboard, or a step failed.
    """
    if not _ADDRESS.fullmatch(scheduler):  # told also where there is no work for it
        raise WattboardError(
            Problem(
                scheduler,
                "expected the address of a Dask scheduler, such as tcp://10.0.0.1:8786",
                hint="the scheduler says it when it starts",
                severity="error",
            )
        )
    if not tasks:
        return
    with _quietly(), _connected(scheduler) as client:
        crew = _Crew(client, scheduler, step)
        pending = deque(_batches(tasks, location_of, crew.n_threads))
        suspects: list[T] = []
        try:
            while pending or crew.given:
                while pending and crew.has_room:
                    crew.give(pending.popleft())
                batch, found = crew.take()
                if found is None:
                    suspects += batch
                else:
                    yield from zip(batch, found, strict=True)
            # Whatever a worker that died was to do is suspected: each by itself, with nothing else to do, will tell.
            for suspect in suspects:
                crew.give([suspect])
                _, found = crew.take()
                yield suspect, found[0] if found else _deadly(location_of(suspect))
        finally:
            crew.dismiss()


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    try:
        from distributed import Client, Security
        from distributed.comm.core import connect
    except ImportError as error:
        message = f"expected the package {error.name} for --scheduler, found none"
        hint = "pip install 'wattboard[distributed]'"
        raise WattboardError(Problem(scheduler, message, hint=hint, severity="error")) from error

    async def reach() -> None:
        # A client that finds no scheduler goes on trying when Python ends.
        arguments = Security().get_connection_args("client")
        await (await connect(scheduler, timeout=_CONNECT_S, **arguments)).close()

    try:
        asyncio.run(reach())
        client = Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise WattboardError(
            Problem(
                scheduler,
                f"expected a Dask scheduler that answers within {_CONNECT_S} s, found: {error}",
                hint="see that it runs and that this machine reaches it; its address is such as tcp://10.0.0.1:8786",
                severity="error",
            )
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=_CONNECT_S)


@contextmanager
def _quietly() -> Iterator[None]:
    """Have Dask say nothing, unless details are asked for: what it says of a lost connection is ours to say."""
    with suppress(ImportError):
        import distributed  # noqa: F401 - sets its level when it is imported
    library = logging.getLogger("distributed")
    level = library.level
    library.setLevel(level if log.isEnabledFor(logging.DEBUG) else logging.CRITICAL)
    try:
        yield
    finally:
        library.setLevel(level)


class _Crew:
    """The workers, and what they were given to do."""

    def __init__(self, client: Client, scheduler: str, step: Callable[[Any], Any]) -> None:
        from distributed import as_completed

        self.given: dict[Future[Any], list[Any]] = {}
        self._client = client
        self._scheduler = scheduler
        self._step = step
        self._done = as_completed([], loop=client.loop)
        self._counted_s = -_COUNT_EVERY_S
        self._n_threads = 0
        if not self.n_threads:
            log.warning("%s has no workers yet; waiting for them", scheduler)

    @property
    def n_threads(self) -> int:
        """Of all workers. They come and go."""
        if time.monotonic() - self._counted_s >= _COUNT_EVERY_S:
            with self._answering():
                self._n_threads = sum(self._client.nthreads().values())
            self._counted_s = time.monotonic()
        return self._n_threads

    @property
    def has_room(self) -> bool:
        """Whether so little is handed over that a thread may soon wait for more."""
        return len(self.given) < _AHEAD * max(1, self.n_threads)

    def give(self, batch: list[Any]) -> None:
        """Hand over some runs."""
        with self._answering():
            future = self._client.submit(
                _work, batch, self._step, installed(), pure=False, retries=_RETRIES
            )
        self.given[future] = batch
        self._done.add(future)

    def take(self) -> tuple[list[Any], list[Any] | None]:
        """Wait for some of what was handed over, and what came of it. None: workers die of it."""
        from distributed import KilledWorker

        future = next(self._done)
        batch = self.given.pop(future)
        try:
            with self._answering():
                return batch, future.result()
        except KilledWorker:
            return batch, None
        finally:
            future.release()

    def dismiss(self) -> None:
        """Cancel what is still handed over."""
        if self.given:
            with suppress(Exception):  # a scheduler that is lost has forgotten it anyway
                self._client.cancel(list(self.given), force=True)
            self.given.clear()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        from distributed import KilledWorker

        try:
            yield
        except (WattboardError, KilledWorker):
            raise
        except Exception as error:
            lost = self._client.status != "running" or type(error).__name__ in _LOST
            expected = (
                "expected a scheduler that goes on, found it lost"
                if lost
                else "expected workers that can do the work"
            )
            raise WattboardError(
                Problem(
                    self._scheduler,
                    f"{expected}: {type(error).__name__}: {error}",
                    hint="run again; what was kept in the cache is not read again"
                    if lost
                    else "workers need this version of wattboard with its packages, and must reach the logs",
                    severity="error",
                )
            ) from error


_LOST = frozenset({"FutureCancelledError", "CancelledError", "CommClosedError"})


def _batches(
    tasks: Sequence[T], location_of: Callable[[T], RunLocation], n_threads: int
) -> Iterator[list[T]]:
    """The longest first, so that no thread is left with one long log at the end."""
    costs = [_RUN_S + location_of(task).log_bytes / _BYTES_PER_S for task in tasks]
    enough_s = min(_BATCH_S, sum(costs) / (_AHEAD * max(1, n_threads)))
    batch: list[T] = []
    cost_s = 0.0
    for i in sorted(range(len(tasks)), key=lambda i: -costs[i]):
        batch.append(tasks[i])
        cost_s += costs[i]
        if cost_s >= enough_s:
            yield batch
            batch, cost_s = [], 0.0
    if batch:
        yield batch


@cache
def installed() -> str:
    """What must be the same here and there, or the same log would give other results."""
    return ", ".join(
        [f"Python {'.'.join(python_version().split('.')[:2])}", *map(_with_version, _LIBRARIES)]
    )


def _with_version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"


def _work(batch: Sequence[T], step: Callable[[T], R], wanted: str) -> list[R]:
    """What a worker does."""
    found = installed()
    if found != wanted:
        raise WattboardError(
            f"expected workers with {wanted}, found {found}\n"
            "  hint: install the same on this machine and on the workers"
        )
    return [step(task) for task in batch]


def _deadly(location: RunLocation) -> SkippedRun:
    problem = Problem(
        location.path,
        "the workers that read this run were ended from outside, for instance for their use of memory",
        hint="the run is skipped; the workers' own logs may tell more",
        severity="error",
    )
    return SkippedRun(location, (problem,))
