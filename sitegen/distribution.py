"""How one figure is spread over some runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class Quartiles:
    low: float
    first: float
    median: float
    third: float
    high: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """The values of a figure, in the unit in which they are shown."""

    values: tuple[float, ...]
    """Sorted; at least one."""

    @classmethod
    def of(cls, values: Iterable[float]) -> Distribution | None:
        """None for no value at all."""
        ordered = tuple(sorted(values))
        return cls(ordered) if ordered else None

    @property
    def quartiles(self) -> Quartiles:
        """Quartiles are linear between values, as numpy's are; the first and last value are the extremes."""
        low, high = self.values[0], self.values[-1]
        if len(self.values) == 1:
            return Quartiles(low, low, low, low, high)
        first, median, third = quantiles(self.values, n=4, method="inclusive")
        return Quartiles(low, first, median, third, high)

    def place(self, value: float) -> str:
        """Where one of the values stands, from the nearer end: "2nd lowest of 5", "3rd of 5", "highest of 5"."""
        n = len(self.values)
        below, above = bisect_left(self.values, value), n - bisect_right(self.values, value)
        if n - below - above == n:
            return f"the same in all {n}"
        ties = n - below - above - 1
        return f"{_rank(below, above)} of {n}" + (
            f", as {ties} other{'s' if ties > 1 else ''}" if ties else ""
        )


def _rank(below: int, above: int) -> str:
    nth = ordinal(min(below, above) + 1)
    if below == above:
        return nth
    end = "lowest" if below < above else "highest"
    return end if min(below, above) == 0 else f"{nth} {end}"


def ordinal(n: int) -> str:
    """ "1st", "2nd", "11th"."""
    return f"{n}{'th' if n % 100 in (11, 12, 13) else _ENDINGS.get(n % 10, 'th')}"
