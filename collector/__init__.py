"""Measures a training run and writes its energy log, without getting in the training's way.

with ImpactTracker("runs/ppo/seed-3"):
    train()

What is written is described in docs/log-format.md.
"""

from __future__ import annotations

from .errors import CollectorError, LogExistsError, MonitorError
from .tracker import ImpactTracker

__all__ = ["CollectorError", "ImpactTracker", "LogExistsError", "MonitorError"]
