"""Asks one provider for one zone, as often as it has something new, and says what it learns."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .cache import Cache, Kept
from .places import coordinates
from .provider import Fetch, NoReadingError, Provider, Reading

ATTEMPTS = 4
FIRST_PAUSE_S = 2.0
"""Doubled from attempt to attempt, give or take half of it: those who failed together shall not
come again together."""

LONGEST_PAUSE_S = 60.0
"""A provider that wants to be left alone for longer is asked again in the next round."""

AFTER_FAILURE_S = 900.0
"""Until the next round, where a figure would stand for longer than that."""

LEAST_PAUSE_S = 60.0
SPREAD_S = 20.0
"""A round begins up to so much later than it might."""

_KEY_REFUSED = frozenset({401, 403})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, which tests make up."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """0 to 1."""


class Feed:
    """Goes on for ever, a round for each figure."""

    def __init__(
        self,
        provider: Provider,
        zone: str,
        fetch: Fetch,
        cache: Cache,
        say: Callable[[Mapping[str, Any]], None],
        clock: Clock | None = None,
    ) -> None:
        """Args:
        provider: Who is asked.
        zone: As the provider calls it.
        fetch: Asks a server.
        cache: What this and other runs were told.
        say: Takes {"live_intensity": …}, for info.json, when that changes; and for each new
            reading its values, with `until`, the last time that it may stand for.
        clock: The real one by default.
        """
        self._provider = provider
        self._zone = zone
        self._fetch = fetch
        self._cache = cache
        self._say = say
        self._clock = clock or Clock()
        self._kept: Kept | None = None
        self._said: Reading | None = None
        self._about: dict[str, Any] = {}
        self._complaint = ""
        # Coordinates are nobody's business but the provider's.
        self._describe(zone if coordinates(zone) is None else "", provider.basis, estimated=False)

    def run(self) -> None:
        """Never returns."""
        while True:
            self._clock.sleep(self.round())

    def round(self) -> float:
        """Learn what is new, asking only if it is time to.

        Returns:
            Seconds until the next round.
        """
        with self._cache.locked():
            kept = self._cache.read(self._clock.now()) or self._kept
            if kept is None or not kept.asked_s <= self._clock.now() < kept.next_s:
                kept = self._ask(kept)
        self._kept = kept
        if kept.reading is not None:
            self._tell(kept.reading)
        left_s = max(0.0, kept.next_s - self._clock.now())
        return left_s + self._clock.chance() * SPREAD_S

    def _ask(self, before: Kept | None) -> Kept:
        """Ask, and keep the answer; or, if there is none, what was known."""
        asked_s = self._clock.now()
        try:
            # One who gave no answer last time is not pressed.
            reading = self._latest(attempts=1 if self._complaint else ATTEMPTS)
        except NoReadingError as error:
            self._complain(error)
            last = before.reading if before else None
            pause_s = min(last.granularity_s, AFTER_FAILURE_S) if last else AFTER_FAILURE_S
            kept = Kept(asked_s, asked_s + pause_s, last)
            if error.status in _KEY_REFUSED:
                return kept  # another run may have a key that is right
        else:
            if self._complaint:
                log.info("live intensity: %s answers again", self._provider.name)
                self._complaint = ""
            kept = Kept(asked_s, due_s(reading, asked_s), reading)
        self._cache.write(kept)
        return kept

    def _latest(self, attempts: int) -> Reading:
        pause_s = FIRST_PAUSE_S
        while True:
            attempts -= 1
            try:
                return self._ask_once()
            except NoReadingError as error:
                if not error.try_again or attempts <= 0 or error.wait_s > LONGEST_PAUSE_S:
                    raise
                self._clock.sleep(max(error.wait_s, pause_s * (0.5 + self._clock.chance())))
                pause_s *= 2

    def _ask_once(self) -> Reading:
        now_s = self._clock.now()
        try:
            reading = self._provider.latest(self._fetch, self._zone, now_s)
        except NoReadingError:
            raise
        except Exception as error:  # noqa: BLE001 - see below
            # What no provider was prepared for is no answer either. Not its text: see `fetch`.
            raise NoReadingError(f"the answer makes no sense ({type(error).__name__})") from None
        if reading.at_s > now_s + reading.granularity_s:
            raise NoReadingError("the figure is of the future: is this machine's clock right?")
        return reading

    def _complain(self, error: NoReadingError) -> None:
        message = str(error)
        if error.status in _KEY_REFUSED and self._provider.keys:
            message += f": check {' and '.join(self._provider.keys)}"
        if message != self._complaint:
            log.warning(
                "live intensity: %s has no figure: %s; it is absent meanwhile",
                self._provider.name,
                message,
            )
        self._complaint = message

    def _tell(self, reading: Reading) -> None:
        if reading == self._said:
            return
        self._said = reading
        estimated = reading.is_estimated or self._about["estimated"]
        self._describe(reading.zone, reading.basis, estimated=estimated)
        self._say(
            {
                "g_per_kwh": reading.g_per_kwh,
                "at": reading.at_s,
                "until": reading.at_s + 2 * reading.granularity_s + self._provider.late_s,
                "basis": reading.basis,
                "source": self._provider.source,
            }
        )

    def _describe(self, zone: str, basis: str, *, estimated: bool) -> None:
        about = {
            "provider": self._provider.name,
            "zone": zone or None,
            "basis": basis,
            "source": self._provider.source,
            "attribution": self._provider.attribution,
            "estimated": estimated,
        }
        if about != self._about:
            self._about = about
            self._say({"live_intensity": about})


def due_s(reading: Reading, asked_s: float) -> float:
    """When the next figure may be there: when the next period begins, if that is still to come.

    Each period is asked for once. A provider that is late is asked once in a period's time.
    """
    next_period_s = reading.at_s + reading.granularity_s
    if not asked_s < next_period_s <= asked_s + reading.granularity_s:
        next_period_s = asked_s + reading.granularity_s
    return max(next_period_s, asked_s + LEAST_PAUSE_S)
