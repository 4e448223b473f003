"""A callback for PyTorch Lightning, under either of its package names.

Trainer(…, callbacks=[EnergyCallback()])
"""

from __future__ import annotations

import os
from typing import Any

try:
    from lightning.pytorch import Callback, LightningModule, Trainer
except ModuleNotFoundError:
    from pytorch_lightning import Callback, LightningModule, Trainer

from .training import MeasuredTraining


class EnergyCallback(Callback):  # type: ignore[misc] # the base is not typed everywhere
    """Measures `trainer.fit()`; its metrics of each epoch go to metrics.csv beside the energy log."""

    def __init__(self, logdir: str | os.PathLike[str] | None = None, **settings: Any) -> None:
        """Args:
            logdir: The run's folder. None: that of the Trainer's logger, else its `default_root_dir`.
            settings: Further arguments of `ImpactTracker`.

        Raises:
            CollectorError: One of them makes no sense.
        """
        self._training = MeasuredTraining(logdir, settings)

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start to measure.

        Raises:
            LogExistsError: The folder holds a log, and the training starts from its beginning.
        """
        folder = trainer.log_dir or trainer.default_root_dir
        self._training.begin(folder, continues=bool(trainer.ckpt_path))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep the epoch's metrics."""
        epoch = {"epoch": trainer.current_epoch}
        self._training.report(trainer.global_step, epoch | dict(trainer.callback_metrics))

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """End the measurement."""
        self._training.end()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """End the measurement of a training that broke off."""
        self._training.end()
