"""Deadlines that count working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.policy import business_days_after

MONDAY = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
SATURDAY = 5
DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "later"), [(1, 1), (4, 4), (5, 7), (10, 14), (11, 15)])
def test_weekends_do_not_count(days: int, later: int) -> None:
    """Saturdays and Sundays are left out."""
    assert business_days_after(MONDAY, days) == MONDAY + timedelta(days=later)


@given(st.integers(0, 14 * 24 * 60), st.integers(-14, 14), st.integers(1, 90))
def test_as_counted_day_by_day(minutes: int, zone: int, days: int) -> None:
    """From any moment of a week, in any zone, it is the day that a finger on a calendar finds."""
    start = MONDAY + timedelta(minutes=minutes)
    end, left = start, days
    while left > 0:
        end += DAY
        left -= end.weekday() < SATURDAY

    found = business_days_after(start.astimezone(timezone(timedelta(hours=zone))), days)

    assert (found, found.tzinfo) == (end, UTC)
