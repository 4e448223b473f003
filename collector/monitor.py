"""The monitor: a process of its own that samples a run until it is told to stop or the run is gone.

Started by the tracker as `python -m wattboard.collector.monitor <run>`, where `<run>` tells other
monitors which run it belongs to. On standard input come one line with the settings and, at the
end, the line "stop"; on standard output it says "ready" when the first sample is taken, and "ended"
when the log was written to its end. What goes wrong is a traceback on standard error and exit code 1.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from .config import home_folder
from .facts import node_id
from .hardware import CpuFacts, read_cpu_facts
from .live_intensity import SAMPLE_KEY, LiveIntensity, wanted_live_intensity
from .machine import open_machine
from .power import PowerSource, open_sources
from .process_tree import ProcessTree
from .runlog import FORMAT, TRACKER_LOG_FILE, RunLogWriter
from .sampler import Clock, Sampler
from .settings import ENDED, READY, READY_TIMEOUT_S, Settings
from .slow_facts import SlowFacts

Talker = SlowFacts | LiveIntensity

PARENT_CHECK_S = 0.5
"""How long the monitor may live on without the run, where the system does not tell of its end."""

FACTS_TIMEOUT_S = 1.0
"""How long a run that is already over waits for its software to be known."""

_NOT_FOR_US = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGXCPU),
)
"""A signal to all of a job, such as a scheduler's warning, is the training's to answer."""

log = logging.getLogger(__name__)


class Monitor:
    """Samples one run."""

    def __init__(self, settings: Settings, commands: int) -> None:
        """Args:
        settings: What the tracker said.
        commands: The file descriptor on which the tracker's commands come.
        """
        self._settings = settings
        self._wait = _Wait(commands, settings.parent_pid)
        self._writer = RunLogWriter(Path(settings.logdir))
        self._cpu = read_cpu_facts()
        self._sources = open_sources(self._cpu)
        machine = open_machine()
        tree = ProcessTree(
            machine,
            settings.parent_pid,
            settings.run_key,
            without={os.getpid()},
            without_root=settings.without_root,
        )
        self._sampler = Sampler(Clock(), machine, tree, self._sources)
        self._info: dict[str, Any] = {}
        self._facts: SlowFacts | None = None
        self._live: LiveIntensity | None = None

    def run(self, answers: IO[str]) -> None:
        """Sample until the tracker says stop or the run is gone (then the log has no end)."""
        settings = self._settings
        next_s = time.monotonic()
        first = self._sampler.take()
        # Before the first sample: a log with samples can then be read, whenever it breaks off.
        self._info = first_info(settings, self._cpu, self._sources)
        started_s = start_s(settings.launched_s, first["timestamp"])
        self._add_to_info({"experiment_start": iso_time(started_s)})
        self._writer.append(first)
        print(READY, file=answers, flush=True)
        self._start_facts()
        self._start_live_intensity()
        gc.freeze()  # what the start has left behind needs no more looking through
        while True:
            # Samples that are overdue are left out, not made up for: the interval stays steady.
            behind = max(0.0, time.monotonic() - next_s)
            next_s += settings.interval_s * (1 + behind // settings.interval_s)
            command = self._command_before(next_s)
            if command is None:
                log.warning("the measured process is gone; the log has no end")
                return
            sample = self._sampler.take()
            if self._live is not None:
                sample[SAMPLE_KEY] = self._live.value(sample["timestamp"])
            self._writer.append(sample)
            if command:
                self._end(sample["timestamp"], command)
                print(ENDED, file=answers, flush=True)
                return

    def close(self) -> None:
        if self._facts is not None:
            self._facts.close()
        for source in self._sources:
            source.close()
        self._writer.close()

    def _command_before(self, deadline_s: float) -> str | None:
        """Wait for a time of the monotonic clock, taking in facts that come meanwhile.

        Returns:
            "" when it has come, the tracker's command if that came first, None if the run is gone.
        """
        while (left_s := deadline_s - time.monotonic()) > 0:
            talkers = [each for each in (self._facts, self._live) if each and not each.ended]
            event = self._wait.for_event(left_s, talkers)
            if isinstance(event, SlowFacts | LiveIntensity):
                found = event.read()
                if found:
                    self._add_to_info(found)
            elif event == _Wait.GONE:
                return None
            elif event:
                return event
        return ""

    def _start_facts(self) -> None:
        try:
            log_file = self._writer.folder / TRACKER_LOG_FILE
            self._facts = SlowFacts(log_file, look_up_region=self._settings.region is None)
        except OSError as error:
            log.warning("the run's software is not recorded: %s", error)

    def _start_live_intensity(self) -> None:
        """Where it is wanted; it begins to ask when the zone is known."""
        wanted = wanted_live_intensity(self._settings.live_intensity, os.environ, home_folder())
        if wanted is not None:
            self._live = LiveIntensity(wanted, self._writer.folder / TRACKER_LOG_FILE)
            self._live.start(self._settings.region)

    def _end(self, time_s: float, command: str) -> None:
        end: dict[str, Any] = {"experiment_end": iso_time(time_s)}
        _, _, exit_code = command.partition(" ")
        if exit_code:
            end["exit_code"] = int(exit_code)
        self._add_to_info(end)
        if self._facts is not None and not self._facts.has_spoken:
            self._add_to_info(self._facts.rest(FACTS_TIMEOUT_S))

    def _add_to_info(self, keys: Mapping[str, Any]) -> None:
        self._info |= keys
        if self._live is not None and "region" in keys:
            self._live.start(keys["region"])
        self._writer.write_info(self._info)


class _Wait:
    """Waits for the tracker's commands, for the end of the run, and for what is being found out."""

    GONE = "gone"

    def __init__(self, commands: int, parent_pid: int) -> None:
        self._commands = commands
        self._parent_pid = parent_pid
        self._parent: int | None = None
        # A process that the run forked holds the pipe open even when the run was killed.
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._parent = os.pidfd_open(parent_pid)

    def for_event(self, timeout_s: float, talkers: Sequence[Talker]) -> str | Talker:
        """What came first: GONE, one with something to say, a command; "" if nothing did."""
        waited_for: list[int] = [self._commands, *(each.fileno() for each in talkers)]
        if self._parent is not None:
            waited_for.append(self._parent)
        else:
            timeout_s = min(timeout_s, PARENT_CHECK_S)
        ready, _, _ = select.select(waited_for, [], [], timeout_s)
        if self._commands in ready:
            return os.read(self._commands, 64).decode().strip() or self.GONE
        if self._parent in ready or os.getppid() != self._parent_pid:
            return self.GONE
        return next((each for each in talkers if each.fileno() in ready), "")


def first_info(settings: Settings, cpu: CpuFacts, sources: list[PowerSource]) -> dict[str, Any]:
    """What info.json says while the run goes on."""
    return {
        "format": FORMAT,
        "run_id": settings.run_id,
        "run_name": settings.run_name,
        "part": settings.part,
        "node": node_id(),
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
        **settings.on_request,
        "python_version": ".".join(str(part) for part in sys.version_info[:3]),
    }


def start_s(launched_s: float, first_sample_s: float) -> float:
    """When the run began: the training waits for the first sample, but not for ever."""
    waited = first_sample_s - launched_s <= READY_TIMEOUT_S
    return first_sample_s if waited else launched_s + READY_TIMEOUT_S


def iso_time(time_s: float) -> str:
    """ISO 8601 with the local offset, to the microsecond."""
    return datetime.fromtimestamp(time_s, tz=UTC).astimezone().isoformat()


def main() -> int:
    """Read the settings and measure."""
    for ignored in _NOT_FOR_US:
        signal.signal(ignored, signal.SIG_IGN)
    line = _read_line(sys.stdin.fileno())
    if not line:
        return 0
    settings = Settings.from_line(line)
    logging.basicConfig(
        filename=Path(settings.logdir) / TRACKER_LOG_FILE,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    monitor = Monitor(settings, sys.stdin.fileno())
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
