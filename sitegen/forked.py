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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from .errors import WattboardError
from .execute import cores
from .progress import Progress

_T = TypeVar("_T")

_WORTH_A_PROCESS = 50
"""Items. Copying a process costs as much as a few pages."""
_PIPE_BYTES = 1 << 20
"""Most that a process without privileges may ask for."""
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
    n = min(jobs or cores(), len(items) // _WORTH_A_PROCESS)
    if n < 2 or not can_fork():
        with progress.step(title, total=len(items)) as step:
            for item in items:
                work(item)
                step.advance()
        return
    # The children first: showing progress takes a thread, and none may be there when a process is copied.
    with begun(items, work, n) as results, progress.step(title, total=len(items)) as step:
        for _ in results:
            step.advance()


@contextmanager
def begun(
    items: Sequence[_T], work: Callable[[_T], bytes | None], n: int
) -> Iterator[Iterator[bytes]]:
    """Have n processes work on items while the caller does something else. Only where `can_fork`.

    Returns:
        What `work` returns of each item, in any order. All of it is to be taken.

    Raises:
        As `each_in_children`, at the end.
    """
    with _children([items[i::n] for i in range(n)], work) as children:
        yield _results(children)


@contextmanager
def in_children(works: Sequence[Callable[[], None]], jobs: int | None) -> Iterator[None]:
    """Have each work done in a process of its own while the caller does something else; all are done at the end.

    With one job, they are done after the caller and one after the other, still each in its own process, so that the
    memory that it takes is given back.

    Raises:
        As `each_in_children`, at the end.
    """
    if not can_fork():
        yield
        for work in works:
            work()
        return
    at_once, then = ([], works) if (jobs or cores()) == 1 else (works, [])
    with _children([[work] for work in at_once], _do) as children:
        yield
        _wait(children)
    for work in then:
        with _children([[work]], _do) as children:
            _wait(children)


def _do(work: Callable[[], None]) -> None:
    work()


def _wait(children: Sequence[_Child]) -> None:
    for _ in _results(children):
        pass


def can_fork() -> bool:
    """Whether this process can be copied safely."""
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
    read_end, write_end = _pipe()
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


def _pipe() -> tuple[int, int]:
    """One that takes some pages while nobody reads: its process goes on, though this one does something else."""
    import fcntl  # which only systems have that can fork

    read_end, write_end = os.pipe()
    with suppress(OSError):  # more than the system allows
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return read_end, write_end


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
