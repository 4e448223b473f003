"""The callback in real trainings of Lightning."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset
from trained import INTERVAL_S, log_has_end, metrics
from wattboard.collector import LogExistsError
from wattboard.collector.frameworks.lightning import EnergyCallback


class Line(LightningModule):
    def __init__(self, fails_in_epoch: int | None = None) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        self.fails_in_epoch = fails_in_epoch

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        if self.current_epoch == self.fails_in_epoch:
            raise RuntimeError("out of memory")
        x, y = batch
        loss = torch.nn.functional.mse_loss(self.layer(x), y)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> None:
        self.log("val_loss", self.training_step(batch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def loader() -> DataLoader[tuple[torch.Tensor, ...]]:
    torch.manual_seed(0)
    return DataLoader(TensorDataset(torch.randn(32, 4), torch.randn(32, 1)), batch_size=8)


def trainer(folder: Path, callback: EnergyCallback, epochs: int = 2, **settings: object) -> Trainer:
    return Trainer(
        default_root_dir=folder,
        accelerator="cpu",
        max_epochs=epochs,
        callbacks=[callback],
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
        **{"logger": False, "enable_checkpointing": False, **settings},
    )


def test_fit_becomes_a_log_with_its_metrics(tmp_path: Path) -> None:
    """Each epoch's metrics, those of its validation among them, by the optimizer's step."""
    fitted = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S))
    fitted.fit(Line(), loader(), loader())
    assert log_has_end(tmp_path)
    rows = metrics(tmp_path)
    assert [(row["step"], row["epoch"]) for row in rows] == [(4, 0), (8, 1)]
    last = {name: value.item() for name, value in fitted.callback_metrics.items()}
    assert {name: rows[-1][name] for name in last} == last
    assert "val_loss" in last


def test_the_log_lies_where_the_logger_writes(tmp_path: Path) -> None:
    """So that one folder holds all of a run; a folder that the user names counts more."""
    logger = CSVLogger(tmp_path)
    trainer(tmp_path, EnergyCallback(interval=INTERVAL_S), logger=logger).fit(Line(), loader())
    assert log_has_end(Path(logger.log_dir))
    named = EnergyCallback(tmp_path / "mine", interval=INTERVAL_S)
    trainer(tmp_path, named, logger=CSVLogger(tmp_path)).fit(Line(), loader())
    assert log_has_end(tmp_path / "mine")


def test_a_training_that_breaks_off_has_an_end(tmp_path: Path) -> None:
    """The exception reaches the user, and the log is complete."""
    broken = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S))
    with pytest.raises(RuntimeError, match="out of memory"):
        broken.fit(Line(fails_in_epoch=1), loader())
    assert log_has_end(tmp_path)
    assert [row["epoch"] for row in metrics(tmp_path)] == [0]


def test_a_training_from_a_checkpoint_continues_its_run(tmp_path: Path) -> None:
    """Another one in the same folder is refused."""
    first = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S))
    first.fit(Line(), loader())
    first.save_checkpoint(tmp_path / "last.ckpt")
    with pytest.raises(LogExistsError):
        trainer(tmp_path, EnergyCallback(interval=INTERVAL_S)).fit(Line(), loader())
    further = trainer(tmp_path, EnergyCallback(interval=INTERVAL_S), epochs=3)
    further.fit(Line(), loader(), ckpt_path=tmp_path / "last.ckpt")
    assert log_has_end(tmp_path, "part-resume-2")
    assert [row["epoch"] for row in metrics(tmp_path)] == [0, 1, 2]
