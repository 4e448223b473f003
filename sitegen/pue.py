"""Which PUE (power usage effectiveness) a build is told to use."""

from __future__ import annotations

import os

from .errors import WattboardError

VARIABLE = "OVERRIDE_PUE"
"""The seed's environment variable."""


def override(option: float | None, option_name: str = "--pue") -> tuple[float | None, str]:
    """The PUE that overrides those of the logs, and where it comes from: the option, else the environment.

    Raises:
        WattboardError: it is no number of 1 or more.
    """
    if option is not None:
        return _checked(option, option_name), f"given by {option_name}"
    text = os.environ.get(VARIABLE)
    if not text:
        return None, ""
    try:
        value = float(text)
    except ValueError:
        raise _wrong(VARIABLE, text) from None
    return _checked(value, VARIABLE), f"given by {VARIABLE}"


def _checked(value: float, name: str) -> float:
    if not 1.0 <= value <= 100.0:
        raise _wrong(name, f"{value:g}")
    return value


def _wrong(name: str, found: str) -> WattboardError:
    return WattboardError(f"expected a PUE of 1 or more in {name}, found {found}")
