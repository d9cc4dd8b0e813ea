"""How long Digital River asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digital_river.retry_after import LONGEST_RETRY_AFTER, read_http_date, read_retry_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 1 ", 1),
        ("0", 0),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 5000, 3600),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120),
        ("Thu, 01 Jan 2026 00:02:00 -0000", 120),
        ("Thu, 01 Jan 2026 01:02:00 +0100", 120),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 3600),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0661", None),
        ("Thu, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_forms(header: str | None, seconds: int | None) -> None:
    """Seconds and dates are read and bounded, and garbage says nothing."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert read_retry_after(header, NOW) == expected


@given(st.text())
def test_anything(header: str) -> None:
    """Whatever the header holds, the answer is nothing or a sane wait."""
    wait = read_retry_after(header, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_RETRY_AFTER


def test_missing_date() -> None:
    """No date is no moment."""
    assert read_http_date(None) is None
