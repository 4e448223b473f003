"""What the user states of a run: checked at once, so that a mistake is told before the training starts."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import CollectorError
from .live_intensity import checked_live_intensity
from .ranks import Rank, rank_from
from .runlog import Claim
from .settings import Settings, new_run_id, run_key
from .zones import zone_id

MIN_INTERVAL_S, MAX_INTERVAL_S = 0.1, 3600.0

ON_REQUEST = ("host_name", "user_name", "command")
"""What info.json holds only for those who ask for it."""

BASES = ("lifecycle", "direct", "marginal", "unknown")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The arguments of a tracker, in the form that the log has."""

    interval_s: float
    region: Mapping[str, str] | None
    carbon_intensity: Mapping[str, Any] | None
    pue: float | None
    live_intensity: str | None
    run_name: str | None
    resume: bool
    rank: Rank
    on_request: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def checked(
        cls,
        *,
        interval: float,
        region: str | Mapping[str, str] | None,
        carbon_intensity: float | Mapping[str, Any] | None,
        pue: float | None,
        live_intensity: str | None = None,
        run_name: str | None,
        resume: bool,
        rank: int | None,
        record: Collection[str],
        command: Collection[str] = (),
    ) -> RunSettings:
        """Args:
            As `ImpactTracker` has them, and
            command: What is measured; this process's own command line where it is empty.

        Raises:
            CollectorError: One of them makes no sense.
        """
        return cls(
            interval_s=_checked_interval(interval),
            region=_checked_region(region),
            carbon_intensity=_checked_carbon_intensity(carbon_intensity),
            pue=_checked_pue(pue),
            live_intensity=checked_live_intensity(live_intensity),
            run_name=_checked_run_name(run_name),
            resume=resume,
            rank=rank_from(os.environ) if rank is None else _checked_rank(rank),
            on_request=_asked_for(record, command),
        )

    def for_monitor(self, logdir: Path, claim: Claim, *, without_root: bool = False) -> Settings:
        """What the monitor of this process is told.

        Args:
            logdir: The run's folder.
            claim: The place of the log in it.
            without_root: This process only watches: what is below it is the run.
        """
        part = {"name": claim.part, "rank": self.rank.number, "of": self.rank.of}
        return Settings(
            logdir=str(claim.folder),
            parent_pid=os.getpid(),
            launched_s=time.time(),
            run_id=new_run_id(),
            run_key=run_key(logdir),
            without_root=without_root,
            part=part if claim.part or self.rank.of else None,
            interval_s=self.interval_s,
            run_name=self.run_name,
            region=self.region,
            carbon_intensity=self.carbon_intensity,
            pue=self.pue,
            live_intensity=self.live_intensity,
            on_request=self.on_request,
        )


def _checked_interval(interval: float) -> float:
    if not MIN_INTERVAL_S <= interval <= MAX_INTERVAL_S:
        raise CollectorError(
            f"interval: expected {MIN_INTERVAL_S} to {MAX_INTERVAL_S:g} s, found {interval!r}"
        )
    return float(interval)


def _checked_run_name(run_name: str | None) -> str | None:
    if run_name is not None and not isinstance(run_name, str):
        raise CollectorError(f"run_name: expected a text, found {run_name!r}")
    return run_name


def _checked_rank(rank: int) -> Rank:
    if not isinstance(rank, int) or rank < 0:
        raise CollectorError(f"rank: expected a whole number of 0 or more, found {rank!r}")
    return Rank(rank)


def _checked_pue(pue: float | None) -> float | None:
    if pue is None:
        return None
    if not 1.0 <= pue < float("inf"):
        raise CollectorError(f"pue: expected a number of 1 or more, found {pue!r}")
    return float(pue)


def _checked_region(region: str | Mapping[str, str] | None) -> dict[str, str] | None:
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
    zone = zone_id(given["id"])
    if zone is None:
        raise CollectorError(
            'region: expected a zone\'s id such as "DEU" or "US-CA", found '
            f"{given['id']!r}; `wattboard region` tells the zone of a place"
        )
    return {"name": "", "found_by": "stated by the user", **given, "id": zone}


def _checked_carbon_intensity(intensity: float | Mapping[str, Any] | None) -> dict[str, Any] | None:
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


def _asked_for(names: Collection[str], command: Collection[str]) -> dict[str, str]:
    found = {}
    for name in names:
        if name == "host_name":
            found[name] = os.uname().nodename
        elif name == "user_name":
            import getpass  # not needed by most

            found[name] = getpass.getuser()
        elif name == "command":
            found[name] = shlex.join(command or sys.orig_argv)
        else:
            raise CollectorError(f"record: expected {', '.join(ON_REQUEST)}, found {name!r}")
    return found
