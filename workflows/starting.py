"""How a return is started, whoever starts it: attributes, words for the web UI, and adoptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from lifecycle.facts import Resource, ReturnSeen
from lifecycle.identity import adoption_id
from lifecycle.phase import OPENING
from lifecycle.policy import Policy
from lifecycle.request import Coordinator, ReturnRequest
from workflows import names
from workflows.messages import EventMessage


class WarehouseReturns(StrEnum):
    """What to do with a return that a warehouse began by itself."""

    ASK = "ask"
    """Adopt it, and ask a person before money moves."""
    REFUND = "refund"
    """Adopt it, and refund what is accepted."""
    OFF = "off"
    """Count it; an operator may adopt it."""


def attributes_at_start(request: ReturnRequest) -> TypedSearchAttributes:
    """Return the search attributes of a return that begins."""
    pairs = [
        SearchAttributePair(names.COORDINATOR, request.coordinator),
        SearchAttributePair(names.RETURN_PHASE, OPENING),
    ]
    if request.order_id:
        pairs.insert(0, SearchAttributePair(names.ORDER_ID, request.order_id))
    if request.adopt is not None:
        pairs.append(SearchAttributePair(names.RETURN_ID, request.adopt))
    return TypedSearchAttributes(pairs)


def summary_at_start(request: ReturnRequest) -> str:
    """Return one line for the web UI's list."""
    if request.adopt is not None:
        of_order = f" of order {request.order_id}" if request.order_id else ""
        return f"Carries on with {request.adopt}{of_order}"[:200]
    units = sum(line.quantity for line in request.lines)
    return f"{units} unit(s) of order {request.order_id}, RMA {request.rma}"[:200]


def details_at_start(request: ReturnRequest) -> str:
    """Return what was asked for, for the web UI's page of the return."""
    items = ", ".join(f"{line.quantity} of `{line.order_item_id}`" for line in request.lines)
    return (
        f"{items or f'all of `{request.adopt}`'}; "
        f"coordinated by {request.coordinator.replace('_', ' ')}; "
        f"reason: {request.reason or 'none given'}"
    )


@dataclass(frozen=True)
class Start:
    """A workflow that is to be started, or joined where it is open."""

    workflow_id: str
    request: ReturnRequest
    message: EventMessage = field(default_factory=EventMessage)
    """What it is told first; nothing, where it has no facts."""


def adoption_of(seen: ReturnSeen, terms: Policy) -> Start:
    """Return the workflow that adopts a return which somebody else started.

    Whoever adopts it, an operator or an event, gets the same one. Its reason is not ours to tag.
    """
    fulfilled = seen.resource is Resource.FULFILLMENT_RETURN
    request = ReturnRequest(
        request_id=f"adopt:{seen.return_id}",
        adopt=seen.return_id,
        order_id=seen.order_id or "",
        coordinator=Coordinator.DIGITAL_RIVER if fulfilled else Coordinator.THIRD_PARTY,
        fulfillment_order_id=seen.fulfillment_order_id,
        policy=terms.model_copy(update={"tag_reason": False}),
    )
    workflow_id = adoption_id(request.order_id, seen.fulfillment_order_id, seen.return_id)
    return Start(workflow_id, request)


async def start_with_message(
    client: Client, start: Start, within: timedelta, *, again: bool
) -> bool:
    """Tell a workflow what it is told first, and start it if it is not open.

    `again` says whether to do so after it has closed; otherwise False is returned then.
    """
    try:
        await client.start_workflow(
            names.RETURN_WORKFLOW,
            start.request,
            id=start.workflow_id,
            task_queue=names.RETURNS_TASK_QUEUE,
            start_signal=names.DIGITAL_RIVER_EVENT,
            start_signal_args=[start.message],
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE
            if again
            else WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=attributes_at_start(start.request),
            static_summary=summary_at_start(start.request),
            static_details=details_at_start(start.request),
            rpc_timeout=within,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True
