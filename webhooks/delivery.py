"""Telling the workflows that an event is for, within the time that Digital River waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from digital_river.models import Event
from lifecycle.facts import Fact, write_fact
from webhooks.finding import Finder
from webhooks.metrics import Metrics
from webhooks.outcomes import Outcome
from webhooks.recent import Recent
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT

MOST_TOLD = 20_000

_log = logging.getLogger(__name__)


class Delivery:
    """Finds an event's workflows and signals each, at most once as far as this process knows."""

    def __init__(self, client: Client, within: timedelta, metrics: Metrics) -> None:
        self._client = client
        self._within = within
        self._metrics = metrics
        self._finder = Finder(client)
        self._told: Recent[tuple[str, str]] = Recent(MOST_TOLD)

    async def deliver(self, event: Event, facts: Sequence[Fact]) -> Outcome:
        """Signal what an event taught; `TEMPORAL_AWAY` unless every workflow has it durably."""
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                found = await self._finder.find(event, facts, self._within)
                self._metrics.closed_workflows(found.closed)
                told = await self._tell(found.open, message_of(event, facts))
        except (RPCError, RuntimeError, TimeoutError) as error:
            # RuntimeError: a lazy client could not connect.
            why = f"{type(error).__name__} {error}"[:200]
            _log.warning("event=%s outcome=%s: %s", event.id, Outcome.TEMPORAL_AWAY.value, why)
            return Outcome.TEMPORAL_AWAY
        outcome = _outcome(told, late=len(found.open) + found.closed - len(told))
        ids = ",".join(told or found.open)
        _log.info("event=%s outcome=%s workflow=%s", event.id, outcome.value, ids)
        return outcome

    async def _tell(self, workflow_ids: Sequence[str], message: EventMessage) -> list[str]:
        """Signal each workflow, even when another fails, and return those that have it."""
        signals = (self._signal(workflow_id, message) for workflow_id in workflow_ids)
        results = await asyncio.gather(*signals, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [workflow_id for workflow_id, had in zip(workflow_ids, results, strict=True) if had]

    async def _signal(self, workflow_id: str, message: EventMessage) -> bool:
        """Signal one workflow, unless this process has; False if it is closed or never existed."""
        if (message.event_id, workflow_id) in self._told:
            return True
        if not await signal(self._client, workflow_id, message, self._within):
            return False
        self._told.remember((message.event_id, workflow_id))
        return True


async def signal(
    client: Client, workflow_id: str, message: EventMessage, within: timedelta
) -> bool:
    """Signal one workflow, or return False if it is closed or never existed."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        await handle.signal(DIGITAL_RIVER_EVENT, message, rpc_timeout=within)
    except RPCError as error:
        if is_of_the_workflow(error):
            return False
        raise
    return True


def message_of(event: Event, facts: Sequence[Fact]) -> EventMessage:
    """Write the signal that tells a workflow what an event taught."""
    written = [write_fact(fact) for fact in facts]
    return EventMessage.model_validate({"event_id": event.id, "type": event.type, "facts": written})


def _outcome(told: Sequence[str], late: int) -> Outcome:
    if told:
        return Outcome.SIGNALLED
    return Outcome.LATE if late else Outcome.UNMATCHED


def is_of_the_workflow(error: RPCError) -> bool:
    """Whether the workflow is what was not found.

    A missing namespace has the same status, and would have every event acknowledged and lost.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return False
    details = error.grpc_status.details
    return not any("NamespaceNotFound" in detail.type_url for detail in details)
