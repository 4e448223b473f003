"""Who uses the GPU of a Mac: the time that each process has used, as the I/O Registry tells it.

macOS keeps it for every client of the GPU and shows it to everybody through the program ioreg,
which takes some hundredths of a second: so it is asked once in a while only.
"""

from __future__ import annotations

import logging
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping

from ..attribution import share
from .source import Usage

COMMAND = ("/usr/sbin/ioreg", "-r", "-c", "AGXDeviceUserClient", "-l", "-w", "0")

ASKED_EVERY_S = 10.0
FAILED_WAIT_S = 300.0
_TIMEOUT_S = 2.0

_CREATOR = re.compile(r'"IOUserClientCreator"\s*=\s*"pid (\d+),')
_TIME = re.compile(r'"accumulatedGPUTime"\s*=\s*(\d+)')

log = logging.getLogger(__name__)


class GpuTimeShare:
    """The run's share of the GPU's time since it was last asked."""

    def __init__(self, ask: Callable[[], str | None] | None = None) -> None:
        """Args:
        ask: Gives the text of `COMMAND`, None where there is none.
        """
        self._ask = _ask_ioreg if ask is None else ask
        self._next_s: float | None = None
        self._used_ns: Mapping[int, int] | None = None
        self._share: float | None = None

    def read(self, usage: Usage) -> float | None:
        """0 to 1; None until the second answer, and where macOS does not tell.

        Between two answers it is that of the last one.
        """
        if self._next_s is not None and usage.time_s < self._next_s:
            return self._share
        earlier, self._used_ns = self._used_ns, parse_gpu_times(self._ask() or "")
        if self._used_ns is None:
            self._next_s = usage.time_s + FAILED_WAIT_S
        elif earlier is not None:
            self._next_s = usage.time_s + ASKED_EVERY_S
        self._share = _share_of_growth(earlier, self._used_ns, usage.pids)
        return self._share


def parse_gpu_times(text: str) -> dict[int, int] | None:
    """Nanoseconds of the GPU by process, from what ioreg prints; None where it names no process."""
    used: dict[int, int] = defaultdict(int)
    for entry in text.split("+-o ")[1:]:
        creator = _CREATOR.search(entry)
        if creator:
            used[int(creator[1])] += sum(int(time_ns) for time_ns in _TIME.findall(entry))
    return dict(used) or None


def _share_of_growth(
    earlier: Mapping[int, int] | None, now: Mapping[int, int] | None, run_pids: frozenset[int]
) -> float | None:
    if earlier is None or now is None:
        return None
    grown = {pid: max(0, used - earlier.get(pid, 0)) for pid, used in now.items()}
    return share(sum(ns for pid, ns in grown.items() if pid in run_pids), sum(grown.values()))


def _ask_ioreg() -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - no argument comes from outside
            COMMAND, capture_output=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.info("ioreg does not tell who uses the GPU: %s", error)
        return None
    return done.stdout.decode(errors="replace")
