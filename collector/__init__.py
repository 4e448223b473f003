"""Measures a training run and writes its energy log, without getting in the training's way.

with ImpactTracker("runs/ppo/seed-3"):
    train()

What is written is described in docs/log-format.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import CollectorError, HardwareMismatchError, LogExistsError, MonitorError
from .tracker import ImpactTracker

if TYPE_CHECKING:
    from .checks import assert_cpus_by_attributes, assert_gpus_by_attributes

__all__ = [
    "CollectorError",
    "HardwareMismatchError",
    "ImpactTracker",
    "LogExistsError",
    "MonitorError",
    "assert_cpus_by_attributes",
    "assert_gpus_by_attributes",
]


def __getattr__(name: str) -> Any:
    # They bring the power sources with them, which a training that only wants a tracker never needs.
    if name in {"assert_cpus_by_attributes", "assert_gpus_by_attributes"}:
        from . import checks

        return getattr(checks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
