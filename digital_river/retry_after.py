"""How long Digital River asks to wait, out of its `Retry-After` header."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER = timedelta(hours=1)
"""What is obeyed at most: a header that is wrong must not silence us for days."""
_SECONDS = re.compile(r"[0-9]+")
_MOST_DIGITS = 6


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read whole seconds or an HTTP date, between nothing and an hour.

    `now` is what the sender's clock shows. None when the header is missing, or is garbage
    (docs/digital-river.md, Limits, has seconds only; what stands between us may send dates).
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        too_long = len(text) > _MOST_DIGITS
        wait = LONGEST_RETRY_AFTER if too_long else timedelta(seconds=int(text))
    else:
        moment = read_http_date(text)
        if moment is None:
            return None
        wait = moment - now
    return max(timedelta(0), min(wait, LONGEST_RETRY_AFTER))


def read_http_date(text: str | None) -> datetime | None:
    """Read an HTTP date; None when it is missing or garbage."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
