"""Carrying on with returns that are there already: adoptions, and parcels that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from lifecycle.fact_json import write_fact
from lifecycle.facts import EndedBefore, ReturnSeen
from lifecycle.identity import follow_up_id, rma_number, workflow_that_made
from lifecycle.late import TAKES_PARCELS, follow_up_of
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
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
    for ended in filter(None, (made_by, adoption.workflow_id)):
        if await is_open(client, ended, within) is False:
            first = await first_request(client, ended, within)
            if first is not None:
                request = follow_up_of(first, seen.return_id, ask=bool(terms.ask_before_refund))
                return Start(follow_up_id(ended), request)
    return adoption


async def start_for_late_parcel(
    client: Client, ended: str, reference: str, within: timedelta
) -> Start | None:
    """Return who takes a parcel of an ended return; None where none may come any more.

    A follow-up is told why it was started, so that it does not end before a person has seen it.
    """
    first = await first_request(client, ended, within)
    if first is None or first.coordinator is not Coordinator.THIRD_PARTY:
        return None
    follow_up = follow_up_id(ended)
    follows = await is_open(client, follow_up, within)
    if follows:
        return await _join(client, follow_up, within)
    result = await result_of_closed(client, ended if follows is None else follow_up, within)
    if result is None or result.return_id is None or result.outcome not in TAKES_PARCELS:
        return None
    holder = await open_holder(client, result.return_id, within)
    if holder is not None:
        return await _join(client, holder, within)
    news = f"parcel {reference} came"
    why = EndedBefore(outcome=result.outcome, news=news, taken=datetime.now(UTC))
    message = EventMessage.model_validate({"type": "parcel", "facts": [write_fact(why)]})
    return Start(follow_up, follow_up_of(first, result.return_id), message)


async def _join(client: Client, workflow_id: str, within: timedelta) -> Start | None:
    """Return the start of a workflow that is open: it will be joined."""
    first = await first_request(client, workflow_id, within)
    return Start(workflow_id, first) if first is not None else None
