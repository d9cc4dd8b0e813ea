"""The schedule that starts the back-fill, as every worker wants it to be."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.names import BACKFILL_SCHEDULE, BACKFILL_WORKFLOW, RETURNS_TASK_QUEUE

EVERY = timedelta(minutes=15)

CATCH_UP = timedelta(minutes=1)
"""Runs that Temporal missed are not made up for: the next one covers their time."""


def wanted_schedule() -> Schedule:
    """Return the schedule of this release."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            BACKFILL_WORKFLOW,
            id=BACKFILL_SCHEDULE,
            task_queue=RETURNS_TASK_QUEUE,
            static_summary="Events that the receiver missed",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def ensure_schedule(client: Client) -> None:
    """Create the schedule or bring it up to date; one that an operator paused stays paused.

    Raises RPCError when Temporal does not answer.
    """
    try:
        await client.create_schedule(BACKFILL_SCHEDULE, wanted_schedule())
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(BACKFILL_SCHEDULE).update(_updated)


def _updated(found: ScheduleUpdateInput) -> ScheduleUpdate:
    return ScheduleUpdate(replace(wanted_schedule(), state=found.description.schedule.state))
