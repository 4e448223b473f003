"""What sources have in common: adding up joules, the device's and the run's part of them."""

from __future__ import annotations

from collections.abc import Iterable

from .source import Usage

HELD_S = 60.0
"""A power that could not be read is taken from the next reading for so long, or 5 intervals."""

MOST_W = 10_000.0
"""No device draws more: what a counter gains beyond that was set, not counted."""


class EnergyCounter:
    """The joules that a device has counted since now, by a counter that may be set back.

    A driver that was loaded again begins at 0. What was used between the last reading and then is
    lost; nothing is ever taken away.
    """

    def __init__(self, now_j: float) -> None:
        self.total_j = 0.0
        self._last_j = now_j
        self._last_s: float | None = None

    def advance(self, now_j: float, time_s: float) -> float:
        """Joules since the counter was opened; never falls.

        Args:
            now_j: What it shows.
            time_s: When, by the monotonic clock.
        """
        gained_j = now_j - self._last_j
        # It moves in steps: a second's worth is always allowed.
        elapsed_s = 1.0 if self._last_s is None else max(1.0, time_s - self._last_s)
        if 0 <= gained_j <= MOST_W * elapsed_s:
            self.total_j += gained_j
        self._last_j, self._last_s = now_j, time_s
        return self.total_j


class Account:
    """The run's energy on one device since the source was opened."""

    def __init__(self) -> None:
        self.run_j = 0.0
        """Never falls."""
        self._charged_s: float | None = None
        self._charged_j = 0.0

    def charge_counted(self, counted_j: float | None, share: float | None) -> bool:
        """Add the run's share of what was counted since the last charge.

        Args:
            counted_j: By the device, since the source was opened. None: no answer.
            share: The run's, 0 to 1. None: not known.

        Returns:
            Whether that was possible. If not, the joules wait for the next charge.
        """
        if counted_j is None or share is None:
            return False
        last_j, self._charged_j = self._charged_j, counted_j
        self.run_j += max(0.0, counted_j - last_j) * share
        return True

    def charge_power(self, power_w: float | None, share: float | None, usage: Usage) -> bool:
        """Add the run's share of power times the time since the last charge.

        Returns:
            Whether that was possible. If not for long, nobody knows what the device drew meanwhile.
        """
        if share is None or (power_w is None and share > 0):
            return False
        last_s, self._charged_s = self._charged_s, usage.time_s
        if last_s is not None and usage.time_s - last_s <= max(HELD_S, 5 * usage.interval_s):
            self.run_j += (power_w or 0.0) * (usage.time_s - last_s) * share
        return True


def sum_or_none(values: Iterable[float | None]) -> float | None:
    """The sum; None when a part is missing, since the rest would pass for the whole."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def part_of(power_w: float | None, share: float | None) -> float | None:
    """The run's part of a power: none of an unknown one is 0."""
    if share == 0:
        return 0.0
    return None if power_w is None or share is None else power_w * share
