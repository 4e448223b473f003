"""What the callbacks of all frameworks share: a training's energy log, and its metrics beside it."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CollectorError, MonitorError
from ..ranks import rank_from
from ..tracker import ImpactTracker
from .metrics_file import MetricsFile

log = logging.getLogger(__name__)

METRICS_FILE = "metrics.csv"


class MeasuredTraining:
    """Measures from `begin` to `end`. What goes wrong with it is logged and does not reach the training."""

    def __init__(self, logdir: str | os.PathLike[str] | None, settings: Mapping[str, Any]) -> None:
        """Args:
            logdir: The run's folder. None: the framework's own, see `begin`.
            settings: Further arguments of `ImpactTracker`.

        Raises:
            CollectorError: One of them makes no sense.
        """
        self._logdir = logdir
        self._settings = dict(settings)
        self._tracker: ImpactTracker | None = None
        self._metrics: MetricsFile | None = None
        # A mistake is told now, and not after the data are loaded.
        ImpactTracker(logdir or ".", **self._settings)

    def begin(
        self, default: str | os.PathLike[str] | None = None, *, continues: bool = False
    ) -> None:
        """Start to measure.

        Args:
            default: The folder, where the user named none.
            continues: It starts from a checkpoint: a log that is there gets a further part.

        Raises:
            CollectorError: There is no folder.
            LogExistsError: The folder holds a log, and this training does not continue it.
        """
        self.end()  # of a training that an exception ended, in a notebook
        folder = self._logdir or default
        if folder is None:
            raise CollectorError("logdir: expected the run's folder, found none")
        tracker = ImpactTracker(folder, **{"resume": continues, **self._settings})
        tracker.launch_impact_monitor()
        self._tracker = tracker
        # All processes of a training report the same: the first one writes.
        is_first = (self._settings.get("rank") or rank_from(os.environ).number) == 0
        self._metrics = MetricsFile(Path(folder) / METRICS_FILE) if is_first else None

    def report(self, step: int, metrics: Mapping[str, Any]) -> None:
        """Write metrics beside the log, and see that the monitor still works.

        Args:
            metrics: Those that are no numbers are left out.
        """
        if self._tracker is not None:
            with contextlib.suppress(MonitorError):  # the tracker has logged it
                self._tracker.get_latest_info_and_check_for_errors()
        if self._metrics is not None:
            try:
                self._metrics.add(step, metrics)
            except OSError as error:
                log.error("the metrics are not written any more: %s", error)  # noqa: TRY400 - for people
                self._metrics = None

    def end(self) -> None:
        """End the measurement; nothing if there is none. Metrics may still come."""
        if self._tracker is not None:
            self._tracker.stop()
            self._tracker = None
