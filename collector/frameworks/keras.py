"""A callback for Keras 3, with any of its backends.

model.fit(…, callbacks=[EnergyCallback("results/my_method/seed_0")])
"""

from __future__ import annotations

import os
from typing import Any

from keras.callbacks import Callback

from .training import MeasuredTraining


class EnergyCallback(Callback):  # type: ignore[misc] # the base is not typed everywhere
    """Measures `model.fit()`; its logs of each epoch go to metrics.csv beside the energy log."""

    def __init__(self, logdir: str | os.PathLike[str], **settings: Any) -> None:
        """Args:
            logdir: The run's folder.
            settings: Further arguments of `ImpactTracker`.

        Raises:
            CollectorError: One of them makes no sense.
        """
        super().__init__()
        self._training = MeasuredTraining(logdir, settings)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start to measure.

        Raises:
            LogExistsError: The folder holds a log; `resume=True` adds to it.
        """
        self._training.begin()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the epoch's logs; a step is an epoch, counted from 1."""
        self._training.report(epoch + 1, logs or {})

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """End the measurement."""
        self._training.end()
