"""From the figures of a run's parts to those of the run. Formulas: docs/metrics.md#runs-of-several-parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from ..catalog import kinds_by_name
from ..model import ABSENT, Figure, weakest
from ..units import JOULES_PER_KWH, SECONDS_PER_HOUR
from .spans import Span, length_s

Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class PartFigures:
    """What is known of one part."""

    figures: Figures
    """As `metrics.figures` gives them."""
    span: Span
    """Its start and end, in seconds since 1970."""
    gpu_ids: tuple[str, ...]
    """An id for each of its GPUs, "" where the log does not tell. Empty: no GPU."""
    holds_for_ever: bool
    """As in `Timeline`: time between samples that lie far apart counts as measured for its power."""

    @property
    def duration_s(self) -> float:
        return self.span[1] - self.span[0]


def combined(parts: Sequence[PartFigures], *, complete: bool) -> dict[str, Figure]:
    """The figures of a run. Those of a run with one part are that part's own.

    Args:
        parts: At least one, in any order.
        complete: False where the run had a part that is not among them: then no figure is more than partial.
    """
    figures = (
        dict(parts[0].figures)
        if len(parts) == 1
        else {name: _rule(name)(name, parts) for name in parts[0].figures}
    )
    return figures if complete else {name: _weakened(figure) for name, figure in figures.items()}


def _weakened(figure: Figure) -> Figure:
    return figure if figure.value is None else Figure(figure.value, "partial")


def _sum(name: str, parts: Sequence[PartFigures]) -> Figure:
    """Of the parts that have the figure; partial where one lacks it."""
    return _over(name, _concerned(name, parts), lambda having: fsum(_values(name, having)))


def _mean(name: str, parts: Sequence[PartFigures]) -> Figure:
    """Weighted by duration, over the parts that have the figure; partial where one lacks it."""
    return _over(name, parts, lambda having: _weighted(_values(name, having), having))


def _duration(name: str, parts: Sequence[PartFigures]) -> Figure:
    """The time in which at least one part ran."""
    return _over(
        name, parts, lambda having: length_s(part.span for part in having) / SECONDS_PER_HOUR
    )


def _allocated(name: str, parts: Sequence[PartFigures]) -> Figure:
    """For each GPU the time in which at least one part had it. One without an id is nobody else's."""
    spans: dict[tuple[object, ...], list[Span]] = {}
    for number, part in enumerate(parts):
        seen: Counter[str] = Counter()
        for gpu in part.gpu_ids:
            seen[gpu] += 1
            device = (gpu, seen[gpu]) if gpu else (gpu, seen[gpu], number)
            spans.setdefault(device, []).append(part.span)
    return _over(
        name,
        _concerned(name, parts),
        lambda _: fsum(length_s(of_gpu) for of_gpu in spans.values()) / SECONDS_PER_HOUR,
    )


def _mean_power(name: str, parts: Sequence[PartFigures]) -> Figure:
    """Energy over the time that was measured, in which ranks that ran at once count once."""

    def watts(having: Sequence[PartFigures]) -> float:
        measured = map(_share_with_power, having)
        joules = fsum(_values("energy_kwh", having)) * JOULES_PER_KWH
        return joules / (length_s(part.span for part in having) * _weighted(measured, having))

    return _over(name, [part for part in parts if part.duration_s > 0], watts)


def _share_with_power(part: PartFigures) -> float:
    """Of a part's time, that which its power is of."""
    share = None if part.holds_for_ever else part.figures["measured_share"].value
    return 1.0 if share is None else share


_RULES: Mapping[str, Callable[[str, Sequence[PartFigures]], Figure]] = {
    "duration_hours": _duration,
    "allocated_gpu_hours": _allocated,
    "mean_power_w": _mean_power,
    "mean_carbon_intensity_g_per_kwh": _mean,
    "measured_share": _mean,
}
"""All other figures of ours are sums."""


def _rule(name: str) -> Callable[[str, Sequence[PartFigures]], Figure]:
    found = _RULES.get(name)
    if found is None:
        kind = kinds_by_name().get(name)
        # Of another package: see `others.Metric`.
        found = _mean if kind is not None and not kind.summable else _sum
    return found


def _concerned(name: str, parts: Sequence[PartFigures]) -> Sequence[PartFigures]:
    """Without the parts that had no GPU, for a figure of GPUs."""
    if "gpu" not in name:
        return parts
    return [part for part in parts if part.gpu_ids or part.figures[name].value is not None]


def _over(
    name: str,
    parts: Sequence[PartFigures],
    value: Callable[[Sequence[PartFigures]], float],
) -> Figure:
    """A figure of the parts that have it, with the weakest of their provenances. A part of no time lacks nothing."""
    having = [part for part in parts if part.figures[name].value is not None]
    if not having:
        return ABSENT
    kinds = {part.figures[name].provenance for part in having}
    if any(part.figures[name].value is None and part.duration_s > 0 for part in parts):
        kinds.add("partial")
    return Figure(value(having), weakest(kinds))


def _values(name: str, parts: Iterable[PartFigures]) -> list[float]:
    return [value for part in parts if (value := part.figures[name].value) is not None]


def _weighted(values: Iterable[float], parts: Sequence[PartFigures]) -> float:
    """The mean by duration; the plain mean where no part lasted any time."""
    total_s = fsum(part.duration_s for part in parts)
    weights = [part.duration_s for part in parts] if total_s > 0 else [1.0] * len(parts)
    return fsum(v * w for v, w in zip(values, weights, strict=True)) / fsum(weights)
