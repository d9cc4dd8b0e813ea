"""Temporal: whether all is there that returns need of it, and whether somebody works."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from doctor.finding import Finding, ok, warning, wrong
from workflows import names

RETENTION = timedelta(days=30)
"""For so long a request that is repeated must find the return that it began."""

QUEUES = (
    (names.RETURNS_TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    (names.DIGITAL_RIVER_TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    (names.HOUSEKEEPING_TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
)
STOREFRONT = (names.STOREFRONT_TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
SCHEDULE = "back-fill"


async def examine_temporal(
    client: Client, within: timedelta, *, live: bool, milestones: bool
) -> list[Finding]:
    """Look at the namespace, its search attributes, the pollers and the schedule.

    `milestones` says whether somebody has to tell the storefront of them.
    """
    queues = (*QUEUES, STOREFRONT) if milestones else QUEUES
    try:
        found = [await check_retention(client, within, live=live)]
        found.append(await check_search_attributes(client, within))
        found += [await check_pollers(client, queue, kind, within) for queue, kind in queues]
        found.append(await check_schedule(client, within))
    except RPCError as error:
        message = f"namespace {client.namespace}: {error.message}"
        return [
            wrong("temporal", message, "look at TEMPORAL_NAMESPACE and at the rights of the key")
        ]
    return found


async def check_retention(client: Client, within: timedelta, *, live: bool) -> Finding:
    """Look at how long ended returns are kept. Raises RPCError."""
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace), timeout=within
    )
    return judge_retention(described.config.workflow_execution_retention_ttl, live=live)


def judge_retention(kept: Duration, *, live: bool) -> Finding:
    """Judge a retention; where only tests run, a short one harms nobody."""
    days = kept.ToTimedelta() / timedelta(days=1)
    if days >= RETENTION / timedelta(days=1):
        return ok("retention", f"ended returns are kept for {days:g} day(s)")
    message = f"ended returns are kept for {days:g} day(s), and 30 are needed"
    remedy = "temporal operator namespace update --retention 30d"
    return (wrong if live else warning)(
        "retention", f"{message}: a request that is repeated later begins a second return", remedy
    )


async def check_search_attributes(client: Client, within: timedelta) -> Finding:
    """Look for the attributes by which lists and the receiver find returns. Raises RPCError."""
    wanted = [key.name for key in names.SEARCH_ATTRIBUTES]
    try:
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace), timeout=within
        )
    except RPCError as error:
        if error.status not in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
            raise
        remedy = f"see in Temporal Cloud that these exist, each a Keyword: {', '.join(wanted)}"
        return warning("search attributes", "they cannot be read from here", remedy)
    missing = [name for name in wanted if name not in listed.custom_attributes]
    if missing:
        remedy = "start a worker, which adds them; on Temporal Cloud add each as a Keyword"
        return wrong("search attributes", f"missing: {', '.join(missing)}", remedy)
    return ok("search attributes", ", ".join(wanted))


async def check_pollers(
    client: Client, queue: str, kind: TaskQueueType.ValueType, within: timedelta
) -> Finding:
    """Look for somebody who takes the tasks of a queue. Raises RPCError."""
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        ),
        timeout=within,
    )
    if described.pollers:
        return ok(f"worker of {queue}", f"{len(described.pollers)} polled in the last minutes")
    message = "nobody takes its tasks: returns wait, and nothing is lost"
    return wrong(f"worker of {queue}", message, "start python worker.py with this namespace")


async def check_schedule(client: Client, within: timedelta) -> Finding:
    """Look at the schedule that repairs what the receiver missed. Raises RPCError."""
    try:
        found = await client.get_schedule_handle(names.BACKFILL_SCHEDULE).describe(
            rpc_timeout=within
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        message = (
            "there is no schedule: events that the receiver misses are repaired by watches only"
        )
        return wrong(SCHEDULE, message, "start a worker, which creates it")
    if found.schedule.state.paused:
        remedy = f"temporal schedule toggle --unpause --schedule-id {names.BACKFILL_SCHEDULE}"
        note = found.schedule.state.note or "no reason given"
        return warning(SCHEDULE, f"the schedule is paused ({note})", remedy)
    return ok(SCHEDULE, f"scheduled; {found.info.num_actions} run(s) so far")
