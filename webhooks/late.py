"""What comes for returns that have ended: told to whoever carries on, or to a follow-up.

A follow-up is started when money depends on it (`lifecycle.late`): a workflow of its own on the
same Digital River return, under the id of the ended one with `-late` behind it. Open or closed,
there is one at a time; what a closed one left behind is what the next event is judged by.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from digital_river.models import Event
from lifecycle.facts import EndedBefore, Fact
from lifecycle.identity import follow_up_id
from lifecycle.late import Ended, Sign, follow_up_of, news_of
from webhooks.orders import Listed, Orders
from webhooks.routing import order_of
from webhooks.signalling import message_of, signal
from workflows.histories import events_told, first_request, result_of_closed
from workflows.holders import is_open
from workflows.messages import ReturnResult
from workflows.starting import Start, start_with_event

NEWEST = datetime.max.replace(tzinfo=UTC)
"""The end of what a list of a moment ago may still show as open."""

_log = logging.getLogger(__name__)


class Late:
    """Tells what is late."""

    def __init__(self, client: Client, orders: Orders, within: timedelta) -> None:
        self._client = client
        self._orders = orders
        self._within = within

    async def tell(
        self, event: Event, facts: Sequence[Fact], closed: Sequence[str], sign: Sign
    ) -> list[str]:
        """Tell who carries on with the returns of closed workflows; return whom.

        Raises `RPCError` and `RuntimeError` when Temporal does not answer.
        """
        order_id = order_of(facts)
        order = await self._orders.workflows(order_id, self._within) if order_id else None
        listed = {one.id: one for one in order.listed} if order else {}
        of_return: dict[str, list[str]] = defaultdict(list)
        for workflow_id in closed:
            return_id = await self._return_of(listed.get(workflow_id) or Listed(workflow_id))
            if return_id is not None:
                of_return[return_id].append(workflow_id)
        told: list[str] = []
        for return_id, known_closed in of_return.items():
            holders = {one.id: one for one in listed.values() if one.return_id == return_id}
            for one in await self._unlisted(known_closed, holders):
                holders[one.id] = one
            told += await self._tell_holders(event, facts, known_closed, holders, sign)
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
        self,
        event: Event,
        facts: Sequence[Fact],
        closed: Sequence[str],
        holders: Mapping[str, Listed],
        sign: Sign,
    ) -> list[str]:
        """Tell who carries on with one return, or else follow it up."""
        seem_open = [
            one.id for one in holders.values() if one.ended is None and one.id not in closed
        ]
        reached = [one for one in seem_open if await self._has(one, event, facts)]
        if reached:
            return reached
        newest_first = sorted(
            holders.values(), key=lambda one: (one.ended or NEWEST, one.id), reverse=True
        )
        ended = [one.id for one in newest_first]
        return await self._follow_up(event, facts, ended, sign)

    async def _return_of(self, closed: Listed) -> str | None:
        """Return which return a closed workflow was about."""
        if closed.return_id is not None:
            return closed.return_id
        result = await result_of_closed(self._client, closed.id, self._within)
        return result.return_id if result is not None else None

    async def _has(self, workflow_id: str, event: Event, facts: Sequence[Fact]) -> bool:
        """Have an open workflow know of an event, by whomever it was told."""
        if await self._knew(workflow_id, event):
            return True
        return await signal(self._client, workflow_id, message_of(event, facts), self._within)

    async def _follow_up(
        self, event: Event, facts: Sequence[Fact], ended: Sequence[str], sign: Sign
    ) -> list[str]:
        """Start the follow-up of a return, if money depends on the event.

        It is judged by the newest of the workflows on the return that left a result.
        """
        for workflow_id in ended:
            result = await result_of_closed(self._client, workflow_id, self._within)
            if result is None or result.return_id is None:
                continue
            before = _as_ended(result, result.return_id)
            news = [words for one in facts if (words := news_of(before, one, sign))]
            if news and not await self._knew(workflow_id, event):
                return await self._start(event, facts, workflow_id, before, news[0])
            return []
        return []

    async def _knew(self, workflow_id: str, event: Event) -> bool:
        told = await events_told(self._client, workflow_id, self._within)
        return told is not None and event.id in told

    async def _start(
        self, event: Event, facts: Sequence[Fact], ended_id: str, ended: Ended, news: str
    ) -> list[str]:
        first = await first_request(self._client, ended_id, self._within)
        if first is None:
            return []
        before = EndedBefore(outcome=ended.outcome, news=news, taken=event.created_time)
        message = message_of(event, [*facts, before])
        start = Start(follow_up_id(ended_id), follow_up_of(first, ended.return_id))
        await start_with_event(self._client, start, message, self._within, again=True)
        _log.warning("event=%s follow-up=%s: %s", event.id, start.workflow_id, news)
        return [start.workflow_id]


def _as_ended(result: ReturnResult, return_id: str) -> Ended:
    return Ended(
        outcome=result.outcome,
        return_id=return_id,
        requested={line.order_item_id: line.requested for line in result.lines},
        accepted=sum(line.accepted for line in result.lines),
        refunds={refund.id: refund.state for refund in result.refunds},
    )
