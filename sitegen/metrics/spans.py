"""Spans of time that may overlap, such as those of ranks that run at once, and the time that they take up."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

Span = tuple[float, float]
"""Start and end in seconds, start <= end."""


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def length_s(spans: Iterable[Span]) -> float:
    """The time in at least one of the spans. What lies between them does not count."""
    return fsum(end - start for start, end in merged(spans))


def most_at_once(spans_by_name: Iterable[tuple[str, Span]]) -> int:
    """How many different names have a span that holds the same moment."""
    of: dict[str, list[Span]] = {}
    for name, span in spans_by_name:
        of.setdefault(name, []).append(span)
    # At one moment ends come before starts: a piece that begins as another ends does not run beside it.
    changes = sorted(
        change
        for spans in of.values()
        for start, end in merged(spans)
        for change in ((start, 1), (end, -1))
    )
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most
