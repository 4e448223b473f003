"""A callback for the Trainer of Hugging Face Transformers.

Trainer(…, callbacks=[EnergyCallback()])
"""

from __future__ import annotations

import os
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .training import MeasuredTraining


class EnergyCallback(TrainerCallback):  # type: ignore[misc] # the base is not typed everywhere
    """Measures `trainer.train()`; what the Trainer logs goes to metrics.csv beside the energy log."""

    def __init__(self, logdir: str | os.PathLike[str] | None = None, **settings: Any) -> None:
        """Args:
            logdir: The run's folder. None: the Trainer's `output_dir`.
            settings: Further arguments of `ImpactTracker`.

        Raises:
            CollectorError: One of them makes no sense.
        """
        self._training = MeasuredTraining(logdir, settings)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start to measure.

        Raises:
            LogExistsError: The folder holds a log, and the training starts from its beginning.
        """
        self._training.begin(args.output_dir, continues=state.global_step > 0)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Keep what the Trainer logs."""
        self._training.report(state.global_step, logs or {})

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """End the measurement."""
        self._training.end()
