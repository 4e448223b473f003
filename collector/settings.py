"""What the tracker tells the monitor: one JSON line, which the process list does not show."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

READY, ENDED = "ready", "ended"
"""What the monitor says on its standard output: the first sample is taken; the log is whole."""

READY_TIMEOUT_S = 2.0
"""How long the training waits for the first sample, which is usually there after 0.2 s."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the monitor needs to know of a run."""

    logdir: str
    """The log's own folder, already claimed."""
    parent_pid: int
    """The training process: the root of the process tree that is measured."""
    launched_s: float
    """When the tracker started the monitor, in seconds since 1970."""
    run_id: str
    run_key: str
    """The same for all parts of a run: see `run_key`."""
    without_root: bool = False
    """The root only watches: what is below it is the run."""
    part: Mapping[str, Any] | None = None
    interval_s: float = 1.0
    run_name: str | None = None
    region: Mapping[str, str] | None = None
    carbon_intensity: Mapping[str, Any] | None = None
    pue: float | None = None
    live_intensity: str | None = None
    """"provider", "provider:zone" or "off"; None: see the environment and the configuration."""
    on_request: Mapping[str, str] = field(default_factory=dict)
    """Keys of info.json that are written only for those who ask for them."""

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Settings:
        values = json.loads(line)
        return cls(**{known.name: values[known.name] for known in fields(cls)})


def new_run_id() -> str:
    return os.urandom(16).hex()


def run_key(logdir: Path) -> str:
    """A name for a run that shows nothing of it in the list of processes."""
    return hashlib.sha256(os.fsencode(logdir.resolve())).hexdigest()[:16]
