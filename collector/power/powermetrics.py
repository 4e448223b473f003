"""Macs with an Intel processor, through Apple's powermetrics. Not run on such a machine by us.

powermetrics needs root: it is started as root, or through a `sudo` that asks for nothing. It prints
a property list each second with the joules that the processor's package (CPU, its GPU and memory
controller) has counted. Up to a second at the run's end is not in the log.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import plistlib
import subprocess
from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError

from ..errors import SourceUnavailableError
from .source import Component, Kind, PowerReading, RemediableError, Usage

POWERMETRICS = "/usr/bin/powermetrics"
COMMAND = (POWERMETRICS, "--samplers", "cpu_power", "--format", "plist", "-b", "1", "-i", "1000")
PRINTED = 600
"""After so many seconds it ends by itself, and is started anew: nothing is left behind, even when
this process is killed and the broken pipe does not end it."""

REFUSED_S = 0.3
"""A sudo that would have to ask for a password ends within this time."""
SILENT_S = 10.0
RETRY_S = 30.0

DEVICE = "cpu:package"

_END = b"</plist>"
_NS_PER_S = 1e9

log = logging.getLogger(__name__)


class PowermetricsSource:
    """The package by the run's share of CPU time."""

    component: Component = "cpu"
    kind: Kind = "counter"
    power_key = "cpu_power_draw_absolute"
    attributable_key = "cpu_attributable_power_draw"

    def __init__(
        self,
        start: Callable[[], subprocess.Popen[bytes]] | None = None,
        refused_s: float = REFUSED_S,
    ) -> None:
        """Args:
            start: Starts powermetrics with its output in a pipe; or what stands for it in a test.
            refused_s: How long to wait whether it ends at once.

        Raises:
            SourceUnavailableError: Not such a Mac, or powermetrics may not be started.
        """
        self._start = _starter() if start is None else start
        try:
            self._process = self._started()
        except OSError as error:
            raise SourceUnavailableError(f"powermetrics cannot be started: {error}") from error
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(refused_s) != 0:
                self._close_pipe()
                raise RemediableError(
                    "powermetrics needs root, and sudo asks for a password",
                    f"allow it with a line in sudoers: <user> ALL=(root) NOPASSWD: {POWERMETRICS}",
                )
        self._output = b""
        self._total_j = 0.0
        self._run_j = 0.0
        self._heard_s: float | None = None
        self._retry_s = 0.0

    def describe(self) -> dict[str, Any]:
        return {
            "name": "powermetrics",
            "kind": self.kind,
            "component": self.component,
            "devices": [DEVICE],
        }

    def devices(self) -> list[dict[str, Any]]:
        return []

    def read(self, usage: Usage) -> PowerReading:
        has_ended = self._process.poll() is not None
        joules = seconds = 0.0
        for part_j, part_s in self._new_parts():
            joules += part_j
            seconds += part_s
        if seconds > 0 or self._heard_s is None:
            self._heard_s = usage.time_s
        self._total_j += joules
        run_j = joules * usage.cpu_share
        self._run_j += run_j
        if has_ended and usage.time_s >= self._retry_s:
            self._start_anew(usage.time_s)
        if usage.time_s - self._heard_s > SILENT_S:
            return PowerReading()
        return PowerReading(
            power_w=joules / seconds if seconds > 0 else None,
            attributable_power_w=run_j / seconds if seconds > 0 else None,
            attributable_j=self._run_j,
            energy_j={DEVICE: self._total_j},
        )

    def close(self) -> None:
        """End powermetrics: by a signal where that is allowed, else by the broken pipe."""
        with contextlib.suppress(OSError):
            self._process.terminate()
        self._close_pipe()

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._start()
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        return process

    def _new_parts(self) -> list[tuple[float, float]]:
        """Joules and seconds of each property list that came since last time."""
        self._output += self._available()
        *whole, self._output = self._output.split(_END)
        return [part for text in whole if (part := _joules(text + _END)) is not None]

    def _available(self) -> bytes:
        pipe = self._process.stdout
        text = b""
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BlockingIOError):
                while more := os.read(pipe.fileno(), 1 << 16):
                    text += more
        return text

    def _start_anew(self, now_s: float) -> None:
        self._retry_s = now_s + RETRY_S
        self._close_pipe()
        self._output = b""
        try:
            self._process = self._started()
        except OSError as error:
            log.warning("powermetrics cannot be started again: %s", error)

    def _close_pipe(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()


def _joules(text: bytes) -> tuple[float, float] | None:
    """Joules of the package and the seconds in which they were used."""
    try:
        found = plistlib.loads(text.strip(b"\0\n\r\t "))
        return float(found["processor"]["package_joules"]), found["elapsed_ns"] / _NS_PER_S
    except (ExpatError, plistlib.InvalidFileException, ValueError, KeyError, TypeError):
        return None


def _starter() -> Callable[[], subprocess.Popen[bytes]]:
    if platform.machine() == "arm64":
        raise SourceUnavailableError("this Mac has Apple silicon: the source apple is for it")
    if not os.access(POWERMETRICS, os.X_OK):
        raise SourceUnavailableError(f"there is no {POWERMETRICS}")
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    command = [*as_root, *COMMAND, "-n", str(PRINTED)]
    return lambda: subprocess.Popen(  # noqa: S603 - no argument comes from outside
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
