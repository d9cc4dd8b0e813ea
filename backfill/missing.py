"""Which of an event's returns have not heard of it: their histories know."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from webhooks.delivery import is_of_the_workflow
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT

WITHIN = timedelta(seconds=10)
"""For one page of one history."""


async def events_told(client: Client, workflow_id: str) -> set[str] | None:
    """Return the ids of all events that a return was told of; None if there is no such return.

    Raises `RPCError` when Temporal does not answer.
    """
    told: set[str] = set()
    events = client.get_workflow_handle(workflow_id).fetch_history_events(rpc_timeout=WITHIN)
    try:
        async for event in events:
            signalled = event.workflow_execution_signaled_event_attributes
            if signalled.signal_name == DIGITAL_RIVER_EVENT:
                [message] = await client.data_converter.decode(
                    signalled.input.payloads, [EventMessage]
                )
                told.add(message.event_id)
    except RPCError as error:
        if is_of_the_workflow(error):
            return None
        raise
    return told
