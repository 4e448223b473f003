"""The callback in real trainings of Keras."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from trained import INTERVAL_S, log_has_end, metrics
from wattboard.collector import LogExistsError
from wattboard.collector.frameworks.keras import EnergyCallback


@pytest.fixture
def model() -> keras.Model:
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit(model: keras.Model, callback: EnergyCallback, epochs: int = 2) -> keras.callbacks.History:
    numbers = np.random.default_rng(0)
    x, y = numbers.normal(size=(64, 4)), numbers.normal(size=(64, 1))
    return model.fit(x, y, validation_split=0.25, epochs=epochs, callbacks=[callback], verbose=0)


def test_fit_becomes_a_log_with_its_metrics(model: keras.Model, tmp_path: Path) -> None:
    """Each epoch's own figures, as Keras has them in its history."""
    history = fit(model, EnergyCallback(tmp_path, interval=INTERVAL_S)).history
    assert log_has_end(tmp_path)
    assert metrics(tmp_path) == [
        {"step": epoch + 1, **{name: values[epoch] for name, values in history.items()}}
        for epoch in range(2)
    ]
    assert "val_loss" in history


def test_a_second_fit_needs_to_say_that_it_continues(model: keras.Model, tmp_path: Path) -> None:
    """A log is never mixed with another training's."""
    fit(model, EnergyCallback(tmp_path, interval=INTERVAL_S))
    with pytest.raises(LogExistsError):
        fit(model, EnergyCallback(tmp_path, interval=INTERVAL_S))
    fit(model, EnergyCallback(tmp_path, interval=INTERVAL_S, resume=True))
    assert log_has_end(tmp_path, "part-resume-2")
