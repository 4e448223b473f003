"""The monitor as the process that it measures sees it: started, told to stop, asked for errors."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time

from .process_tree import MONITOR_MODULE
from .settings import ENDED, READY, READY_TIMEOUT_S, Settings

STOP_TIMEOUT_S = 5.0


class MonitorProcess:
    """A running monitor. Whatever happens to it, no method raises an error of its own."""

    def __init__(self, settings: Settings) -> None:
        """Start it and wait for the first sample, but not for ever.

        Raises:
            OSError: It cannot be started.
        """
        if not sys.executable or getattr(sys, "frozen", False):
            raise OSError("expected a Python interpreter in sys.executable, found none")
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            # -P: a file of the user's that is called like a module of ours must not be imported.
            [sys.executable, "-P", "-m", MONITOR_MODULE, settings.run_key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Ctrl-C goes to all of a terminal's session: the training ends first, then says stop.
            start_new_session=True,
        )
        self.error: str | None = None
        self._is_stopped = False
        self._say(settings.to_line())
        self._wait_for_first_sample()

    @property
    def has_failed(self) -> bool:
        """It ended though nobody has told it to."""
        return not self._is_stopped and self._process.poll() is not None

    def stop(self, exit_code: int | None = None) -> None:
        """Have it take the last sample and write the end of the run; `error` says what failed.

        Args:
            exit_code: Of a measured command, for the log.
        """
        if self._is_stopped:
            return
        self._is_stopped = True
        line = "stop\n" if exit_code is None else f"stop {exit_code}\n"
        try:
            # The line, then the end of the pipe; a monitor that is gone has broken it.
            output, errors = self._process.communicate(line.encode(), timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._end_it(f"the monitor did not stop within {STOP_TIMEOUT_S:g} s and was killed")
        except (OSError, ValueError) as error:
            self._end_it(f"the monitor cannot be reached any more: {error}")
        else:
            # Not the exit code alone: a training that ignores its children's ends never gets it.
            if self._process.returncode != 0 or ENDED.encode() not in output:
                self._fail(_message(self._process.returncode, errors))

    def _end_it(self, message: str) -> None:
        self._fail(message)
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_S)

    def _say(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()

    def _wait_for_first_sample(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        poll = select.poll()  # select() knows no descriptors above 1023, which a training may have
        poll.register(output, select.POLLIN | select.POLLHUP)
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        said = b""  # a sitecustomize module may have a word before
        while READY.encode() not in said:
            left_s = max(0.0, deadline_s - time.monotonic())
            if not poll.poll(left_s * 1000):
                return
            block = os.read(output.fileno(), 64)
            if not block:
                # It closed its output instead of saying "ready": it failed at the start.
                self.stop()
                self._fail("the monitor ended before the first sample")
                return
            said += block

    def _fail(self, message: str) -> None:
        self.error = self.error or message


def _message(returncode: int, errors: bytes) -> str:
    text = errors.decode(errors="replace").strip()
    how = f"with exit code {returncode}" if returncode > 0 else "too early"
    if returncode < 0:
        how = f"by signal {-returncode}"
    return f"the monitor ended {how}; the log goes no further\n{text}".rstrip()
