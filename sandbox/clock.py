"""The world's own clock, and Digital River's spellings of a time (docs/digital-river.md §3.0)."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Real UTC time plus an offset that only grows."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the world's time, in UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Move the world's time forward; a moment that has passed changes nothing."""
        self._offset += max(moment - self.now(), timedelta())

    def reset(self) -> None:
        """Return to real time."""
        self._offset = timedelta()

    @property
    def offset_seconds(self) -> float:
        """How far the world is ahead of real time."""
        return self._offset.total_seconds()


def whole_seconds(moment: datetime) -> datetime:
    """Drop what the wire form of a resource does not show."""
    return moment.replace(microsecond=0)


def resource_time(moment: datetime) -> str:
    """Spell a resource's time: seconds precision, `2022-02-17T21:12:33Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def milliseconds_time(moment: datetime) -> str:
    """Spell the time of a token or a webhook: three digits of fraction."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def event_time(moment: datetime) -> str:
    """Spell an event's time: one to six digits of fraction, trailing zeros dropped."""
    fraction = f"{moment.microsecond:06d}".rstrip("0") or "0"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z"
