"""What every activity shares: the client, the rules version, the time, and errors for Temporal."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.retrying import CREDENTIALS, to_temporal
from activities.translate import (
    event_facts,
    fulfillment_return_seen,
    order_seen,
    refund_seen,
    return_seen,
)
from digital_river import DigitalRiver, DigitalRiverError, NotFoundError, TimeRange
from lifecycle.facts import (
    Fact,
    Learned,
    Missing,
    OrderSeen,
    RefundSeen,
    Resource,
    ReturnSeen,
)
from lifecycle.rules import CURRENT_RULES

Item = TypeVar("Item")


def now() -> datetime:
    """Return the server's time of this attempt: one clock for all facts of a return."""
    return activity.info().current_attempt_scheduled_time


@contextmanager
def calling() -> Iterator[None]:
    """Let an error of the client leave the activity as the one that Temporal acts on.

    Without what it came of: its message names that, and a failure with the traces of a whole chain
    is one that Temporal's server cuts, message first.
    """
    try:
        yield
    except DigitalRiverError as error:
        if isinstance(error, CREDENTIALS):
            activity.logger.error("Digital River refuses the API key: %s", error)
            activity.metric_meter().create_counter(
                "digital_river_credentials_refused", "Calls that were answered with 401 or 403"
            ).add(1)
        raise to_temporal(error) from None
    except ValueError as error:
        # Nothing was sent. Were it tried again, a create would take its own bug for a lost answer.
        raise ApplicationError(str(error), type="WrongRequest", non_retryable=True) from error


async def every(items: AsyncIterator[Item]) -> list[Item]:
    """Read a whole list."""
    return [item async for item in items]


async def every_if_any(items: AsyncIterator[Item]) -> list[Item]:
    """Read a whole list that may be answered with 404 where there is nothing to list."""
    found: list[Item] = []
    try:
        async for item in items:
            found.append(item)  # noqa: PERF401 - a 404 on a later page must not pass for none
    except NotFoundError:
        if found:
            raise
    return found


class Calls:
    """Activities that call Digital River through one client."""

    def __init__(
        self, digital_river: DigitalRiver, rules: int = CURRENT_RULES, *, milestones: bool = False
    ) -> None:
        self._api = digital_river
        self._rules = rules
        self._milestones: Literal[True] | None = milestones or None

    def learned(self, *facts: Fact) -> Learned:
        """Return facts together with the version of the rules that this worker runs."""
        return Learned(rules=self._rules, facts=facts, milestones=self._milestones)

    async def read_return(self, resource: Resource, return_id: str) -> ReturnSeen:
        """Read Digital River's return, of either kind."""
        if resource is Resource.RETURN:
            return return_seen(await self._api.get_return(return_id), now())
        found = await self._api.get_fulfillment_return(return_id)
        return fulfillment_return_seen(found, now())

    async def read_order(self, order_id: str) -> OrderSeen | Missing:
        """Read an order that may not be there."""
        try:
            return order_seen(await self._api.get_order(order_id), now())
        except NotFoundError:
            return Missing(resource="order", object_id=order_id, taken=now())

    async def told_of_order(
        self, order_id: str, types: Sequence[str], since: datetime | None = None
    ) -> list[Fact]:
        """Read what Digital River's events of these types say of an order."""
        created = TimeRange(gte=since)
        events = await every(self._api.list_events(types=types, created_time=created))
        ours = (event for event in events if event.object.get("id") == order_id)
        return [fact for event in ours for fact in event_facts(event)]

    async def read_refunds(self, order_id: str) -> list[RefundSeen]:
        """Read every refund of an order."""
        refunds = await every_if_any(self._api.list_refunds(order_id=order_id))
        return [refund_seen(refund, now()) for refund in refunds]
