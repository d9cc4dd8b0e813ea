"""Which workflow carries on with a Digital River return: Temporal knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from workflows.histories import is_of_the_workflow
from workflows.names import RETURN_ID, RETURN_PHASE, RETURN_WORKFLOW

_PLAIN = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")
"""Ids that need no quoting in a query; Digital River has no others."""


async def open_holder(client: Client, return_id: str, within: timedelta) -> str | None:
    """Return the id of an open workflow that holds a return, as far as lists show it already.

    Raises `RPCError` when Temporal does not answer.
    """
    if not _PLAIN.fullmatch(return_id):
        return None
    query = (
        f"{RETURN_ID.name} = '{return_id}' AND WorkflowType = '{RETURN_WORKFLOW}' "
        "AND ExecutionStatus = 'Running'"
    )
    async for execution in client.list_workflows(query, limit=1, rpc_timeout=within):
        return execution.id
    return None


@dataclass(frozen=True)
class Described:
    """What Temporal tells of a workflow without its history."""

    is_open: bool
    phase: str | None
    """The phase; of a closed workflow, its outcome."""
    closed: datetime | None


async def described(client: Client, workflow_id: str, within: timedelta) -> Described | None:
    """Describe a workflow by one call; None if it never was here.

    Raises `RPCError` when Temporal does not answer.
    """
    try:
        found = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=within)
    except RPCError as error:
        if is_of_the_workflow(error):
            return None
        raise
    is_open = found.status is WorkflowExecutionStatus.RUNNING
    phase = found.typed_search_attributes.get(RETURN_PHASE)
    return Described(is_open, phase, found.close_time)


async def is_open(client: Client, workflow_id: str, within: timedelta) -> bool | None:
    """Say whether a workflow is open; None if it never was here. Raises as `described` does."""
    found = await described(client, workflow_id, within)
    return found.is_open if found else None
