"""Carrying on with returns that are there already: adoptions, and parcels that come late."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client

from lifecycle.facts import ReturnSeen
from lifecycle.identity import follow_up_id, rma_number, workflow_that_made
from lifecycle.late import TAKES_PARCELS
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
from workflows.following_up import End, follow_up, forgotten
from workflows.histories import first_request, result_of_closed
from workflows.holders import is_open, open_holder
from workflows.messages import EventMessage, OpenedAnswer
from workflows.starting import Start, adoption_of


async def holder_of(client: Client, seen: ReturnSeen, within: timedelta) -> OpenedAnswer | None:
    """Return the open workflow that a return belongs to, as an answer; None if there is none."""
    workflow_id = await open_holder(client, seen.return_id, within)
    made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
    if workflow_id is None and made_by and await is_open(client, made_by, within):
        workflow_id = made_by
    if workflow_id is None:
        return None
    first = await first_request(client, workflow_id, within)
    return OpenedAnswer(
        workflow_id=workflow_id,
        rma=first.rma if first else rma_number(workflow_id),
        status="opened",
        return_id=seen.return_id,
        state=seen.state,
        ship_to=seen.location,
    )


async def start_for(client: Client, seen: ReturnSeen, within: timedelta, terms: Policy) -> Start:
    """Return how a return that no open workflow holds is carried on.

    One that a workflow of ours made or adopted, which has closed since, is followed up.
    """
    adoption = adoption_of(seen, terms)
    made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
    for begun in filter(None, (made_by, adoption.workflow_id)):
        last, is_last_open = await _last_of(client, begun, within)
        if is_last_open:
            start = await _join(client, last, within)
        else:
            left = await result_of_closed(client, last, within)
            end, told = End(last, seen.return_id, left), EventMessage(type="adopted")
            ask = bool(terms.ask_before_refund)
            start = await follow_up(client, end, told, within, ask=ask)
        if start is not None:
            return start
    return forgotten(adoption) if made_by else adoption


async def start_for_late_parcel(
    client: Client, ended: str, reference: str, within: timedelta
) -> Start | None:
    """Return who takes a parcel of an ended return; None where none may come any more.

    A follow-up is told why it was started, so that it does not end before a person has seen it.
    """
    first = await first_request(client, ended, within)
    if first is None or first.coordinator is not Coordinator.THIRD_PARTY:
        return None
    last, is_last_open = await _last_of(client, ended, within)
    if is_last_open:
        return await _join(client, last, within)
    left = await result_of_closed(client, last, within)
    if left is None or left.return_id is None or left.outcome not in TAKES_PARCELS:
        return None
    holder = await open_holder(client, left.return_id, within)
    if holder is not None:
        return await _join(client, holder, within)
    end = End(last, left.return_id, left, f"parcel {reference} came")
    return await follow_up(client, end, EventMessage(type="parcel"), within)


async def _last_of(client: Client, begun: str, within: timedelta) -> tuple[str, bool]:
    """Return who was the last on the return of a workflow, it or its follow-up, and if it is open.

    Where Temporal has neither, that is the workflow itself, and nothing can be read of it.
    """
    follow_up_of_it = follow_up_id(begun)
    follows = await is_open(client, follow_up_of_it, within)
    if follows is not None:
        return follow_up_of_it, follows
    return begun, bool(await is_open(client, begun, within))


async def _join(client: Client, workflow_id: str, within: timedelta) -> Start | None:
    """Return the start of a workflow that is open: it will be joined."""
    first = await first_request(client, workflow_id, within)
    return Start(workflow_id, first) if first is not None else None
