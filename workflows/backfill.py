"""The back-fill, as the schedule starts it: one activity, and the cursor from run to run."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows import names
    from workflows.messages import BackfillReport

ONE_TRY = timedelta(hours=1)
"""Thirty days of events, after an outage of as long."""

HEARTBEAT = timedelta(minutes=2)

RETRIES = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=5))
"""For as long as Digital River is away; the schedule starts no other run meanwhile."""


@workflow.defn(name=names.BACKFILL_WORKFLOW)
class BackfillWorkflow:
    """Tells returns what happened while the receiver did not hear it."""

    @workflow.run
    async def run(self) -> BackfillReport:
        """Go on where the last run ended."""
        last = workflow.get_last_completion_result(BackfillReport)
        report: BackfillReport = await workflow.execute_activity(
            names.BACKFILL_ACTIVITY,
            last,
            result_type=BackfillReport,
            task_queue=names.HOUSEKEEPING_TASK_QUEUE,
            summary="Did the receiver miss an event?",
            start_to_close_timeout=ONE_TRY,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRIES,
        )
        return report
