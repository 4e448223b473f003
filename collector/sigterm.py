"""Has the end of every run written when the process is asked to terminate.

A handler of the training's own is left in place: it ends the process by an exception or `sys.exit`,
and that is seen. Where there is none, Python would die without a word.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

Stop = Callable[[], None]


class _Watch:
    """The runs of this process, which all end when SIGTERM comes. A forked child has none."""

    def __init__(self) -> None:
        self._running: list[Stop] = []
        self._ending: list[Stop] = []
        self._was_asked = False
        self._sees_forks = False
        self._forking = threading.local()

    def begin(self, stop: Stop) -> None:
        """Have a run stopped by SIGTERM. In a thread other than the main one Python forbids it."""
        self._running.append(stop)
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            if not self._sees_forks:
                os.register_at_fork(
                    before=self._hold_back,
                    after_in_parent=self._let_through,
                    after_in_child=self._forget,
                )
                self._sees_forks = True
            with contextlib.suppress(ValueError):  # a subinterpreter, which Python forbids it, too
                signal.signal(signal.SIGTERM, self._terminate)

    @contextlib.contextmanager
    def ending(self, stop: Stop) -> Iterator[None]:
        """While the end is written, a SIGTERM waits; after the last one the handler is gone."""
        self._ending.append(stop)
        try:
            yield
        finally:
            self._ending.remove(stop)
            if stop in self._running:
                self._running.remove(stop)
            if not self._running:
                self._leave()
            if self._was_asked and not self._ending:
                os.kill(os.getpid(), signal.SIGTERM)

    @property
    def _is_set(self) -> bool:
        return signal.getsignal(signal.SIGTERM) == self._terminate

    def _leave(self) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and self._is_set:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _terminate(self, _signal: int, _frame: FrameType | None) -> None:
        if self._ending:
            self._was_asked = True
            return
        for stop in reversed(self._running.copy()):
            stop()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)

    def _hold_back(self) -> None:
        """Before a fork: Python forgets a signal that reaches the child in its first moments."""
        self._forking.blocked = (
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}) if self._is_set else None
        )

    def _let_through(self) -> None:
        if self._forking.blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._forking.blocked)

    def _forget(self) -> None:
        """In a forked child, which has inherited the handler, and no run to end."""
        self._running.clear()
        self._ending.clear()
        self._was_asked = False
        self._leave()
        self._let_through()


_watch = _Watch()
begin = _watch.begin
ending = _watch.ending
