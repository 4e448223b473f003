"""What the callbacks of all training frameworks share: a real log of the training, and its metrics beside it."""

from __future__ import annotations

import csv
import json
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.collector import CollectorError, LogExistsError
from wattboard.collector.frameworks.metrics_file import MetricsFile
from wattboard.collector.frameworks.training import METRICS_FILE, MeasuredTraining

SETTINGS = {"interval": 0.1}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def info(logdir: Path) -> dict[str, Any]:
    text = (logdir / "impacttracker/info.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_training_becomes_a_log_with_its_metrics_beside_it(tmp_path: Path) -> None:
    """The log has an end, and each report is a row of metrics.csv."""
    training = MeasuredTraining(tmp_path / "run", SETTINGS)
    training.begin()
    training.report(10, {"loss": 0.5, "comment": "text is no metric"})
    training.report(20, {"loss": 0.25, "reward": np.float32(3)})
    training.end()
    assert info(tmp_path / "run")["experiment_end"]
    assert rows(tmp_path / "run" / METRICS_FILE) == [
        {"step": "10", "loss": "0.5", "reward": ""},
        {"step": "20", "loss": "0.25", "reward": "3.0"},
    ]


def test_metrics_after_the_end_are_kept(tmp_path: Path) -> None:
    """As those of a last evaluation; measuring is over then."""
    training = MeasuredTraining(tmp_path, SETTINGS)
    training.begin()
    training.end()
    training.report(5, {"eval_loss": 1.5})
    training.end()
    assert rows(tmp_path / METRICS_FILE) == [{"step": "5", "eval_loss": "1.5"}]


def test_the_frameworks_own_folder_is_the_default(tmp_path: Path) -> None:
    """What the user names counts more."""
    for named, expected in ((None, "theirs"), (tmp_path / "mine", "mine")):
        training = MeasuredTraining(named, SETTINGS)
        training.begin(tmp_path / "theirs")
        training.end()
        assert info(tmp_path / expected)["experiment_end"]
    with pytest.raises(CollectorError, match="expected the run's folder"):
        MeasuredTraining(None, SETTINGS).begin()


def test_a_mistake_is_told_when_the_callback_is_made(tmp_path: Path) -> None:
    """And not hours later, when the data are loaded; nothing is written."""
    with pytest.raises(CollectorError, match="interval"):
        MeasuredTraining(tmp_path / "run", {"interval": -1})
    assert not (tmp_path / "run").exists()


def test_a_log_that_is_there_is_added_to_only_by_a_training_that_continues(tmp_path: Path) -> None:
    """A training from a checkpoint is a further piece of the run, another one is refused."""
    first = MeasuredTraining(tmp_path, SETTINGS)
    first.begin()
    first.report(1, {"loss": 2})
    first.end()
    with pytest.raises(LogExistsError):
        MeasuredTraining(tmp_path, SETTINGS).begin()
    again = MeasuredTraining(tmp_path, SETTINGS)
    again.begin(continues=True)
    again.report(2, {"loss": 1})
    again.end()
    assert (tmp_path / "impacttracker/part-resume-2/data.json").exists()
    assert [row["loss"] for row in rows(tmp_path / METRICS_FILE)] == ["2.0", "1.0"]


def test_only_the_first_rank_writes_metrics(tmp_path: Path) -> None:
    """All ranks report the same; each measures its own part."""
    training = MeasuredTraining(tmp_path, {**SETTINGS, "rank": 1})
    training.begin()
    training.report(1, {"loss": 2})
    training.end()
    assert not (tmp_path / METRICS_FILE).exists()
    assert (tmp_path / "impacttracker/part-rank-1/data.json").exists()


def test_metrics_that_cannot_be_written_do_not_reach_the_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and the training goes on."""
    training = MeasuredTraining(tmp_path, SETTINGS)
    training.begin()
    (tmp_path / METRICS_FILE).mkdir()
    with caplog.at_level(logging.ERROR):
        training.report(1, {"loss": 2})
        training.report(2, {"loss": 2})
    training.end()
    assert [record.message for record in caplog.records if "metrics" in record.message] == [
        f"the metrics are not written any more: [Errno 21] Is a directory: '{tmp_path / METRICS_FILE}'"
    ]


NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\n"), max_size=8)
METRICS = st.dictionaries(NAMES, st.floats() | st.integers(-99, 99) | st.booleans() | st.text())


@given(st.lists(METRICS, max_size=6))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, reports: list[dict[str, Any]]
) -> None:
    """Every finite number in full precision under its own name; what was not reported is empty, and never zero."""
    file = tmp_path_factory.mktemp("metrics") / METRICS_FILE
    written = MetricsFile(file)
    expected: list[dict[str, float]] = []
    for step, metrics in enumerate(reports):
        written.add(step, metrics)
        kept = {
            name: float(value)
            for name, value in metrics.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
        }
        if kept:
            expected.append(kept | {"step": float(step)})
    read = rows(file) if file.exists() else []
    assert [
        {name: float(text) for name, text in row.items() if text != ""} for row in read
    ] == expected
