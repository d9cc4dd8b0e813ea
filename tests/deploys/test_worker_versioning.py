"""With a build id, open returns follow the current version of the worker deployment."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from tests.e2e.histories import events_of
from tests.running import Running, eventually, idle
from workflows.workers import DEPLOYMENT, digital_river_worker, returns_worker


async def make_current(client: Client, build_id: str) -> None:
    """Make a version the one that takes the tasks, as soon as its worker has polled."""

    async def probe() -> bool | None:
        request = SetWorkerDeploymentCurrentVersionRequest(
            namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build_id
        )
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            return None
        return True

    await eventually(probe)


async def builds_of(house: Running, workflow_id: str) -> list[str]:
    """Return the versions that took the tasks of a return; nothing for an unversioned one."""
    return [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        if event.workflow_task_completed_event_attributes.versioning_behavior
        else ""
        for event in await events_of(house, workflow_id)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]


async def test_an_open_return_moves_from_build_to_build(alone: WorkflowEnvironment) -> None:
    """Begun without versioning, it goes on with each version in turn, to its end."""
    client = alone.client
    async with idle(client) as house:
        calls = digital_river_worker(client, house.digital_river, per_second=1000)
        async with calls:
            async with returns_worker(client):
                order = await house.order("third_party", 1, 1, automation={"bank_after_seconds": 0})
                looks = {"looks": [1]}
                workflow_id = (await house.start(order, 1, 1, policy=looks)).workflow_id
                await house.in_phase(workflow_id, "awaiting_goods")
            async with returns_worker(client, build_id="build-1"):
                await make_current(client, "build-1")
                await house.arrive(workflow_id, "P1", **{order.items[0]: 1})
            async with returns_worker(client, build_id="build-2"):
                await make_current(client, "build-2")
                await house.arrive(workflow_id, "P2", **{order.items[1]: 1})
                assert (await house.result(workflow_id)).outcome == "refunded"
        builds = await builds_of(house, workflow_id)
    assert builds == sorted(builds)
    assert set(builds) == {"", "build-1", "build-2"}
