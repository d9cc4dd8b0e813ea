"""The signal that tells a workflow what an event taught."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from digital_river.models import Event
from lifecycle.fact_json import write_fact
from lifecycle.facts import Fact
from workflows.histories import is_of_the_workflow
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT


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
