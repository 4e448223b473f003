"""How one figure is spread over some runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles


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

    def thinned(self, most: int) -> tuple[float, ...]:
        """The values; of more than so many, evenly spaced ones from the lowest to the highest."""
        last = len(self.values) - 1
        if last < most:
            return self.values
        return tuple(self.values[round(i * last / (most - 1))] for i in range(most))
