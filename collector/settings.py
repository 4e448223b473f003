"""What the tracker tells the monitor: one JSON line, which the process list does not show."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .errors import CollectorError

MIN_INTERVAL_S = 0.1
READY_TIMEOUT_S = 2.0
"""How long the training waits for the first sample, which is usually there after 0.2 s."""

BASES = ("lifecycle", "direct", "marginal", "unknown")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the monitor needs to know of a run."""

    logdir: str
    parent_pid: int
    """The training process: the root of the process tree that is measured."""
    launched_s: float
    """When the tracker started the monitor, in seconds since 1970."""
    run_id: str
    interval_s: float = 1.0
    run_name: str | None = None
    region: Mapping[str, str] | None = None
    carbon_intensity: Mapping[str, Any] | None = None
    pue: float | None = None

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Settings:
        values = json.loads(line)
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def new_run_id() -> str:
    return uuid.uuid4().hex


def checked_interval(interval: float) -> float:
    if not interval >= MIN_INTERVAL_S:
        raise CollectorError(f"interval: expected {MIN_INTERVAL_S} s or more, found {interval!r}")
    return float(interval)


def checked_pue(pue: float | None) -> float | None:
    if pue is None:
        return None
    if not 1.0 <= pue < float("inf"):
        raise CollectorError(f"pue: expected a number of 1 or more, found {pue!r}")
    return float(pue)


def checked_region(region: str | Mapping[str, str] | None) -> dict[str, str] | None:
    """A region as the log writes it, from an id such as "DEU" or a mapping with an "id"."""
    if region is None:
        return None
    given = {"id": region} if isinstance(region, str) else dict(region)
    unknown = sorted(set(given) - {"id", "name", "found_by"})
    if unknown or not given.get("id") or not all(isinstance(v, str) for v in given.values()):
        raise CollectorError(
            'region: expected an id such as "DEU", or a mapping with the texts "id", "name" and '
            f'"found_by", found {region!r}'
        )
    return {"name": "", "found_by": "stated by the user", **given}


def checked_carbon_intensity(intensity: float | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An intensity as the log writes it: g/kWh, or a mapping with "g_per_kwh" and its source."""
    if intensity is None:
        return None
    given = dict(intensity) if isinstance(intensity, Mapping) else {"g_per_kwh": intensity}
    filled = {"year": None, "source": "stated by the user", "basis": "unknown", **given}
    unknown = sorted(set(given) - {"g_per_kwh", "year", "source", "basis"})
    number = filled.get("g_per_kwh")
    is_number = isinstance(number, int | float) and 0 <= number < float("inf")
    if unknown or not is_number or filled["basis"] not in BASES:
        raise CollectorError(
            "carbon_intensity: expected a number in g/kWh, or a mapping with "
            '"g_per_kwh" and, if known, "year", "source" and "basis" '
            f"({', '.join(BASES)}), found {intensity!r}"
        )
    return filled
