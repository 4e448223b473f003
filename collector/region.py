"""Where a run's power comes from: stated, remembered, or looked up by IP address; else unknown.

What is known of the user after a lookup is the zone, and nothing else is kept. See docs/region.md.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .config import Config, config_file, read_config, user_folder
from .region_service import SERVICE_NAME, SERVICE_URL, NoAnswerError, ask_within
from .zones import zone_id, zone_of, zones

REGION_VARIABLE = "WATTBOARD_REGION"
LOOKUP_VARIABLE = "WATTBOARD_REGION_LOOKUP"

LOOKUP_TIMEOUT_S = 2.0
REMEMBERED_S = 24 * 3600.0

_ON = frozenset({"", "1", "on", "yes", "true"})
_OFF = frozenset({"0", "off", "no", "false"})

_LOOKED_UP = f"looked up by IP address at {SERVICE_NAME}"

_MAX_REMEMBERED_BYTES = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Region:
    """A zone of the grid."""

    id: str
    """ISO 3166-1 alpha-3 ("DEU"); in some countries a subdivision's ISO 3166-2 code ("US-CA")."""
    found_by: str
    """In words."""

    def labelled(self) -> dict[str, str]:
        """As info.json's `region`."""
        return {"id": self.id, "name": "", "found_by": self.found_by}


def resolve_without_network(
    environ: Mapping[str, str], home: Path | None, now_s: float | None = None
) -> Region | None:
    """The region by WATTBOARD_REGION, the configuration file, or a lookup of the last 24 hours.

    Args:
        environ: The environment variables.
        home: The user's folder; None where there is none.
        now_s: Seconds since 1970.

    Returns:
        None where none of them says it, or says something else than a zone (see `mistakes`).
    """
    config = read_config(environ, home)
    stated = _stated(environ, config)
    if stated is not None:
        text, found_by = stated
        zone = zone_id(text)
        return Region(zone, found_by) if zone else None
    if not lookup_allowed(environ, home):
        return None
    zone = _remembered(_cache_file(environ, home), time.time() if now_s is None else now_s)
    return Region(zone, f"{_LOOKED_UP}, in the last 24 hours") if zone else None


def lookup_allowed(environ: Mapping[str, str], home: Path | None) -> bool:
    """Whether the network may be asked: no region is stated, and no switch is off.

    A region that is stated but wrong is not made up for by a lookup, and a configuration that
    cannot be read may have forbidden it.
    """
    config = read_config(environ, home)
    return _stated(environ, config) is None and config.region_lookup and _switch(environ) in _ON


def mistakes(environ: Mapping[str, str], home: Path | None) -> tuple[str, ...]:
    """What is wrong with the environment or the configuration file, for people."""
    config = read_config(environ, home)
    found = list(config.mistakes)
    stated = _stated(environ, config)
    if stated is not None and zone_id(stated[0]) is None:
        text, found_by = stated
        place = found_by if found_by == REGION_VARIABLE else f"{config_file(environ, home)}: region"
        found.append(
            f'{place}: expected a zone\'s id such as "DEU" or "US-CA", found {text!r}; '
            "the region stays unknown"
        )
    if _switch(environ) not in _ON | _OFF:
        found.append(
            f"{LOOKUP_VARIABLE}: expected on or off, found {_switch(environ)!r}; taken as off"
        )
    return tuple(found)


def look_up(
    environ: Mapping[str, str],
    home: Path | None,
    url: str = SERVICE_URL,
    timeout_s: float = LOOKUP_TIMEOUT_S,
) -> Region | None:
    """Ask the service once for the region of this machine's public IP address, and remember it.

    Ask `lookup_allowed` before. After the timeout the request may still be under way in a daemon
    thread.

    Returns:
        None where there was no usable answer in time; the log says why. That is not remembered.
    """
    try:
        codes = ask_within(url, timeout_s)
    except NoAnswerError as error:
        log.warning("the region stays unknown: %s", error)
        return None
    zone = zone_of(*codes)
    if zone is None:
        log.warning("the region stays unknown: %s names no known country", SERVICE_NAME)
        return None
    _remember(_cache_file(environ, home), zone, time.time())
    return Region(zone, _LOOKED_UP)


def _stated(environ: Mapping[str, str], config: Config) -> tuple[str, str] | None:
    """What the user says the region is, and where they say it."""
    text = environ.get(REGION_VARIABLE, "")
    if text.strip():
        return text, REGION_VARIABLE
    if config.region is not None:
        return config.region, "the configuration file"
    return None


def _switch(environ: Mapping[str, str]) -> str:
    return environ.get(LOOKUP_VARIABLE, "").strip().lower()


def _cache_file(environ: Mapping[str, str], home: Path | None) -> Path | None:
    folder = user_folder(environ, home, "XDG_CACHE_HOME", ".cache")
    return folder / "region.json" if folder else None


def _remembered(file: Path | None, now_s: float) -> str | None:
    """The zone that was looked up within the last 24 hours. Anything else in the file is ignored."""
    if file is None:
        return None
    try:
        with file.open("rb") as content:
            kept = json.loads(content.read(_MAX_REMEMBERED_BYTES))
        zone, time_s = str(kept["zone"]), float(kept["time"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_valid = 0 <= now_s - time_s < REMEMBERED_S and zone in zones().values()
    return zone if is_valid else None


def _remember(file: Path | None, zone: str, now_s: float) -> None:
    """Keep the zone and the time, and nothing else; where that cannot be, do without."""
    if file is None:
        return
    staged = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(json.dumps({"zone": zone, "time": int(now_s)}), encoding="utf-8")
        staged.replace(file)
    except OSError as error:
        log.info("the region is not remembered: %s", error.strerror)
        with suppress(OSError):
            staged.unlink()
