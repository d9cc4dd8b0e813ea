"""What the history of a return tells those outside: its request, its events, its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.request import ReturnRequest
from workflows.messages import EventMessage, ReturnResult
from workflows.names import DIGITAL_RIVER_EVENT


def is_of_the_workflow(error: RPCError) -> bool:
    """Whether the workflow is what was not found.

    A missing namespace has the same status, and would have every event acknowledged and lost.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return False
    details = error.grpc_status.details
    return not any("NamespaceNotFound" in detail.type_url for detail in details)


@dataclass(frozen=True)
class Beginning:
    """How a return began."""

    request: ReturnRequest
    at: datetime


async def beginning_of(client: Client, workflow_id: str, within: timedelta) -> Beginning | None:
    """Read how a workflow began, in its history's first event; None if Temporal does not have it.

    Raises `RPCError` when Temporal does not answer.
    """
    events = client.get_workflow_handle(workflow_id).fetch_history_events(
        page_size=1, rpc_timeout=within
    )
    try:
        async for event in events:
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            (request,) = await client.data_converter.decode(payloads, [ReturnRequest])
            at = event.event_time.ToDatetime(UTC)
            return Beginning(request, at) if isinstance(request, ReturnRequest) else None
    except RPCError as error:
        if not is_of_the_workflow(error):
            raise
    return None


async def first_request(
    client: Client, workflow_id: str, within: timedelta
) -> ReturnRequest | None:
    """Read the request that a workflow was started with."""
    beginning = await beginning_of(client, workflow_id, within)
    return beginning.request if beginning else None


async def events_told(client: Client, workflow_id: str, within: timedelta) -> set[str] | None:
    """Return the ids of all events that a return was told of; None if there is no such return.

    Raises `RPCError` when Temporal does not answer.
    """
    told: set[str] = set()
    events = client.get_workflow_handle(workflow_id).fetch_history_events(rpc_timeout=within)
    try:
        async for event in events:
            signalled = event.workflow_execution_signaled_event_attributes
            if signalled.signal_name == DIGITAL_RIVER_EVENT:
                told |= await _event_told(client, signalled.input.payloads)
    except RPCError as error:
        if is_of_the_workflow(error):
            return None
        raise
    return told


async def _event_told(client: Client, payloads: Sequence[Payload]) -> set[str]:
    """Read the id of an event; a signal that does not decode told a return nothing."""
    if not payloads:
        return set()
    try:
        decoded = await client.data_converter.decode(payloads, [EventMessage])
    except ValidationError:
        return set()
    return {one.event_id for one in decoded if isinstance(one, EventMessage)}


async def result_of_closed(
    client: Client, workflow_id: str, within: timedelta
) -> ReturnResult | None:
    """Return how a closed workflow ended; None if it was stopped from outside, or never was.

    Raises `RPCError` when Temporal does not answer.
    """
    handle = client.get_workflow_handle(workflow_id, result_type=ReturnResult)
    try:
        result: ReturnResult = await handle.result(rpc_timeout=within)
    except WorkflowFailureError:
        return None
    except RPCError as error:
        if is_of_the_workflow(error):
            return None
        raise
    return result
