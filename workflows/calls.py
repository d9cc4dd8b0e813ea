"""How each step is called: activity, priority, time limits, and what the web UI says of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from temporalio.common import Priority, RetryPolicy

from lifecycle.facts import Resource
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    Call,
    CheckReturnable,
    CheckShipped,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Watch,
)

ONE_TRY = timedelta(seconds=60)
"""One try: a few requests of at most 25 s each fit, with the waits of the token bucket."""

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
"""Outages of hours are retried until the policy's `unreachable` time is over."""

LOOK_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=30),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(hours=1),
)
"""For looks that fail; the pauses between good ones are the watch's own."""

WATCH_GRACE = timedelta(hours=24)
"""How long after the deadline the last look may still succeed, after an outage across it."""

WATCH_HORIZON = timedelta(days=90)
"""How long one watch looks where the wait has no deadline."""

MONEY = Priority(priority_key=2)
"""Creates, acceptances and refunds go before looks."""

LOOK = Priority(priority_key=4)


@dataclass(frozen=True, slots=True)
class Calling:
    """One row of the table."""

    activity: str
    summary: str


def calling(step: Call) -> Calling:  # noqa: C901 - one arm per kind of step
    """Return how to call a step."""
    match step:
        case CheckShipped():
            return Calling("check_shipped", "Were the units shipped?")
        case CheckReturnable():
            return Calling("check_returnable", "Can the units come back?")
        case Adopt():
            return Calling("adopt_return", "Read the return that is there")
        case Create() if step.resource is Resource.FULFILLMENT_RETURN:
            return Calling("create_fulfillment_return", "Ask the fulfiller")
        case Create():
            return Calling("create_return", "Open the return")
        case AcceptItems():
            what = "everything" if step.whole else ", ".join(item.item_id for item in step.items)
            return Calling("accept_items", f"Accept {what}"[:200])
        case IssueRefund():
            units = sum(item.quantity for item in step.items)
            number = step.key.rpartition(":")[2]
            what = "shipping" if step.shipping else f"{units} unit(s)"
            return Calling("issue_refund", f"Refund {what}, number {number}")
        case ListReturns():
            return Calling("list_returns", "Whose refund is it?")
        case Look():
            return Calling("look", "How does it stand?")
        case LookUpDispute():
            return Calling("look_up_dispute", "How did the dispute end?")
        case _:
            assert_never(step)


def watching(watch: Watch) -> str:
    """Return what the web UI says of a watch."""
    return f"Look until {watch.until:%Y-%m-%d %H:%M} UTC"
