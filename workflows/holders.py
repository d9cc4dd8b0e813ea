"""Which workflow carries on with a Digital River return: Temporal knows."""

from __future__ import annotations

import re
from datetime import timedelta

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


async def is_open(client: Client, workflow_id: str, within: timedelta) -> bool | None:
    """Say whether a workflow is open; None if it never was here.

    Raises `RPCError` when Temporal does not answer.
    """
    try:
        described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=within)
    except RPCError as error:
        if is_of_the_workflow(error):
            return None
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def phase_at_the_end(client: Client, workflow_id: str, within: timedelta) -> str | None:
    """Return the phase of a closed workflow, which is its outcome; None if it is open.

    Raises `RPCError` when Temporal does not answer, or never had it.
    """
    described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=within)
    if described.status is WorkflowExecutionStatus.RUNNING:
        return None
    return described.typed_search_attributes.get(RETURN_PHASE)
