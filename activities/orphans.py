"""Which returns of an order are our own, made by workflows that have ended: Temporal knows."""

from collections.abc import Iterable
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client

from lifecycle.adopting import may_be_carried_on
from lifecycle.facts import Fact, ReturnOrphaned, ReturnSeen
from lifecycle.identity import follow_up_id, workflow_that_made
from lifecycle.steps import Outcome
from workflows.holders import described, open_holder

UNPAID = (Outcome.EXPIRED, Outcome.CANCELLED)
"""After any other outcome money may have gone back, by a refund, by hand or by the bank."""

WITHIN = timedelta(seconds=10)
"""For one question to Temporal."""


async def orphans(facts: Iterable[Fact]) -> tuple[ReturnOrphaned, ...]:
    """Return those of the returns that bear our mark and that no workflow carries on."""
    own = activity.info().workflow_id
    found = []
    for seen in facts:
        if not isinstance(seen, ReturnSeen) or not may_be_carried_on(seen):
            continue
        made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
        if made_by is None or made_by == own:
            continue
        if await _is_orphan(activity.client(), made_by, seen.return_id):
            found.append(ReturnOrphaned(return_id=seen.return_id))
    return tuple(found)


async def _is_orphan(client: Client, made_by: str, return_id: str) -> bool:
    """Say whether a return ended before any money moved, and nobody has carried it on since."""
    made = await described(client, made_by, WITHIN)
    if made is None or made.is_open:
        return False
    last = await described(client, follow_up_id(made_by), WITHIN) or made
    if last.is_open or last.phase not in UNPAID:
        return False
    return await open_holder(client, return_id, WITHIN) is None
