"""Where a run's local start and end lie on the samples' clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.sitegen.model import RunInfo
from wattboard.sitegen.readers.clock import place

ZONES = ("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Etc/GMT+12")


def _naive_s(moment: datetime, zone: str) -> float:
    """What a clock there shows, as if it were UTC."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC).timestamp()


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(ZONES),
    st.floats(0, 600),
    st.floats(0, 86_400),
)
def test_a_local_start_is_found_in_every_zone(
    naive: datetime, zone: str, delay_s: float, length_s: float
) -> None:
    """Whatever zone the run was made in, its start is the true one, its end too unless clocks were changed."""
    start = naive.replace(tzinfo=UTC)
    end = start + timedelta(seconds=length_s)
    first_s = start.timestamp() + delay_s
    info = RunInfo(
        "experiment-impact-tracker",
        start_s=_naive_s(start, zone),
        end_s=_naive_s(end, zone),
        start_is_local=True,
    )
    last_s = max(first_s, end.timestamp() - 1)
    placed_start, placed_end, ended, _ = place(info, first_s, last_s, "run")
    assert placed_start == pytest.approx(start.timestamp(), abs=1e-3)
    assert ended
    changed = (
        start.astimezone(ZoneInfo(zone)).utcoffset() != end.astimezone(ZoneInfo(zone)).utcoffset()
    )
    if not changed and end.timestamp() >= last_s:
        assert placed_end == pytest.approx(end.timestamp(), abs=1e-3)


def test_an_end_after_summer_time_is_not_before_the_last_sample() -> None:
    """The night the clocks go back, the end's clock reading is an hour early: it is moved."""
    zone = "America/Los_Angeles"
    start = datetime(2019, 11, 3, 7, 0, tzinfo=UTC)
    end = start + timedelta(hours=5)
    info = RunInfo(
        "seed", start_s=_naive_s(start, zone), end_s=_naive_s(end, zone), start_is_local=True
    )
    _, placed_end, _, _ = place(info, start.timestamp() + 0.3, end.timestamp() - 10, "run")
    assert placed_end == pytest.approx(end.timestamp())


def test_a_start_that_no_zone_explains_is_not_believed() -> None:
    """A start days away from the samples gives way to the first sample, with a word about it."""
    info = RunInfo("seed", start_s=1.5e9, end_s=None, start_is_local=True)
    start_s, end_s, ended, problems = place(info, 1.6e9, 1.6e9 + 5, "run/impacttracker")
    assert (start_s, end_s, ended) == (1.6e9, 1.6e9 + 5, False)
    assert "time zone" in problems[0].message
