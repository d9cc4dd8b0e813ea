"""The doctor on Temporal: a namespace as it should be, and one where everything is missing."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from backfill.schedule import ensure_schedule
from backfill.worker import housekeeping_worker
from doctor.finding import Finding, Verdict
from doctor.temporal import examine_temporal
from local.dev_server import temporal_command
from tests.running import eventually, idle
from workflows.converter import data_converter
from workflows.names import BACKFILL_SCHEDULE
from workflows.search_attributes import register_search_attributes

WITHIN = timedelta(seconds=10)
QUEUES = {"worker of returns", "worker of digital-river", "worker of housekeeping"}


async def examined(
    client: Client, *, live: bool = False, milestones: bool = False
) -> dict[str, Finding]:
    """Return what is found, by check."""
    found = await examine_temporal(client, WITHIN, live=live, milestones=milestones)
    return {one.check: one for one in found}


async def namespace(environment: WorkflowEnvironment, days: int) -> Client:
    """Make a namespace that keeps ended workflows for so long, and connect to it."""
    kept = Duration()
    kept.FromTimedelta(timedelta(days=days))
    request = RegisterNamespaceRequest(
        namespace="another", workflow_execution_retention_period=kept
    )
    await environment.client.workflow_service.register_namespace(request)
    address = environment.client.service_client.config.target_host

    async def connect() -> Client | None:
        try:
            client = await Client.connect(
                address, namespace="another", data_converter=data_converter
            )
            await register_search_attributes(client)
        except RPCError:  # a server needs a moment until it knows a new namespace everywhere
            return None
        return client

    return await eventually(connect)


async def test_an_empty_namespace_lacks_all_but_the_attributes(alone: WorkflowEnvironment) -> None:
    """Each queue without a worker, the schedule, and a retention of one day."""
    found = await examined(alone.client)
    wrong = {name for name, one in found.items() if one.verdict is Verdict.WRONG}
    assert wrong == {*QUEUES, "back-fill"}
    telling = await examined(alone.client, milestones=True)
    assert telling["worker of storefront"].verdict is Verdict.WRONG
    assert found["retention"].verdict is Verdict.WARNING
    assert (await examined(alone.client, live=True))["retention"].verdict is Verdict.WRONG
    assert found["search attributes"].verdict is Verdict.OK


async def test_a_namespace_at_work_is_all_right_until_somebody_pauses_it(
    alone: WorkflowEnvironment,
) -> None:
    """Thirty days, all attributes, workers on each queue, and the schedule."""
    client = await namespace(alone, 30)
    await ensure_schedule(client)

    async def all_right() -> bool | None:
        found = (await examined(client, live=True, milestones=True)).values()
        return {one.verdict for one in found} == {Verdict.OK} or None

    async with (
        idle(client) as house,
        house.workers(storefront="http://127.0.0.1:1/"),
        housekeeping_worker(client, house.digital_river),
    ):
        await eventually(all_right)
    await client.get_schedule_handle(BACKFILL_SCHEDULE).pause(note="by ann")
    paused = (await examined(client))["back-fill"]
    assert (paused.verdict, "by ann" in paused.message) == (Verdict.WARNING, True)


async def test_search_attributes_that_are_missing_are_named() -> None:
    """Without them neither lists nor the receiver find a return."""
    bare = await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_command(), dev_server_log_level="never"
    )
    async with bare:
        finding = (await examined(bare.client))["search attributes"]
    assert finding.verdict is Verdict.WRONG
    assert finding.message == "missing: OrderId, Coordinator, ReturnPhase, ReturnId"


async def test_a_namespace_that_does_not_exist_is_one_finding(alone: WorkflowEnvironment) -> None:
    """Nothing else can be asked of it."""
    address = alone.client.service_client.config.target_host
    client = await Client.connect(address, namespace="nowhere")
    found = await examined(client)
    assert list(found) == ["temporal"]
    assert "nowhere" in found["temporal"].message
