"""What runs inside the training process: it starts the monitor and tells it to stop."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from . import runlog, sigterm
from .errors import CollectorError, MonitorError
from .monitor_process import MonitorProcess
from .run_settings import RunSettings

log = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., Any])

_CO_COROUTINE_OR_GENERATOR = 0x80 | 0x20 | 0x200
"""Flags of a function's code: calling it does not yet run it (inspect.CO_*)."""


class ImpactTracker(contextlib.ContextDecorator):
    """Measures this process and all below it, from launch to stop.

        with ImpactTracker("runs/ppo/seed-3"):
            train()

        @ImpactTracker("runs/ppo/seed-3")
        def train(): ...

        tracker = ImpactTracker("runs/ppo/seed-3")
        tracker.launch_impact_monitor()

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
        live_intensity: str | None = None,
        run_name: str | None = None,
        resume: bool = False,
        rank: int | None = None,
        record: Collection[str] = (),
    ) -> None:
        """Args:
            logdir: The run's folder; made if need be. The log goes to `impacttracker` in it.
            interval: Seconds from sample to sample.
            region: Where the power comes from: a zone's id such as "DEU", or a mapping with
                "id", "name" and "found_by". None: WATTBOARD_REGION, the configuration file, or
                a lookup by IP address (docs/region.md says how to turn it off).
            carbon_intensity: Of that power: g CO2eq/kWh, or a mapping with "g_per_kwh", "year",
                "source" and "basis" (lifecycle, direct, marginal or unknown).
            pue: Power usage effectiveness of the data centre, 1 or more.
            live_intensity: Whom to ask for the grid's carbon intensity during the run: a provider such
                as "energy-charts", or "provider:zone"; "off" for nobody. None:
                WATTBOARD_LIVE_INTENSITY, the configuration file, else nobody
                (docs/live-intensity.md).
            run_name: A name for people.
            resume: Where the folder holds a log that has ended, add a part to that run.
            rank: This process's number among those that work on the run together. None: what
                torchrun, srun or mpirun say; without them 0.
            record: What is left out unless asked for: "host_name", "user_name", "command".

        Raises:
            CollectorError: An argument makes no sense.
        """
        self._logdir = Path(logdir).absolute()
        self._settings = RunSettings.checked(
            interval=interval,
            region=region,
            carbon_intensity=carbon_intensity,
            pue=pue,
            live_intensity=live_intensity,
            run_name=run_name,
            resume=resume,
            rank=rank,
            record=record,
        )
        self._monitor: MonitorProcess | None = None
        self._folder: Path | None = None
        self._owner_pid = 0
        self._error: str | None = None
        self._not_at_exit: Callable[[], object] = lambda: None

    def launch_impact_monitor(self) -> None:
        """Start to measure. The measurement ends with `stop`, or when this process ends.

        Raises:
            LogExistsError: The folder already holds a log.
            CollectorError: It is already measuring.
        """
        if self._monitor is not None:
            raise CollectorError("this tracker already measures; stop() it before the next launch")
        self._error = None
        self._folder = None
        self._owner_pid = os.getpid()
        settings = self._settings
        try:
            claimed = runlog.claim(self._logdir, settings.rank.number, resume=settings.resume)
            self._folder = claimed.folder
            monitor = MonitorProcess(settings.for_monitor(self._logdir, claimed))
        except OSError as error:
            self._fail(f"the run is not measured: {error}")
            return
        if monitor.error is not None:
            self._fail(monitor.error)
            return
        self._monitor = monitor
        self._not_at_exit = _at_exit(self.stop)
        sigterm.begin(self.stop)

    def stop(self) -> None:
        """Take the last sample and write the end of the experiment; nothing if it does not run."""
        # A process that was forked from the training has inherited this tracker, not its monitor.
        if self._monitor is None or os.getpid() != self._owner_pid:
            return
        with sigterm.ending(self.stop):
            monitor, self._monitor = self._monitor, None
            self._not_at_exit()
            if monitor is not None:  # or another thread was faster
                monitor.stop()
                if monitor.error is not None:
                    self._fail(monitor.error)

    def get_latest_info_and_check_for_errors(self) -> dict[str, Any] | None:
        """The latest sample, or None before the first.

        Raises:
            MonitorError: The measurement failed; with the monitor's traceback.
        """
        # A forked child has the log to look at; its parent's children are none of its own.
        monitor = self._monitor if os.getpid() == self._owner_pid else None
        if monitor is not None and monitor.has_failed:
            self.stop()
            self._error = self._error or "the monitor ended before it was told to"
        if self._error is not None:
            raise MonitorError(self._error)
        if self._folder is None:
            return None
        try:
            return runlog.last_sample(self._folder)
        except OSError as error:
            raise MonitorError(f"the log cannot be read: {error}") from error

    def _fail(self, message: str) -> None:
        """Say it where the training's user looks; the training's own output gets no traceback."""
        log.error("%s", message)
        self._error = self._error or message

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

    def __call__(self, func: Function) -> Function:
        """Measure each call of a function. With resume=True a second call adds to the run.

        Raises:
            CollectorError: A coroutine or generator function, whose call is over before it runs.
        """
        code = getattr(func, "__code__", None)
        if code is not None and code.co_flags & _CO_COROUTINE_OR_GENERATOR:
            raise CollectorError(
                f"{code.co_name}: expected a function that runs when it is called, found a "
                "coroutine or generator function: use `with ImpactTracker(…):` inside it"
            )
        return super().__call__(func)


def _at_exit(stop: Callable[[], None]) -> Callable[[], object]:
    """Have the run ended with the process, after the children that multiprocessing waits for.

    Its own children end in its way alone.

    Returns:
        What takes this back.
    """
    util = sys.modules.get("multiprocessing.util")
    if util is None:
        atexit.register(stop)
        return lambda: atexit.unregister(stop)
    cancel: Callable[[], object] = util.Finalize(None, stop, exitpriority=-1).cancel
    return cancel
