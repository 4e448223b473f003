"""What a command costs, started afresh: CPU time of it and of all below it, wall time, and memory."""

from __future__ import annotations

import ctypes
import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Of one run of a command."""

    cpu_s: float
    """User and system time of all its processes."""
    wall_s: float
    peak_mb: float
    """Largest resident memory of any one process, in 10^6 bytes; shared pages count in full."""


class CommandFailed(SystemExit):
    """A measured command did not do what it was to do."""


def adopt_orphans() -> None:
    """Have processes that outlive their parent come to this one, so that their CPU time is counted too. Linux only."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cost(command: Sequence[str | Path], log: Path) -> Cost:
    """Run a command to its end, and the end of all that it started.

    Args:
        log: Takes what it says.

    Raises:
        CommandFailed: it failed.
    """
    with log.open("wb") as out:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_as_installed(),
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:  # which does not reach another session
            os.killpg(process.pid, signal.SIGKILL)
            raise
        wall_s = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s, peak_kib = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
    while True:  # those that it left behind, which are in its session
        try:
            _, _, usage = os.wait4(-process.pid, 0)
        except ChildProcessError:
            break
        cpu_s += usage.ru_utime + usage.ru_stime
        peak_kib = max(peak_kib, usage.ru_maxrss)
    if process.returncode:
        words = " ".join(map(str, command))
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise CommandFailed(f"{words}\nfailed with exit code {process.returncode}:\n{said}")
    return Cost(cpu_s, wall_s, peak_kib * 1024 / 1e6)


def _as_installed() -> dict[str, str]:
    """The environment, in which modules are compiled once and not at each start."""
    return {name: of for name, of in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Measured:
    """Several costs of one command under one name."""

    case: str
    runs: int
    """In the tree that it was given; 0 where there was none."""
    samples: int
    """Of each of these."""
    costs: tuple[Cost, ...]
    note: str = ""

    def _median(self, of: Callable[[Cost], float]) -> float:
        return statistics.median(map(of, self.costs))

    @property
    def cpu_s(self) -> float:
        return self._median(lambda cost: cost.cpu_s)

    @property
    def wall_s(self) -> float:
        return self._median(lambda cost: cost.wall_s)

    @property
    def peak_mb(self) -> float:
        return self._median(lambda cost: cost.peak_mb)
