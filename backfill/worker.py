"""The Temporal worker of the housekeeping queue: never in the way of returns."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from backfill.activity import Backfill
from digital_river import DigitalRiver
from workflows.names import HOUSEKEEPING_TASK_QUEUE
from workflows.starting import WarehouseReturns
from workflows.workers import BUILD, GRACE

SETTLE = timedelta(minutes=2)
"""Events younger than this may still be on their way to the receiver."""


def housekeeping_worker(
    client: Client,
    digital_river: DigitalRiver,
    *,
    settle: timedelta = SETTLE,
    warehouse_returns: WarehouseReturns = WarehouseReturns.ASK,
) -> Worker:
    """Return the worker that runs the back-fill, one at a time in each process."""
    backfill = Backfill(client, digital_river, settle, warehouse_returns)
    return Worker(
        client,
        task_queue=HOUSEKEEPING_TASK_QUEUE,
        activities=[backfill.backfill],
        max_concurrent_activities=1,
        graceful_shutdown_timeout=GRACE,
        deployment_config=BUILD,
    )
