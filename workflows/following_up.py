"""How a return that has ended is followed up: with what its workflow left behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from lifecycle.fact_json import write_fact
from lifecycle.facts import EndedBefore
from lifecycle.identity import follow_up_id
from lifecycle.late import follow_up_of
from workflows.histories import first_request
from workflows.holders import described
from workflows.messages import EventMessage, ReturnResult
from workflows.starting import Start

NOTHING_LEFT = "it was taken up again; what people had decided of it is not to be read any more"


@dataclass(frozen=True)
class End:
    """How a workflow on a return closed, as far as Temporal has it."""

    workflow_id: str
    return_id: str
    left: ReturnResult | None
    """None where it was stopped from outside."""
    news: str | None = None
    """What came later, in words, where money depends on it."""


async def follow_up(
    client: Client, end: End, told: EventMessage, within: timedelta, *, ask: bool = True
) -> Start | None:
    """Return the start of the follow-up of a closed workflow; None if Temporal has forgotten it.

    What the closed workflow knew goes into the first message, behind what is told: a follow-up
    never knows the one without the other.
    """
    first = await first_request(client, end.workflow_id, within)
    closed = await described(client, end.workflow_id, within)
    if first is None or closed is None:
        return None
    left, now = end.left, datetime.now(UTC)
    before = EndedBefore(
        outcome=left.outcome if left else "stopped",
        news=end.news if left else NOTHING_LEFT,
        taken=max(now, closed.closed or now),  # after all that was decided there, by any clock
    )
    known = left.known if left and left.known else []
    message = told.model_copy(update={"facts": [*told.facts, *known, write_fact(before)]})
    return Start(
        follow_up_id(end.workflow_id), follow_up_of(first, end.return_id, ask=ask), message
    )


def forgotten(start: Start) -> Start:
    """Return the adoption of a return of ours whose workflow Temporal does not have any more."""
    before = EndedBefore(outcome="unknown", news=NOTHING_LEFT, taken=datetime.now(UTC))
    return replace(start, message=EventMessage(type="adopted", facts=[write_fact(before)]))
