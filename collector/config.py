"""The user's configuration file: what holds for all of their runs.

# ~/.config/wattboard/config.toml
region = "DEU"
region_lookup = false
live_intensity = "energy-charts"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG_VARIABLE = "WATTBOARD_CONFIG"

_KINDS: Mapping[str, tuple[type, str]] = {
    "region": (str, 'a zone\'s id such as "DEU" or "US-CA"'),
    "region_lookup": (bool, "true or false"),
    "live_intensity": (str, 'a provider such as "energy-charts", or "provider:zone"'),
}

_OF_THE_REGION = frozenset({"region", "region_lookup"})


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says, as far as it can be understood."""

    region: str | None = None
    region_lookup: bool = True
    live_intensity: str | None = None
    mistakes: tuple[str, ...] = ()
    """For people: file, key, what was expected and what was found."""


def config_file(environ: Mapping[str, str], home: Path | None) -> Path | None:
    """Where the file is looked for: WATTBOARD_CONFIG, else the user's folder for such files.

    Never the working directory, which is often a stranger's repository.
    """
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    folder = user_folder(environ, home, "XDG_CONFIG_HOME", ".config")
    return folder / "config.toml" if folder else None


def user_folder(
    environ: Mapping[str, str], home: Path | None, variable: str, default: str
) -> Path | None:
    """Wattboard's folder among the user's, by the XDG Base Directory Specification."""
    named = Path(environ.get(variable, ""))
    if named.is_absolute():
        return named / "wattboard"
    return home / default / "wattboard" if home else None


def home_folder() -> Path | None:
    """The user's; None for one without an entry and without HOME."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def read_config(environ: Mapping[str, str], home: Path | None) -> Config:
    """Never an error: a run does not fail for want of a configuration.

    A file that cannot be understood may have forbidden the lookup, so it counts as if it had.
    """
    file = config_file(environ, home)
    if file is None:
        return Config()
    try:
        text = file.read_text(encoding="utf-8")
        import tomllib  # most users have no such file, and every monitor would keep it in memory

        values = tomllib.loads(text)
    except FileNotFoundError:
        if not environ.get(CONFIG_VARIABLE):
            return Config()
        return _unusable(f"{CONFIG_VARIABLE}: expected a file, found none at {file}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return _unusable(f"{file}: expected a TOML file that can be read, found: {reason}")
    return _config_from(values, file)


def _unusable(mistake: str) -> Config:
    return Config(region_lookup=False, mistakes=(f"{mistake}; no region is looked up",))


def _config_from(values: Mapping[str, Any], file: Path) -> Config:
    mistakes = [_mistake(file, key, value) for key, value in values.items()]
    wrong = {key for key, mistake in zip(values, mistakes, strict=True) if mistake}
    return Config(
        region=None if "region" in wrong else values.get("region"),
        # A region or a switch that means something else than it says: rather none than a lookup.
        region_lookup=not wrong & _OF_THE_REGION and values.get("region_lookup", True),
        live_intensity=None if "live_intensity" in wrong else values.get("live_intensity"),
        mistakes=tuple(mistake for mistake in mistakes if mistake),
    )


def _mistake(file: Path, key: str, value: Any) -> str | None:
    if key not in _KINDS:
        return f"{file}: expected the keys {', '.join(_KINDS)}, found {key!r}, which is ignored"
    kind, expected = _KINDS[key]
    if isinstance(value, kind):
        return None
    then = "no region is looked up" if key in _OF_THE_REGION else "it stays off"
    return f"{file}: {key}: expected {expected}, found {value!r}; {then}"
