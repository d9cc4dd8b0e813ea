"""A flood of the same message is one line a second; what explains an error is always told."""

import logging

import pytest

from serving import quiet
from serving.quiet import MOST_MESSAGES, OncePerSecond


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def monotonic(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Have the filter read this clock."""
    found = Clock()
    monkeypatch.setattr(quiet, "time", found)
    return found


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    """Make a record, of an error or of none."""
    told = None if error is None else (type(error), error, None)
    return logging.LogRecord("webhooks", logging.WARNING, __file__, 1, message, (), told)


def test_once_per_second(clock: Clock) -> None:
    """The same message is let through again after a second, another one at once."""
    filter_ = OncePerSecond()
    told = []
    for moment in (100.0, 100.9, 101.0, 101.5):
        clock.now = moment
        told.append(filter_.filter(record("refused")))
    assert told == [True, False, True, False]
    assert filter_.filter(record("dropped"))


@pytest.mark.usefixtures("clock")
def test_an_error_is_always_told() -> None:
    """However often it happens, for each one may be another."""
    filter_ = OncePerSecond()
    for _ in range(3):
        assert filter_.filter(record("failed", LookupError()))


@pytest.mark.usefixtures("clock")
def test_what_was_told_is_forgotten() -> None:
    """More messages than are remembered take no more memory: all are news again."""
    filter_ = OncePerSecond()
    for number in range(MOST_MESSAGES):
        assert filter_.filter(record(str(number)))
    assert not filter_.filter(record("0"))
    assert filter_.filter(record("one more"))
    assert filter_.filter(record("0"))
