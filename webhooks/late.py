"""What comes for returns that have ended: told to whoever carries on, or to a follow-up.

A follow-up is started when money depends on it (`lifecycle.late`): a workflow of its own on the
same Digital River return, under the id of the ended one with `-late` behind it. Open or closed,
there is one at a time; what a closed one left behind is what the next event is judged by.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from digital_river.models import Event
from lifecycle.facts import Fact, ReturnSeen
from lifecycle.identity import follow_up_id
from lifecycle.late import Ended, Sign, news_of
from webhooks.orders import Listed, Orders
from webhooks.routing import order_of
from webhooks.signalling import message_of, signal
from workflows.following_up import End, follow_up
from workflows.histories import events_told, result_of_closed
from workflows.holders import is_open
from workflows.messages import EventMessage, ReturnResult
from workflows.starting import start_with_message

NEWEST = datetime.max.replace(tzinfo=UTC)
"""The end of what a list of a moment ago may still show as open."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LateEvent:
    """An event for closed workflows, and by what a refund in it is known to be theirs."""

    event: Event
    facts: Sequence[Fact]
    sign: Sign

    @property
    def message(self) -> EventMessage:
        """The signal that tells of it."""
        return message_of(self.event, self.facts)

    @property
    def marked_return(self) -> str | None:
        """The return that it tells of by a workflow's mark.

        That workflow may never have seen it: a create that was given up can have had its effect.
        """
        seen = [fact.return_id for fact in self.facts if isinstance(fact, ReturnSeen)]
        return seen[0] if seen and self.sign is Sign.MARK else None


class Late:
    """Tells what is late."""

    def __init__(self, client: Client, orders: Orders, within: timedelta) -> None:
        self._client = client
        self._orders = orders
        self._within = within

    async def tell(self, late: LateEvent, closed: Sequence[str]) -> list[str]:
        """Tell who carries on with the returns of closed workflows; return whom.

        Raises `RPCError` and `RuntimeError` when Temporal does not answer.
        """
        order_id = order_of(late.facts)
        order = await self._orders.workflows(order_id, self._within) if order_id else None
        listed = {one.id: one for one in order.listed} if order else {}
        of_return: dict[str, list[str]] = defaultdict(list)
        for workflow_id in closed:
            one = listed.get(workflow_id) or Listed(workflow_id)
            return_id = await self._return_of(one) or late.marked_return
            if return_id is not None:
                of_return[return_id].append(workflow_id)
        told: list[str] = []
        for return_id, ended in of_return.items():
            holders = {
                one.id: one
                for one in listed.values()
                if one.return_id == return_id or one.id in ended
            }
            for one in await self._unlisted(ended, holders):
                holders[one.id] = one
            told += await self._tell_holders(late, return_id, ended, holders)
        return told

    async def _unlisted(self, closed: Sequence[str], listed: Mapping[str, Listed]) -> list[Listed]:
        """Return closed workflows and follow-ups that a list of a moment ago does not show."""
        follow_ups = {follow_up_id(one) for one in closed} - listed.keys() - set(closed)
        return [Listed(one) for one in closed if one not in listed] + [
            Listed(one)
            for one in sorted(follow_ups)
            if await is_open(self._client, one, self._within) is not None
        ]

    async def _tell_holders(
        self, late: LateEvent, return_id: str, closed: Sequence[str], holders: Mapping[str, Listed]
    ) -> list[str]:
        """Tell who carries on with one return, or else follow it up.

        It is judged by the newest of the workflows on it that left a result.
        """
        seem_open = [
            one.id for one in holders.values() if one.ended is None and one.id not in closed
        ]
        reached = [one for one in seem_open if await self._has(one, late)]
        if reached:
            return reached
        begun = min((one.begun for one in holders.values() if one.begun), default=None)
        for one in sorted(holders.values(), key=_newness, reverse=True):
            left = await result_of_closed(self._client, one.id, self._within)
            if left is not None:
                ended = _as_ended(left, return_id, begun)
                return await self._follow_up(late, one.id, left, ended)
        return []

    async def _return_of(self, closed: Listed) -> str | None:
        """Return which return a closed workflow was about."""
        if closed.return_id is not None:
            return closed.return_id
        result = await result_of_closed(self._client, closed.id, self._within)
        return result.return_id if result is not None else None

    async def _has(self, workflow_id: str, late: LateEvent) -> bool:
        """Have an open workflow know of an event, by whomever it was told."""
        if await self._knew(workflow_id, late):
            return True
        return await signal(self._client, workflow_id, late.message, self._within)

    async def _follow_up(
        self, late: LateEvent, workflow_id: str, left: ReturnResult, ended: Ended
    ) -> list[str]:
        """Start the follow-up of a return, if money depends on the event."""
        told = (news_of(ended, fact, late.sign) for fact in late.facts)
        news = next(filter(None, told), None)
        if news is None or await self._knew(workflow_id, late):
            return []
        end = End(workflow_id, ended.return_id, left, news)
        start = await follow_up(self._client, end, late.message, self._within)
        if start is None:
            return []
        await start_with_message(self._client, start, self._within, again=True)
        _log.warning("event=%s follow-up=%s: %s", late.event.id, start.workflow_id, news)
        return [start.workflow_id]

    async def _knew(self, workflow_id: str, late: LateEvent) -> bool:
        told = await events_told(self._client, workflow_id, self._within)
        return told is not None and late.event.id in told


def _newness(one: Listed) -> tuple[datetime, str]:
    return one.ended or NEWEST, one.id


def _as_ended(result: ReturnResult, return_id: str, begun: datetime | None) -> Ended:
    return Ended(
        outcome=result.outcome,
        return_id=return_id,
        begun=begun,
        requested={line.order_item_id: line.requested for line in result.lines},
        accepted=sum(line.accepted for line in result.lines),
        refunds={refund.id: refund.state for refund in result.refunds},
    )
