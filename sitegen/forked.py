"""Work in copies of this process, for what cannot be sent to another: a theme's templates, a site's navigation."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from .errors import WattboardError
from .execute import cores
from .progress import Progress

_T = TypeVar("_T")

_WORTH_A_PROCESS = 50
"""Items. Copying a process costs as much as a few pages."""
_DONE = b"."


class ChildError(Exception):
    """A copy of this process ended without saying why."""


def each_in_children(
    items: Sequence[_T],
    work: Callable[[_T], None],
    jobs: int | None,
    progress: Progress,
    title: str,
) -> None:
    """Do the same for every item, in as many processes as there are cores. What it returns is lost.

    Where the process has threads or the system no safe `fork`, all is done here.

    Args:
        title: What the progress is of.

    Raises:
        WattboardError: as `work` has raised it.
        OSError: as `work` has raised it.
        ChildError: it raised something else, or a process was ended from outside.
    """
    n = min(jobs or cores(), len(items) // _WORTH_A_PROCESS)
    if n < 2 or not _can_fork():
        with progress.step(title, total=len(items)) as step:
            for item in items:
                work(item)
                step.advance()
        return
    # The children first: showing progress takes a thread, and none may be there when a process is copied.
    with (
        _children([items[i::n] for i in range(n)], work) as children,
        progress.step(title, total=len(items)) as step,
    ):
        for child in _messages(children):
            for _ in range(child.take_done()):
                step.advance()


def in_child(work: Callable[[], None]) -> None:
    """Do something in a process of its own, where that is safe, so that the memory it takes is given back.

    Raises:
        As `each_in_children`.
    """
    if not _can_fork():
        work()
        return
    with _children([[None]], lambda _: work()) as children:
        for _ in _messages(children):
            pass


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


@dataclass(slots=True)
class _Child:
    pid: int
    pipe: int
    received: bytearray = field(default_factory=bytearray)
    told: int = 0

    def take_done(self) -> int:
        """How many items are done since it was asked last."""
        done = len(self.received) - len(self.received.lstrip(_DONE))
        new, self.told = done - self.told, done
        return new


@contextmanager
def _children(slices: Sequence[Sequence[_T]], work: Callable[[_T], None]) -> Iterator[list[_Child]]:
    children: list[_Child] = []
    is_done = False
    try:
        for items in slices:
            children.append(_forked(items, work))  # noqa: PERF401 - those made so far are to be ended
        yield children
        is_done = True
    finally:
        for child in children:
            os.close(child.pipe)
            if not is_done:
                os.kill(child.pid, signal.SIGKILL)
        ended = [os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]) for child in children]
    for child, code in zip(children, ended, strict=True):
        if code:
            raise _failure(bytes(child.received.lstrip(_DONE)), code)


def _forked(items: Sequence[_T], work: Callable[[_T], None]) -> _Child:
    parent = os.getpid()
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(write_end)
        return _Child(pid, read_end)
    code = 1
    try:
        os.close(read_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for item in items:
            if os.getppid() != parent:
                break
            work(item)
            os.write(write_end, _DONE)
        else:
            code = 0
    except BaseException as error:  # noqa: BLE001 - told to the parent, which knows what to do
        os.write(write_end, _pickled(error))
    finally:
        os._exit(code)


def _pickled(error: BaseException) -> bytes:
    if isinstance(error, WattboardError):
        return pickle.dumps(("problems", error.problems))
    if isinstance(error, OSError):
        return pickle.dumps(("os", (error.errno, error.strerror, error.filename)))
    return pickle.dumps(("other", f"{type(error).__name__}: {error}"))


def _failure(message: bytes, code: int) -> Exception:
    if not message:
        return ChildError(f"a process that made pages was ended from outside (exit code {code})")
    kind, what = pickle.loads(message)  # noqa: S301 - from our own copy
    if kind == "problems":
        return WattboardError(*what)
    if kind == "os":
        return OSError(*what)
    return ChildError(what)


def _messages(children: Sequence[_Child]) -> Iterator[_Child]:
    """Each child as it has said something, until all are silent for good."""
    with selectors.DefaultSelector() as selector:
        by_pipe = {child.pipe: child for child in children}
        for pipe in by_pipe:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 1 << 16)
                if data:
                    by_pipe[key.fd].received += data
                    yield by_pipe[key.fd]
                else:
                    selector.unregister(key.fd)
