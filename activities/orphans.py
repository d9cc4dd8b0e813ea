"""Which returns of an order are our own, made by workflows that have ended: Temporal knows."""

import re
from collections.abc import Iterable

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.adopting import may_be_carried_on
from lifecycle.facts import Fact, ReturnOrphaned, ReturnSeen
from lifecycle.identity import follow_up_id, workflow_that_made
from workflows.names import RETURN_ID, RETURN_WORKFLOW

_PLAIN = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")
"""Ids that need no quoting in a query."""


async def orphans(facts: Iterable[Fact]) -> tuple[ReturnOrphaned, ...]:
    """Return those of the returns that bear our mark and that no workflow carries on."""
    own = activity.info().workflow_id
    found = []
    for seen in facts:
        if not isinstance(seen, ReturnSeen) or not may_be_carried_on(seen):
            continue
        made_by = workflow_that_made(seen.key, seen.reason, seen.order_id)
        if made_by is None or made_by == own or not _PLAIN.fullmatch(seen.return_id):
            continue
        if await _is_orphan(activity.client(), made_by, seen.return_id):
            found.append(ReturnOrphaned(return_id=seen.return_id))
    return tuple(found)


async def _is_orphan(client: Client, made_by: str, return_id: str) -> bool:
    if await _is_open(client, made_by) is not False:
        return False
    if await _is_open(client, follow_up_id(made_by)):
        return False
    query = (
        f"{RETURN_ID.name} = '{return_id}' AND WorkflowType = '{RETURN_WORKFLOW}' "
        "AND ExecutionStatus = 'Running'"
    )
    async for _ in client.list_workflows(query, limit=1):
        return False
    return True


async def _is_open(client: Client, workflow_id: str) -> bool | None:
    """Say whether a workflow is open; None if it never was here."""
    try:
        described = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return described.status is WorkflowExecutionStatus.RUNNING
