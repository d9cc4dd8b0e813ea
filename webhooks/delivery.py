"""Telling the workflows that an event is for, within the time that Digital River waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from digital_river.models import Event
from lifecycle.facts import Fact
from webhooks.finding import Finder, Found
from webhooks.late import Late, LateEvent
from webhooks.metrics import Metrics
from webhooks.orders import Orders
from webhooks.outcomes import Outcome
from webhooks.recent import Recent
from webhooks.signalling import message_of
from workflows.messages import EventMessage
from workflows.starting import WarehouseReturns

MOST_TOLD = 20_000

_log = logging.getLogger(__name__)


class Delivery:
    """Finds an event's workflows and signals each, at most once as far as this process knows."""

    def __init__(
        self,
        client: Client,
        within: timedelta,
        metrics: Metrics,
        warehouse_returns: WarehouseReturns = WarehouseReturns.ASK,
    ) -> None:
        orders = Orders(client)
        self._within = within
        self._metrics = metrics
        self._finder = Finder(client, orders, warehouse_returns)
        self._late = Late(client, orders, within)
        self._told: Recent[tuple[str, str]] = Recent(MOST_TOLD)

    async def deliver(self, event: Event, facts: Sequence[Fact]) -> Outcome:
        """Signal what an event taught; `TEMPORAL_AWAY` unless every workflow has it durably."""
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                found = await self._finder.find(event, facts, self._within)
                self._metrics.closed_workflows(len(found.closed))
                told = await self._tell(found, message_of(event, facts))
                late = found.late(facts, told)
                news = LateEvent(event, facts, found.sign(told))
                followed_up = await self._late.tell(news, late) if late else []
        except (RPCError, RuntimeError, TimeoutError) as error:
            # RuntimeError: a lazy client could not connect.
            why = f"{type(error).__name__} {error}"[:200]
            _log.warning("event=%s outcome=%s: %s", event.id, Outcome.TEMPORAL_AWAY.value, why)
            return Outcome.TEMPORAL_AWAY
        outcome = _outcome(
            found, told=bool(told), followed_up=bool(followed_up), late=bool(late or found.open)
        )
        ids = ",".join([*told, *followed_up] or found.open)
        _log.info("event=%s outcome=%s workflow=%s", event.id, outcome.value, ids)
        return outcome

    async def _tell(self, found: Found, message: EventMessage) -> list[str]:
        """Tell each workflow, even when another fails, and return those that have it."""
        signals = (self._signal(workflow_id, found, message) for workflow_id in found.open)
        results = await asyncio.gather(*signals, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [workflow_id for workflow_id, had in zip(found.open, results, strict=True) if had]

    async def _signal(self, workflow_id: str, found: Found, message: EventMessage) -> bool:
        """Tell one workflow, unless this process has; False if it is closed or never existed."""
        if (message.event_id, workflow_id) in self._told:
            return True
        if not await self._finder.tell(workflow_id, found, message, self._within):
            return False
        self._told.remember((message.event_id, workflow_id))
        return True


def _outcome(found: Found, *, told: bool, followed_up: bool, late: bool) -> Outcome:
    if told:
        return Outcome.SIGNALLED
    if followed_up:
        return Outcome.FOLLOWED_UP
    if found.from_warehouse:
        return Outcome.WAREHOUSE
    return Outcome.LATE if late else Outcome.UNMATCHED
