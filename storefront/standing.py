"""Asking a return where it stands."""

import asyncio
from datetime import timedelta

from temporalio.client import Client, WorkflowQueryFailedError

from lifecycle.snapshot import Snapshot
from workflows.returns import ReturnWorkflow
from workflows.runner import AHEAD

PAUSE_SECONDS = 0.1
"""Until a return has the task that it lacks: some milliseconds, where a worker is free."""


async def standing_of(client: Client, workflow_id: str, patience: timedelta) -> Snapshot:
    """Return where a return stands; ask again while it lacks a task for what it was told.

    Raises what Temporal's client does. It asks without end: to be called within `answered_within`.
    """
    handle = client.get_workflow_handle_for(ReturnWorkflow.run, workflow_id)
    while True:
        try:
            return await handle.query(ReturnWorkflow.snapshot, rpc_timeout=patience)
        except WorkflowQueryFailedError as error:
            if AHEAD not in str(error):
                raise
        await asyncio.sleep(PAUSE_SECONDS)
