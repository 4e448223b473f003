"""Work in copies of this process, for what cannot be sent to another: a theme's templates, a site's navigation."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .errors import Problem, WattboardError
from .execute import cores
from .progress import Progress

_T = TypeVar("_T")

_WORTH_A_PROCESS = 50
"""Items. Copying a process costs as much as a few pages."""
_PIPE_BYTES = 1 << 20
"""Most that a process without privileges may ask for."""
_HEAD = struct.Struct("<BQ")
"""Of a message of a child: its kind, and how many bytes follow."""
_RESULT, _FAILURE, _END = range(3)
"""Kinds of messages. The last comes when nothing is left to do."""
_ENDING = (signal.SIGINT, signal.SIGTERM)
"""Signals that end this process, by an exception of their handlers."""
_PLACE = struct.Struct("<I")
"""Of an item, in the pipe of those that nobody works on yet."""


class ChildError(Exception):
    """A copy of this process came upon a defect. Its note is the traceback there."""


def can_fork() -> bool:
    """Whether this process can be copied safely."""
    return sys.platform == "linux" and threading.active_count() == 1


def each_in_children(
    items: Sequence[_T],
    work: Callable[[_T], None],
    jobs: int | None,
    progress: Progress,
    title: str,
) -> None:
    """Do the same for every item, in as many processes as there are cores where there are many of them.

    Args:
        work: What it does here is lost, but for the files that it writes.
        title: What the progress is of.

    Raises:
        As `Background.results`.
    """
    n = min(jobs or cores(), len(items) // _WORTH_A_PROCESS)
    if n < 2:
        with progress.step(title, total=len(items)) as step:
            for item in items:
                work(item)
                step.advance()
        return
    with begun(items, work, n) as background:
        results = background.results()
        with progress.step(title, total=len(items)) as step:
            for _ in results:
                step.advance()


@contextmanager
def begun(
    items: Sequence[_T], work: Callable[[_T], bytes | None], n: int
) -> Iterator[Background[_T]]:
    """Have processes work on items while the caller does something else. What is not done at the end is ended.

    Args:
        items: In the order in which they are begun; each process takes the next one when it is ready.
        work: What it does here is lost, but for the bytes that it returns and the files that it writes.
        n: How many processes work at once, this one among them. With one, the items wait for `results`.
    """
    background = Background(items, work)
    try:
        for _ in range(min(n - 1, len(items))):
            background._add_child()
        yield background
    finally:
        background.end()


class Background(Generic[_T]):
    """Work that is done in copies of this process."""

    def __init__(self, items: Sequence[_T], work: Callable[[_T], bytes | None]) -> None:
        self._items = items
        self._work = work
        self._children: list[_Child] = []
        self._places: int | None = None
        """A pipe of the places in `items` that nobody works on yet. What one process reads of it, no other does."""
        self._step = 1
        """How many items follow from each of these places."""

    def _add_child(self) -> None:
        """Have one more process work, unless the system has no safe `fork`, or this process has threads."""
        if not can_fork():
            return
        if self._places is None:
            self._places, self._step = _pipe_of_places(len(self._items))
        # Within `os.fork` Python prints what a signal's handler raises, and goes on; and only a child that is known
        # can be ended.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            child = _forked(self._taken(self._places), self._work, before)
            if child is not None:
                self._children.append(child)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def results(self) -> Iterator[bytes]:
        """Wait for what `work` returns of each item, in any order. To be called once.

        One more process takes the place of this one, which now has nothing else to do. It is begun at once, not with
        the first result: showing progress takes a thread. Where there can be no other process, this one does the work.

        Raises:
            WattboardError: as `work` has raised it, or a process was ended from outside.
            OSError: as `work` has raised it.
            ChildError: it raised something else.
        """
        if len(self._children) < len(self._items):
            self._add_child()
        if not self._children:
            return (self._work(item) or b"" for item in self._items)
        return _results(self._children)

    def end(self) -> None:
        """Leave no process behind."""
        for child in self._children:
            child.end()
        if self._places is not None:
            os.close(self._places)

    def _taken(self, places: int) -> Iterator[_T]:
        """The items that one process works on."""
        while data := os.read(places, _PLACE.size):
            (place,) = _PLACE.unpack(data)
            yield from self._items[place : place + self._step]


@dataclass(slots=True)
class _Child:
    pid: int
    pipe: int
    received: bytearray = field(default_factory=bytearray)
    failure: bytes = b""
    is_done: bool = False
    """It has said that nothing is left to do."""
    has_ended: bool = False

    def take_results(self) -> Iterator[bytes]:
        """The results that have come as a whole since it was asked last."""
        while len(self.received) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self.received)
            end = _HEAD.size + length
            if len(self.received) < end:
                return
            content = bytes(self.received[_HEAD.size : end])
            del self.received[:end]
            if kind == _RESULT:
                yield content
            elif kind == _FAILURE:
                self.failure = content
            else:
                self.is_done = True

    def end(self) -> None:
        """End it, if it has not ended yet."""
        if self.has_ended:
            return
        self.has_ended = True
        os.close(self.pipe)
        # Where SIGCHLD is ignored, the system itself takes away what has ended.
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def _forked(
    items: Iterator[_T], work: Callable[[_T], bytes | None], signals: Collection[int]
) -> _Child | None:
    """A copy of this process that works on items; None where the system refuses one.

    Args:
        signals: Which are to be blocked there; here, those of `_ENDING` are as well.
    """
    parent = os.getpid()
    read_end, write_end = _pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        pid = os.fork()
    except OSError:  # too many processes, or too little memory
        os.close(read_end)
        os.close(write_end)
        return None
    if pid:
        os.close(write_end)
        return _Child(pid, read_end)
    try:
        os.close(read_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        for item in items:
            if os.getppid() != parent:
                break
            _send(write_end, _RESULT, work(item) or b"")
        else:
            _send(write_end, _END, b"")
    except BaseException as error:  # noqa: BLE001 - told to the parent, which knows what to do
        _send(write_end, _FAILURE, _pickled(error))
    finally:
        os._exit(0)  # what came of it has been sent


def _pipe_of_places(n_items: int) -> tuple[int, int]:
    """The read end of a pipe that holds every so manieth place among items, and how many items each stands for.

    All are in it at once, so that no process waits for another, and one that dies takes nothing with it.
    """
    import fcntl  # which only systems have that can fork

    read_end, write_end = os.pipe()
    room = fcntl.fcntl(write_end, fcntl.F_GETPIPE_SZ) // _PLACE.size
    step = -(-n_items // room)
    os.write(write_end, b"".join(map(_PLACE.pack, range(0, n_items, step))))
    os.close(write_end)
    return read_end, step


def _pipe() -> tuple[int, int]:
    """One that takes some pages while nobody reads: its process goes on, though this one does something else."""
    import fcntl  # which only systems have that can fork

    read_end, write_end = os.pipe()
    with suppress(OSError):  # more than the system allows
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return read_end, write_end


def _send(pipe: int, kind: int, content: bytes) -> None:
    left = memoryview(_HEAD.pack(kind, len(content)) + content)
    while left:
        left = left[os.write(pipe, left) :]


def _pickled(error: BaseException) -> bytes:
    if isinstance(error, WattboardError):
        return pickle.dumps(("problems", error.problems))
    if isinstance(error, OSError) and error.errno is not None:
        return pickle.dumps(("os", (error.errno, error.strerror, error.filename)))
    return pickle.dumps(("other", (f"{type(error).__name__}: {error}", traceback.format_exc())))


def _failure(message: bytes) -> Exception:
    """Why a child ended before its work was done.

    Args:
        message: What it said of that; b"" where it could not say anything.
    """
    if not message:
        return WattboardError(
            Problem(
                "wattboard build",
                "expected its processes to do their work, found one that was ended from outside",
                hint="was there enough memory? With fewer --jobs a build needs less",
                severity="error",
            )
        )
    kind, what = pickle.loads(message)  # noqa: S301 - from our own copy
    if kind == "problems":
        return WattboardError(*what)
    if kind == "os":
        return OSError(*what)
    text, trace = what
    error = ChildError(text)
    error.add_note(trace)
    return error


def _results(children: Sequence[_Child]) -> Iterator[bytes]:
    """What each child sends, as it comes, until all have ended or one has failed."""
    with selectors.DefaultSelector() as selector:
        by_pipe = {child.pipe: child for child in children}
        for pipe in by_pipe:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                child = by_pipe[key.fd]
                data = os.read(key.fd, 1 << 20)
                if data:
                    child.received += data
                    yield from child.take_results()
                    continue
                selector.unregister(key.fd)
                child.end()
                if not child.is_done:
                    raise _failure(child.failure)
