"""The monitor: a process of its own that samples a run until it is told to stop or the run is gone.

Started by the tracker as `python -m wattboard.collector.monitor`. On standard input come one line
with the settings and, at the end, the line "stop"; on standard output it says "ready" when the
first sample is taken. What goes wrong is a traceback on standard error and exit code 1.
"""

from __future__ import annotations

import logging
import os
import select
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from .hardware import CpuFacts, read_cpu_facts, read_packages
from .power import PowerSource, open_sources
from .process_tree import ProcessTree
from .runlog import FORMAT, TRACKER_LOG_FILE, RunLogWriter
from .sampler import Clock, Sampler
from .settings import READY_TIMEOUT_S, Settings

READY = "ready"
STOP = "stop"

PARENT_CHECK_S = 0.5
"""How long the monitor may live on without the run that it measures."""

log = logging.getLogger(__name__)


class Monitor:
    """Samples one run."""

    def __init__(self, settings: Settings, folder: Path, commands: int) -> None:
        """Args:
        settings: What the tracker said.
        folder: The log's folder, already claimed.
        commands: The file descriptor on which the tracker's commands come.
        """
        self._settings = settings
        self._commands = commands
        self._writer = RunLogWriter(folder)
        self._cpu = read_cpu_facts()
        self._sources = open_sources(self._cpu)
        tree = ProcessTree(settings.parent_pid, without=frozenset({os.getpid()}))
        self._sampler = Sampler(Clock(), tree, self._sources)

    def run(self, answers: IO[str]) -> None:
        """Sample until the tracker says stop or the run is gone (then the log has no end)."""
        settings = self._settings
        next_s = time.monotonic()
        first = self._sampler.take()
        self._writer.append(first)
        info = first_info(settings, self._cpu, self._sources)
        info["experiment_start"] = iso_time(start_s(settings.launched_s, first["timestamp"]))
        self._writer.write_info(info)
        print(READY, file=answers, flush=True)
        # Slow where much is installed, so the run does not wait for it.
        info["python_packages"] = read_packages()
        self._writer.write_info(info)
        while True:
            # Samples that are overdue are left out, not made up for: the interval stays steady.
            behind = max(0.0, time.monotonic() - next_s)
            next_s += settings.interval_s * (1 + behind // settings.interval_s)
            command = self._wait_until(next_s)
            if command is None:
                log.warning("the measured process is gone; the log has no end")
                return
            sample = self._sampler.take()
            self._writer.append(sample)
            if command == STOP:
                break
        info["experiment_end"] = iso_time(sample["timestamp"])
        self._writer.write_info(info)

    def close(self) -> None:
        for source in self._sources:
            source.close()
        self._writer.close()

    def _wait_until(self, deadline_s: float) -> str | None:
        """Wait for a time of the monotonic clock.

        Returns:
            "" when it has come, the tracker's command if that came first, None if the run is gone.
        """
        while (left_s := deadline_s - time.monotonic()) > 0:
            ready, _, _ = select.select([self._commands], [], [], min(left_s, PARENT_CHECK_S))
            if ready:
                return os.read(self._commands, 64).decode().strip() or None
            # A process that the run forked holds the pipe open even when the run was killed.
            if os.getppid() != self._settings.parent_pid:
                return None
        return ""


def first_info(settings: Settings, cpu: CpuFacts, sources: list[PowerSource]) -> dict[str, Any]:
    """What info.json says while the run goes on."""
    return {
        "format": FORMAT,
        "run_id": settings.run_id,
        "run_name": settings.run_name,
        "experiment_start": None,
        "experiment_end": None,
        "interval_s": settings.interval_s,
        "collector_version": version("wattboard"),
        "cpu_info": cpu.labelled(),
        "gpu_info": [device for source in sources for device in source.devices()],
        "power_sources": [source.describe() for source in sources],
        "region": settings.region,
        "carbon_intensity": settings.carbon_intensity,
        "pue": settings.pue,
        "python_version": ".".join(str(part) for part in sys.version_info[:3]),
        "python_packages": [],
    }


def start_s(launched_s: float, first_sample_s: float) -> float:
    """When the run began: the training waits for the first sample, but not for ever."""
    waited = first_sample_s - launched_s <= READY_TIMEOUT_S
    return first_sample_s if waited else launched_s + READY_TIMEOUT_S


def iso_time(time_s: float) -> str:
    """ISO 8601 with the local offset, to the microsecond."""
    return datetime.fromtimestamp(time_s, tz=UTC).astimezone().isoformat()


def main() -> int:
    """Read the settings and measure; the exit code says whether the log was written to its end."""
    line = _read_line(sys.stdin.fileno())
    if not line:
        return 0
    settings = Settings.from_line(line)
    folder = Path(settings.logdir)
    logging.basicConfig(
        filename=folder / TRACKER_LOG_FILE,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    monitor = Monitor(settings, folder, sys.stdin.fileno())
    try:
        monitor.run(sys.stdout)
    finally:
        monitor.close()
    return 0


def _read_line(descriptor: int) -> str:
    """One line, without reading ahead: what follows is waited for with `select`."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            return ""
        line += byte
    return line.decode()


if __name__ == "__main__":
    sys.exit(main())
