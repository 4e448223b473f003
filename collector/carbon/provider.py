"""What a provider of live carbon intensity is. A new one is one file here and one line in the registry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, get_args

from ..errors import CollectorError

Basis = Literal["lifecycle", "direct", "marginal", "unknown"]
BASES: tuple[Basis, ...] = get_args(Basis)

MOST_G_PER_KWH = 3000.0
"""Twice what the dirtiest power plants emit: above it a unit is wrong, or a digit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The carbon intensity of one zone's power in one period."""

    g_per_kwh: float
    at_s: float
    """When the period begins, in seconds since 1970."""
    granularity_s: float
    """How long the period is: when the next figure is due."""
    zone: str
    """As the provider calls it."""
    basis: Basis
    is_estimated: bool
    """A forecast, or a figure that the provider makes up for want of data."""


class NoReadingError(CollectorError):
    """The provider has not said. The message tells people why, and holds no key."""

    def __init__(
        self, message: str, *, status: int | None = None, try_again: bool = True, wait_s: float = 0
    ) -> None:
        """Args:
        message: Why.
        status: What the server answered with, if it did.
        try_again: The same question may soon be answered.
        wait_s: How long the provider asks to be left alone.
        """
        super().__init__(message)
        self.status = status
        self.try_again = try_again
        self.wait_s = wait_s


class UnservedZoneError(CollectorError):
    """The provider has no figures for a place."""


class MissingKeyError(CollectorError):
    """The provider wants a key that the environment does not have."""


class Fetch(Protocol):
    """Asks a server."""

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer.

        Raises:
            NoReadingError: No answer in time, or none that says "OK".
        """


class Provider(Protocol):
    """One way to learn the carbon intensity of the grid now."""

    name: ClassVar[str]
    """As users write it."""
    basis: ClassVar[Basis]
    """Of its figures, if they do not say otherwise themselves."""
    late_s: ClassVar[float]
    """How long after the end of its period a figure may come out."""
    keys: ClassVar[tuple[str, ...]]
    """The environment variables that it needs."""
    source: ClassVar[str]
    """Who says so and what, in words."""
    attribution: ClassVar[str]
    """Whom its terms want to be named."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Args:
            environ: Where keys are looked for.

        Raises:
            MissingKeyError: There is none.
        """

    def zone_of(self, place: str) -> str:
        """What the provider calls a place.

        Args:
            place: A zone's id as in the log ("DEU", "US-CA"), or what the provider calls it, or for
                some "latitude,longitude".

        Raises:
            UnservedZoneError: It has no figures for that place.
        """

    def latest(self, fetch: Fetch, zone: str, now_s: float) -> Reading:
        """The latest figure.

        Args:
            fetch: Asks a server.
            zone: See `zone_of`.
            now_s: Seconds since 1970.

        Raises:
            NoReadingError: It has none, or does not say.
        """


def read_json(body: bytes) -> Mapping[str, Any]:
    """An answer that should be a JSON object.

    Raises:
        NoReadingError: It is something else.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise NoReadingError("the answer is something other than a JSON object")
    return answer


def number(value: object) -> float | None:
    """A finite number; None for anything else, texts and true among them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def time_s(value: object) -> float | None:
    """Seconds since 1970 of an ISO 8601 text that says its offset; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def plausible(g_per_kwh: float) -> float:
    """The same number.

    Raises:
        NoReadingError: No grid has such an intensity.
    """
    if 0 <= g_per_kwh <= MOST_G_PER_KWH:
        return g_per_kwh
    raise NoReadingError(
        f"expected 0 to {MOST_G_PER_KWH:g} g/kWh, found {g_per_kwh:g}", try_again=False
    )
