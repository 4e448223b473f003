"""Place a run's start and end on the samples' clock."""

from __future__ import annotations

import math

from ..errors import Problem
from ..model import RunInfo

_QUARTER_HOUR_S = 900.0
_WESTERNMOST_S, _EASTERNMOST_S = -12 * 3600.0, 14 * 3600.0
_SLACK_S = 5.0
"""By so much may a local start lie behind the first sample and still mean the same moment."""


def place(
    info: RunInfo, first_s: float, last_s: float, name: str
) -> tuple[float, float, bool, tuple[Problem, ...]]:
    """The run's start and end in seconds since 1970, and whether the log has an end.

    The seed writes both as naive local times. Their offset from UTC is the multiple of 15 minutes that puts the start
    just before the first sample; no other clock is asked, least of all the reader's. An end that then lies before the
    last sample was read after summer time ended, and is moved by full hours.

    Args:
        first_s, last_s: The first and last timestamp.
        name: The info file's name for messages.
    """
    problems: list[Problem] = []
    start_s, end_s = info.start_s, info.end_s
    if info.start_is_local and start_s is not None:
        offset_s = _offset_s(start_s, first_s)
        if offset_s is None:
            problems.append(
                Problem(
                    name,
                    "expected a start that some time zone's clock shows at the first sample, found none",
                    hint="the first sample's time is taken as the start",
                )
            )
            start_s = None
        else:
            start_s -= offset_s
            if end_s is not None:
                end_s -= offset_s
                end_s += math.ceil(max(0.0, last_s - end_s - _SLACK_S) / 3600.0) * 3600.0
    ended = end_s is not None
    if start_s is None or start_s > first_s:
        if start_s is not None and start_s > first_s + _SLACK_S:
            problems.append(
                Problem(
                    name, "the start lies after the first sample; the first sample's time is taken"
                )
            )
        start_s = first_s
    if end_s is None or end_s < last_s:
        if end_s is not None and end_s < last_s - _SLACK_S:
            problems.append(
                Problem(
                    name, "the end lies before the last sample; the last sample's time is taken"
                )
            )
        end_s = last_s
    return start_s, end_s, ended, tuple(problems)


def _offset_s(local_s: float, first_s: float) -> float | None:
    """Local time minus UTC, in seconds; None where no time zone has it."""
    offset_s = math.ceil((local_s - first_s) / _QUARTER_HOUR_S) * _QUARTER_HOUR_S
    if first_s - (local_s - offset_s) > _QUARTER_HOUR_S - _SLACK_S:
        offset_s -= _QUARTER_HOUR_S
    return offset_s if _WESTERNMOST_S <= offset_s <= _EASTERNMOST_S else None
