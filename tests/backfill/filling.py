"""Back-fills that the schedule starts when a test says so, and returns for them to tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow

from backfill.schedule import ensure_schedule
from backfill.worker import housekeeping_worker
from tests.running import Order, Running, eventually
from workflows.messages import BackfillReport
from workflows.names import BACKFILL_SCHEDULE

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a schedule was made of which Temporal does not say so yet."""

BANK_NOW = {"bank_after_seconds": 0}


@asynccontextmanager
async def scheduled(house: Running) -> AsyncIterator[None]:
    """Run the housekeeping worker; a quarter of an hour that begins starts no run by itself."""
    await ensure_schedule(house.client)
    handle = house.client.get_schedule_handle(BACKFILL_SCHEDULE)
    await handle.pause()

    async def made() -> bool | None:
        return (await handle.describe()).info.created_at > NEVER or None

    await eventually(made)
    async with housekeeping_worker(house.client, house.digital_river, settle=timedelta(0)):
        yield


async def runs(client: Client) -> list[ScheduleActionExecutionStartWorkflow]:
    """Return the runs that the schedule has started; those of one second share their id."""
    described = await client.get_schedule_handle(BACKFILL_SCHEDULE).describe()
    recent = (one.action for one in described.info.recent_actions)
    return [one for one in recent if isinstance(one, ScheduleActionExecutionStartWorkflow)]


async def fill(client: Client) -> BackfillReport:
    """Have the schedule start a back-fill now, and return what it did."""
    before = {one.first_execution_run_id for one in await runs(client)}
    await client.get_schedule_handle(BACKFILL_SCHEDULE).trigger()

    async def started() -> ScheduleActionExecutionStartWorkflow | None:
        new = [one for one in await runs(client) if one.first_execution_run_id not in before]
        return new[0] if new else None

    run = await eventually(started)
    handle = client.get_workflow_handle(
        run.workflow_id, run_id=run.first_execution_run_id, result_type=BackfillReport
    )
    report: BackfillReport = await handle.result()
    return report


async def opened(house: Running) -> tuple[Order, str, str]:
    """Open a return of the kind that only the fulfiller moves."""
    order = await house.order("digital_river", 1, automation=BANK_NOW)
    answer = await house.start(order, 1)
    await house.in_phase(answer.workflow_id, "awaiting_approval")
    return order, answer.workflow_id, str(answer.return_id)


async def approve(house: Running, *return_ids: str) -> None:
    """Have the fulfiller approve returns."""
    for return_id in return_ids:
        await house.act(f"/sandbox/fulfillment-returns/{return_id}/approve")


async def receive(house: Running, *return_ids: str) -> None:
    """Have the goods accepted."""
    for return_id in return_ids:
        await house.act(f"/sandbox/fulfillment-returns/{return_id}/receive")
