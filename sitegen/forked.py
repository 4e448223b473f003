"""Work in copies of this process, for what cannot be sent to another: a theme's templates, a site's navigation."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import struct
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
_HEAD = struct.Struct("<?Q")
"""Of a message of a child: whether it tells of a failure, and how many bytes follow."""


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
    for _ in results_of_children(items, work, jobs, progress, title):
        pass


def results_of_children(
    items: Sequence[_T],
    work: Callable[[_T], bytes | None],
    jobs: int | None,
    progress: Progress,
    title: str,
    worth_a_process: int | None = None,
) -> Iterator[bytes]:
    """As `each_in_children`, but gives what `work` returns, in any order.

    Args:
        worth_a_process: As many items, at least, each process gets.
    """
    n = n_children(len(items), jobs, worth_a_process)
    if n < 2:
        with progress.step(title, total=len(items)) as step:
            for item in items:
                yield work(item) or b""
                step.advance()
        return
    # The children first: showing progress takes a thread, and none may be there when a process is copied.
    with (
        _children([items[i::n] for i in range(n)], work) as children,
        progress.step(title, total=len(items)) as step,
    ):
        for result in _results(children):
            step.advance()
            yield result


def n_children(n_items: int, jobs: int | None, worth_a_process: int | None = None) -> int:
    """How many processes would work on so many items; below 2, all is done in this one."""
    return (
        min(jobs or cores(), n_items // (worth_a_process or _WORTH_A_PROCESS)) if _can_fork() else 1
    )


def in_child(work: Callable[[], None]) -> None:
    """Do something in a process of its own, where that is safe, so that the memory it takes is given back.

    Raises:
        As `each_in_children`.
    """
    if not _can_fork():
        work()
        return
    with _children([[None]], lambda _: work()) as children:
        for _ in _results(children):
            pass


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


@dataclass(slots=True)
class _Child:
    pid: int
    pipe: int
    received: bytearray = field(default_factory=bytearray)
    failure: bytes = b""

    def take_results(self) -> Iterator[bytes]:
        """The results that have come as a whole since it was asked last."""
        while len(self.received) >= _HEAD.size:
            is_failure, length = _HEAD.unpack_from(self.received)
            end = _HEAD.size + length
            if len(self.received) < end:
                return
            content = bytes(self.received[_HEAD.size : end])
            del self.received[:end]
            if is_failure:
                self.failure = content
            else:
                yield content


@contextmanager
def _children(
    slices: Sequence[Sequence[_T]], work: Callable[[_T], bytes | None]
) -> Iterator[list[_Child]]:
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
            raise _failure(child.failure, code)


def _forked(items: Sequence[_T], work: Callable[[_T], bytes | None]) -> _Child:
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
            _send(write_end, work(item) or b"", is_failure=False)
        else:
            code = 0
    except BaseException as error:  # noqa: BLE001 - told to the parent, which knows what to do
        _send(write_end, _pickled(error), is_failure=True)
    finally:
        os._exit(code)


def _send(pipe: int, content: bytes, *, is_failure: bool) -> None:
    left = memoryview(_HEAD.pack(is_failure, len(content)) + content)
    while left:
        left = left[os.write(pipe, left) :]


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


def _results(children: Sequence[_Child]) -> Iterator[bytes]:
    """What each child sends, as it comes, until all are silent for good."""
    with selectors.DefaultSelector() as selector:
        by_pipe = {child.pipe: child for child in children}
        for pipe in by_pipe:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 1 << 20)
                if data:
                    by_pipe[key.fd].received += data
                    yield from by_pipe[key.fd].take_results()
                else:
                    selector.unregister(key.fd)
