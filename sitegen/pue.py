"""Which PUE (power usage effectiveness) a build is told to use."""

from __future__ import annotations

import os

from .errors import WattboardError

MAX_PUE = 100.0
VARIABLE = "OVERRIDE_PUE"
"""The seed's environment variable."""


def override(option: float | None, option_name: str = "--pue") -> tuple[float | None, str]:
    """The PUE that overrides those of the logs, and where it comes from: the option, else the environment.

    Args:
        option_name: What the option is called, for a message.

    Raises:
        WattboardError: it is no number of 1 or more.
    """
    if option is not None:
        return _checked(option, option_name), "given for this site"
    text = os.environ.get(VARIABLE)
    if not text:
        return None, ""
    try:
        value = float(text)
    except ValueError:
        raise _wrong(VARIABLE, text) from None
    return _checked(value, VARIABLE), f"given by {VARIABLE}"


def _checked(value: float, name: str) -> float:
    if not 1.0 <= value <= MAX_PUE:
        raise _wrong(name, f"{value:g}")
    return value


def _wrong(name: str, found: str) -> WattboardError:
    return WattboardError(f"expected a PUE from 1 to {MAX_PUE:g} in {name}, found {found}")
