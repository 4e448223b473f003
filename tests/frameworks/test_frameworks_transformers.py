"""The callback in real trainings of the Trainer of Hugging Face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import Dataset
from trained import INTERVAL_S, log_has_end, metrics
from transformers import Trainer, TrainingArguments
from wattboard.collector import LogExistsError
from wattboard.collector.frameworks.transformers import EnergyCallback


class Line(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        output = self.layer(x)
        return {"loss": torch.nn.functional.mse_loss(output, labels), "logits": output}


class Points(Dataset[dict[str, torch.Tensor]]):
    def __len__(self) -> int:
        return 32

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        numbers = torch.Generator().manual_seed(index)
        return {
            "x": torch.randn(4, generator=numbers),
            "labels": torch.randn(1, generator=numbers),
        }


def trainer(folder: Path, callback: EnergyCallback, epochs: int = 2, **more: Any) -> Trainer:
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=epochs,
        per_device_train_batch_size=8,
        logging_steps=4,
        eval_strategy="epoch",
        save_strategy="epoch",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        **more,
    )
    return Trainer(
        Line(), arguments, train_dataset=Points(), eval_dataset=Points(), callbacks=[callback]
    )


def test_train_becomes_a_log_with_its_metrics(tmp_path: Path) -> None:
    """All numbers that the Trainer logs, those of its evaluations among them, in its output folder."""
    trained = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S))
    trained.train()
    assert log_has_end(tmp_path)
    logged = [
        {name: float(value) for name, value in row.items()} for row in trained.state.log_history
    ]
    assert metrics(tmp_path) == logged
    assert {"loss", "eval_loss"} <= {name for row in logged for name in row}


def test_a_training_from_a_checkpoint_continues_its_run(tmp_path: Path) -> None:
    """Another one in the same folder is refused."""
    trainer(tmp_path, EnergyCallback(interval=INTERVAL_S)).train()
    with pytest.raises(LogExistsError):
        trainer(tmp_path, EnergyCallback(interval=INTERVAL_S)).train()
    further = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S), epochs=3)
    further.train(resume_from_checkpoint=True)
    assert log_has_end(tmp_path, "part-resume-2")
    assert max(row["epoch"] for row in metrics(tmp_path)) == 3
