"""Where the first run of the back-fill begins: what happened before is not Upriver's to repair."""

from datetime import datetime, timedelta

from temporalio.client import Client

from workflows.names import BACKFILL_SCHEDULE, RETURN_WORKFLOW


async def beginning(client: Client, within: timedelta) -> datetime:
    """Return when the schedule was made, or when the oldest return began that is open and older.

    The first is when Upriver was installed. The second is for a schedule that was deleted and made
    anew: its cursor is gone, its returns are not. Raises `RPCError` when Temporal does not answer.
    """
    schedule = client.get_schedule_handle(BACKFILL_SCHEDULE)
    made = (await schedule.describe(rpc_timeout=within)).info.created_at
    older = client.list_workflows(
        f"WorkflowType = '{RETURN_WORKFLOW}' AND ExecutionStatus = 'Running' "
        f"AND StartTime < '{made.isoformat()}'",
        rpc_timeout=within,
    )
    return min([made, *[one.start_time async for one in older]])
