"""Live carbon intensity as the monitor sees it: which provider is wanted, and what it says now."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from .config import read_config

VARIABLE = "WATTBOARD_LIVE_INTENSITY"
SAMPLE_KEY = "realtime_carbon_intensity"

ABSENT: Literal["n/a"] = "n/a"
"""As the log writes it."""

_OFF = frozenset({"off", "0", "no", "false"})
_BLOCK = 1 << 16

log = logging.getLogger(__name__)


def checked_live_intensity(asked_for: str | None) -> str | None:
    """What a caller asks for, if it makes sense: "provider", "provider:zone", or "off".

    Raises:
        CollectorError: There is no such provider.
    """
    if asked_for is None or asked_for.strip().lower() in _OFF:
        return asked_for
    from .carbon.registry import provider_class

    provider_class(asked_for.partition(":")[0])
    return asked_for


def wanted_live_intensity(
    asked_for: str | None, environ: Mapping[str, str], home: Path | None
) -> str | None:
    """What a run uses: what its caller says, else the environment, else the configuration file.

    Args:
        asked_for: By the caller; None if nothing.
        environ: The environment variables.
        home: The user's folder; None where there is none.

    Returns:
        "provider" or "provider:zone", not yet checked; None where it is off, as it is by default.
    """
    text = asked_for if asked_for is not None else environ.get(VARIABLE, "")
    if not text.strip():
        text = read_config(environ, home).live_intensity or ""
    return None if text.strip().lower() in {"", *_OFF} else text.strip()


class LiveIntensity:
    """Runs `wattboard.collector.carbon` and takes in what it says, line by line."""

    def __init__(self, asked_for: str, log_file: Path) -> None:
        """Args:
        asked_for: "provider" or "provider:zone".
        log_file: What it has to say for people is added there.
        """
        provider, _, zone = asked_for.partition(":")
        self._provider = provider.strip()
        self._zone = zone.strip()
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._has_failed = False
        self._tail = b""
        self._reading: Mapping[str, Any] | None = None
        self.ended = True
        """There is nothing to wait for: it is not started yet, or over."""

    def start(self, region: Mapping[str, str] | None) -> None:
        """Start it as soon as a zone is known: the one asked for, else the run's region."""
        zone = self._zone or (region or {}).get("id")
        if self._process is not None or self._has_failed or not zone:
            return
        # -P: a file of the user's that is called like a module of ours must not be imported.
        module = [sys.executable, "-P", "-m", "wattboard.collector.carbon"]
        try:
            with self._log_file.open("ab") as messages:
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    [*module, self._provider, zone],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=messages,
                )
        except OSError as error:
            self._has_failed = True
            log.warning("live intensity is absent: %s", error)
        else:
            self.ended = False

    def fileno(self) -> int:
        """What to wait for until there is something to `read`. Only while it has not `ended`."""
        assert self._process is not None  # noqa: S101 - see above
        assert self._process.stdout is not None  # noqa: S101 - told to be a pipe
        return self._process.stdout.fileno()

    def read(self) -> Mapping[str, Any]:
        """Keys for info.json that have come since the last call. Waits when there are none."""
        block = os.read(self.fileno(), _BLOCK)
        if not block:
            self.close()
        *lines, self._tail = (self._tail + block).split(b"\n")
        found: dict[str, Any] = {}
        for line in lines:
            said = json.loads(line)
            if "live_intensity" in said:
                found |= said
            else:
                self._reading = said
        return found

    def value(self, time_s: float) -> float | Literal["n/a"]:
        """For a sample: g CO2eq/kWh, or "n/a" where none is known that is new enough.

        Args:
            time_s: Of the sample, in seconds since 1970.
        """
        if self._reading is None or time_s > self._reading["until"]:
            return ABSENT
        g_per_kwh: float = self._reading["g_per_kwh"]
        return g_per_kwh

    def close(self) -> None:
        """End it, whatever it is at."""
        if self._process is None and not self._has_failed:
            log.warning(
                'live intensity is absent: the run\'s region is unknown; state it, or "%s:<zone>"',
                self._provider,
            )
        elif self._process is not None and not self.ended:
            self.ended = True
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
