"""Deadlines that count working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lifecycle.policy import business_days_after

MONDAY = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("days", "later"), [(1, 1), (4, 4), (5, 7), (10, 14), (11, 15)])
def test_weekends_do_not_count(days: int, later: int) -> None:
    """Saturdays and Sundays are left out."""
    assert business_days_after(MONDAY, days) == MONDAY + timedelta(days=later)


def test_zone_does_not_matter() -> None:
    """The same moment written in another zone has the same deadline."""
    elsewhere = MONDAY.astimezone(timezone(timedelta(hours=9)))

    for days in range(1, 8):
        assert business_days_after(elsewhere, days) == business_days_after(MONDAY, days)
