"""What runs inside the training process: it starts the monitor and tells it to stop."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from . import runlog
from .errors import CollectorError, LogExistsError, MonitorError
from .settings import (
    READY_TIMEOUT_S,
    Settings,
    checked_carbon_intensity,
    checked_interval,
    checked_pue,
    checked_region,
    new_run_id,
)

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5.0


class ImpactTracker:
    """Measures this process and all below it, from launch to stop.

    with ImpactTracker("runs/ppo/seed-3"):
        train()

    Once it is launched, nothing that goes wrong with the measurement reaches the training: it is
    logged, and raised by `get_latest_info_and_check_for_errors`.
    """

    def __init__(
        self,
        logdir: str | os.PathLike[str],
        *,
        interval: float = 1.0,
        region: str | Mapping[str, str] | None = None,
        carbon_intensity: float | Mapping[str, Any] | None = None,
        pue: float | None = None,
        run_name: str | None = None,
    ) -> None:
        """Args:
            logdir: The run's folder; made if need be. The log goes to `impacttracker` in it.
            interval: Seconds from sample to sample.
            region: Where the power comes from: a zone's id such as "DEU", or a mapping with
                "id", "name" and "found_by".
            carbon_intensity: Of that power: g CO2eq/kWh, or a mapping with "g_per_kwh", "year",
                "source" and "basis" (lifecycle, direct, marginal or unknown).
            pue: Power usage effectiveness of the data centre, 1 or more.
            run_name: A name for people.

        Raises:
            CollectorError: An argument makes no sense.
        """
        self._logdir = Path(logdir).absolute()
        self._interval = checked_interval(interval)
        self._region = checked_region(region)
        self._carbon_intensity = checked_carbon_intensity(carbon_intensity)
        self._pue = checked_pue(pue)
        self._run_name = run_name
        self._monitor: subprocess.Popen[bytes] | None = None
        self._owner_pid = 0
        self._error: str | None = None

    def launch_impact_monitor(self) -> None:
        """Start to measure. The measurement ends with `stop`, or when this process ends.

        Raises:
            LogExistsError: The folder already holds a log.
            CollectorError: It is already measuring.
        """
        if self._monitor is not None:
            raise CollectorError("this tracker already measures; stop() it before the next launch")
        self._error = None
        self._owner_pid = os.getpid()
        try:
            folder = runlog.claim(self._logdir)
            self._monitor = _start_monitor(self._settings(folder))
        except LogExistsError:
            raise
        except OSError as error:
            self._fail(f"the run is not measured: {error}")
            return
        atexit.register(self.stop)
        self._wait_for_first_sample(self._monitor)

    def stop(self) -> None:
        """Take the last sample and write the end of the experiment; nothing if it does not run."""
        # A process that was forked from the training has inherited this tracker, not its monitor.
        if self._monitor is None or os.getpid() != self._owner_pid:
            return
        monitor, self._monitor = self._monitor, None
        atexit.unregister(self.stop)
        try:
            # The line, then the end of the pipe; a monitor that is gone has broken it.
            _, errors = monitor.communicate(b"stop\n", timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            monitor.kill()
            _, errors = monitor.communicate()
            self._fail(f"the monitor did not stop within {STOP_TIMEOUT_S:g} s and was killed")
        if monitor.returncode != 0:
            self._fail(_monitor_message(monitor.returncode, errors))

    def get_latest_info_and_check_for_errors(self) -> dict[str, Any] | None:
        """The latest sample, or None before the first.

        Raises:
            MonitorError: The measurement failed; with the monitor's traceback.
        """
        if self._monitor is not None and self._monitor.poll() is not None:
            self.stop()
            self._error = self._error or "the monitor ended before it was told to"
        if self._error is not None:
            raise MonitorError(self._error)
        try:
            return runlog.last_sample(self._logdir / runlog.LOG_FOLDER)
        except OSError as error:
            raise MonitorError(f"the log cannot be read: {error}") from error

    def __enter__(self) -> ImpactTracker:
        self.launch_impact_monitor()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _settings(self, folder: Path) -> Settings:
        return Settings(
            logdir=str(folder),
            parent_pid=os.getpid(),
            launched_s=time.time(),
            run_id=new_run_id(),
            interval_s=self._interval,
            run_name=self._run_name,
            region=self._region,
            carbon_intensity=self._carbon_intensity,
            pue=self._pue,
        )

    def _wait_for_first_sample(self, monitor: subprocess.Popen[bytes]) -> None:
        if monitor.stdout is None:
            return
        ready, _, _ = select.select([monitor.stdout], [], [], READY_TIMEOUT_S)
        if ready and not monitor.stdout.readline():
            # It closed its output instead of saying "ready": it failed at the start.
            self.stop()

    def _fail(self, message: str) -> None:
        log.error("%s", message)
        self._error = self._error or message


def _start_monitor(settings: Settings) -> subprocess.Popen[bytes]:
    monitor = subprocess.Popen(
        # -P: a file of the user's that is called like a module of ours must not be imported.
        [sys.executable, "-P", "-m", "wattboard.collector.monitor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Ctrl-C goes to all of a terminal's session: the training ends first, then says stop.
        start_new_session=True,
    )
    if monitor.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            monitor.stdin.write(settings.to_line().encode())
            monitor.stdin.flush()
    return monitor


def _monitor_message(returncode: int, errors: bytes) -> str:
    text = errors.decode(errors="replace").strip()
    how = f"by signal {-returncode}" if returncode < 0 else f"with exit code {returncode}"
    return f"the monitor ended {how}; the log goes no further\n{text}".rstrip()
