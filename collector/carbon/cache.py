"""What was last asked and answered, on disk: several runs on one machine ask no more than one."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from .provider import BASES, MOST_G_PER_KWH, Reading, number

MAX_PAUSE_S = 2 * 3600.0
"""A file that forbids to ask for longer is wrong, or the clock was set."""

_MAX_BYTES = 4096

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The last time that a provider was asked for a zone."""

    asked_s: float
    """Seconds since 1970."""
    next_s: float
    """It is not asked again before."""
    reading: Reading | None
    """The last that came, however old; None before the first."""


def cache_file(folder: Path | None, provider: str, zone: str) -> Path | None:
    """Where is kept what a provider said of a zone.

    Args:
        folder: Wattboard's among the user's caches; None where there is none.
        provider: Its name.
        zone: Not readable in the file's name, since it may be a place's coordinates.
    """
    if folder is None:
        return None
    return folder / "carbon" / f"{provider}-{sha256(zone.encode()).hexdigest()[:16]}.json"


class Cache:
    """One file. Where it cannot be, nothing is kept; that is no error."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While one process asks, the others wait for its answer."""
        lock = self._open_lock()
        try:
            yield
        finally:
            if lock is not None:
                os.close(lock)

    def read(self, now_s: float) -> Kept | None:
        """What is kept; None if that is nothing, or makes no sense now."""
        if self._file is None:
            return None
        try:
            with self._file.open("rb") as content:
                values = json.loads(content.read(_MAX_BYTES))
            kept = _kept(values)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        if kept is None or not kept.asked_s <= now_s <= kept.asked_s + MAX_PAUSE_S:
            return None
        return kept if kept.next_s <= kept.asked_s + MAX_PAUSE_S else None

    def write(self, kept: Kept) -> None:
        """Replace it as a whole."""
        if self._file is None:
            return
        staged = self._file.with_name(f"{self._file.name}.{os.getpid()}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            staged.write_text(json.dumps(asdict(kept)), encoding="utf-8")
            staged.replace(self._file)
        except OSError as error:
            log.info("the live intensity is not kept: %s", error.strerror)
            with suppress(OSError):
                staged.unlink()

    def _open_lock(self) -> int | None:
        if self._file is None:
            return None
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
            return lock
        return None


def _kept(values: Any) -> Kept | None:
    asked_s, next_s = number(values["asked_s"]), number(values["next_s"])
    if asked_s is None or next_s is None:
        return None
    return Kept(asked_s, next_s, _reading(values["reading"]))


def _reading(values: Any) -> Reading | None:
    """A reading as it was written; None where a hand has changed it into something else."""
    if values is None:
        return None
    g_per_kwh, at_s = number(values["g_per_kwh"]), number(values["at_s"])
    granularity_s = number(values["granularity_s"])
    if g_per_kwh is None or at_s is None or granularity_s is None:
        return None
    if not 0 <= g_per_kwh <= MOST_G_PER_KWH or values["basis"] not in BASES:
        return None
    return Reading(
        g_per_kwh=g_per_kwh,
        at_s=at_s,
        granularity_s=granularity_s,
        zone=str(values["zone"]),
        basis=values["basis"],
        is_estimated=values["is_estimated"] is not False,
    )
