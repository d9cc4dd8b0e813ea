"""Which returns of an order are over although Digital River shows them open: Temporal knows."""

from collections.abc import Iterable
from datetime import timedelta

from temporalio import activity

from lifecycle.adopting import may_be_carried_on
from lifecycle.facts import Fact, ReturnOrphaned, ReturnSeen
from lifecycle.identity import follow_up_id, workflow_that_made
from lifecycle.states import FINAL, return_rank
from lifecycle.steps import Outcome
from workflows.holders import described, open_holder

UNPAID = (Outcome.EXPIRED, Outcome.CANCELLED)
"""After any other outcome money may have gone back, by a refund, by hand or by the bank."""

WITHIN = timedelta(seconds=10)
"""For one question to Temporal."""


async def orphans(facts: Iterable[Fact]) -> tuple[ReturnOrphaned, ...]:
    """Return those that bear our mark, whose workflow ended before money moved, and nobody has."""
    own = activity.info().workflow_id
    found = []
    for seen in facts:
        if not isinstance(seen, ReturnSeen) or not may_be_carried_on(seen):
            continue
        made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
        if made_by is None or made_by == own:
            continue
        if await _ended_as(made_by, seen.return_id) in UNPAID:
            found.append(ReturnOrphaned(return_id=seen.return_id))
    return tuple(found)


async def open_returns(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return the ids of other returns that are not over, of all that an order is known to have.

    Digital River shows some as open for ever: those of ours whose workflow has ended.
    """
    own = activity.info().workflow_id
    found = []
    for seen in facts:
        if not isinstance(seen, ReturnSeen) or return_rank(seen.resource, seen.state) == FINAL:
            continue
        made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
        if made_by != own and not (made_by and await _ended_as(made_by, seen.return_id)):
            found.append(seen.return_id)
    return tuple(found)


async def _ended_as(made_by: str, return_id: str) -> str | None:
    """Return how the last workflow on a return ended; None where one carries on, or none was."""
    client = activity.client()
    made = await described(client, made_by, WITHIN)
    if made is None or made.is_open:
        return None
    last = await described(client, follow_up_id(made_by), WITHIN) or made
    if last.is_open or await open_holder(client, return_id, WITHIN) is not None:
        return None
    return last.phase
