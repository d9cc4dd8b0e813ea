"""When a running watch makes way for the one that is wanted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lifecycle.facts import Resource
from lifecycle.steps import Known, Watch
from lifecycle.watching import replaces

NOW = datetime(2026, 1, 5, tzinfo=UTC)
RUNNING = Watch(
    order_id="400",
    return_id="ret_1",
    resource=Resource.RETURN,
    refunds=False,
    order=False,
    known=(Known(object_id="ret_1", state="created"),),
    until=NOW + timedelta(days=30),
    looks=(timedelta(days=1), timedelta(days=7)),
)
ACCEPTED = (Known(object_id="ret_1", state="accepted"),)
REFUND = Known(object_id="re_1", state="pending")
SOON, LATER = NOW + timedelta(days=3), NOW + timedelta(days=14)


def test_a_later_deadline_needs_no_new_watch() -> None:
    """The old watch ends with its own last look."""
    assert not replaces(replace(RUNNING, until=NOW + timedelta(days=40)), RUNNING, NOW)


def test_an_earlier_deadline_needs_one() -> None:
    """Nothing else would look in time."""
    assert replaces(replace(RUNNING, until=LATER), RUNNING, NOW)


def test_a_watch_like_the_running_one_is_not_needed() -> None:
    """A fact that changes nothing of what is looked for does not start the schedule anew."""
    assert not replaces(RUNNING, RUNNING, NOW)


def test_a_watch_that_knows_too_little_of_refunds_ends_by_itself() -> None:
    """Its next look sees the refund, and comes before the earlier deadline, or just at it."""
    wanted = replace(RUNNING, known=(*RUNNING.known, REFUND), refunds=True)
    running = replace(RUNNING, refunds=True)
    assert not replaces(replace(wanted, until=LATER), running, NOW)
    assert not replaces(replace(wanted, until=NOW + timedelta(days=7)), running, NOW)
    assert replaces(replace(wanted, until=SOON), running, NOW)


def test_a_watch_that_knows_too_little_ends_by_itself() -> None:
    """Its next look sees that the return moved, and comes before the earlier deadline."""
    wanted = replace(RUNNING, known=ACCEPTED, refunds=True, until=LATER)
    assert not replaces(wanted, RUNNING, NOW)


def test_a_watch_whose_next_look_comes_too_late_makes_way() -> None:
    """The longest pause would pass the deadline."""
    assert replaces(replace(RUNNING, known=ACCEPTED, refunds=True, until=SOON), RUNNING, NOW)


def test_a_watch_that_is_blind_to_refunds_makes_way_when_the_return_stands_still() -> None:
    """A settlement's refund changes nothing that the old watch looks at."""
    wanted = replace(RUNNING, known=(*RUNNING.known, REFUND), refunds=True)
    assert replaces(wanted, RUNNING, NOW)
    assert not replaces(wanted, replace(RUNNING, refunds=True), NOW)


def test_a_watch_that_does_not_look_at_a_disputed_order_makes_way() -> None:
    """Only the order tells that the dispute is over."""
    assert replaces(replace(RUNNING, order=True), RUNNING, NOW)
