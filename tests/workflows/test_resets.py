"""`temporal workflow reset` by an operator: still exactly one return, and one refund."""

from collections.abc import AsyncIterator

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.testing import WorkflowEnvironment

from tests.running import Json, Order, Running, eventually, request_for, running
from workflows import names

BANK_NOW = {"bank_after_seconds": 0}
LOOKING: Json = {"looks": [1], "doubt": 1}
KINDS = {"digital_river": "fulfillment_returns", "third_party": "returns"}
COORDINATORS = pytest.mark.parametrize("coordinator", KINDS)


@pytest.fixture(params=["webhooks", "deaf"])
async def house(
    request: pytest.FixtureRequest, alone: WorkflowEnvironment
) -> AsyncIterator[Running]:
    """Run Upriver with webhooks, and without."""
    async with running(alone.client, webhooks=request.param == "webhooks") as found:
        yield found


@pytest.fixture
async def deaf(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver without webhooks."""
    async with running(alone.client) as found:
        yield found


async def reset(house: Running, workflow_id: str) -> None:
    """Reset a return to its first task, as an operator does by hand: all since is forgotten."""
    handle = house.handle(workflow_id)
    run_id = (await handle.describe()).run_id
    done = [
        event.event_id
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_task_completed_event_attributes")
    ]
    await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            reason="test",
            workflow_task_finish_event_id=done[0],
            request_id=f"reset-{run_id}",
        )
    )


async def goods(house: Running, order: Order, workflow_id: str, return_id: str) -> None:
    """Have everything sent back and taken in."""
    if order.coordinator == "third_party":
        await house.arrive(workflow_id, "P1", **{order.items[0]: 1})
        return
    for act in ("approve", "receive"):
        await house.act(f"/sandbox/fulfillment-returns/{return_id}/{act}")


async def returns_of(house: Running, coordinator: str) -> list[str]:
    """Return the ids of all returns at Digital River."""
    return [str(row["id"]) for row in (await house.books())[KINDS[coordinator]]]


async def opened(house: Running, workflow_id: str) -> str:
    """Wait until a return knows its Digital River return, and give its id."""

    async def probe() -> str | None:
        view = await house.returns.show(workflow_id)
        return view.return_.id if view.return_ else None

    return await eventually(probe)


@COORDINATORS
async def test_reset_after_the_create(house: Running, coordinator: str) -> None:
    """The return that is there is adopted, and carried to its refund."""
    order = await house.order(coordinator, 1, automation=BANK_NOW)
    answer = await house.start(order, 1, policy=LOOKING)
    await reset(house, answer.workflow_id)
    assert await opened(house, answer.workflow_id) == answer.return_id
    await goods(house, order, answer.workflow_id, str(answer.return_id))
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    assert await returns_of(house, coordinator) == [answer.return_id]
    assert len(await house.refunds(order)) == 1


@COORDINATORS
async def test_reset_after_the_refund(house: Running, coordinator: str) -> None:
    """A return that has ended, reset, finds all as it is and ends the same."""
    order = await house.order(coordinator, 1, automation=BANK_NOW)
    answer = await house.start(order, 1, policy=LOOKING)
    await goods(house, order, answer.workflow_id, str(answer.return_id))
    first = await house.result(answer.workflow_id)
    await reset(house, answer.workflow_id)
    again = await house.result(answer.workflow_id)
    assert (first.outcome, again.outcome) == ("refunded", "refunded")
    assert [one.id for one in again.refunds] == [one.id for one in first.refunds]
    assert await returns_of(house, coordinator) == [answer.return_id]
    assert len(await house.refunds(order)) == 1


async def test_reset_without_a_mark_asks(deaf: Running) -> None:
    """Without RMA numbers the fulfillment return that is there may be ours: a person adopts it."""
    order = await deaf.order("digital_river", 2, automation=BANK_NOW)
    answer = await deaf.start(order, 1, policy={**LOOKING, "tag_reason": False})
    await reset(deaf, answer.workflow_id)
    await deaf.resolve(answer.workflow_id, f"adopt:{answer.return_id}")
    await goods(deaf, order, answer.workflow_id, str(answer.return_id))
    assert (await deaf.result(answer.workflow_id)).outcome == "refunded"
    assert await returns_of(deaf, "digital_river") == [answer.return_id]
    assert len(await deaf.refunds(order)) == 1


async def lose_the_answer(deaf: Running, path: str) -> None:
    """Have the next create take effect, and its answer lost."""
    rule = {"method": "POST", "path": path, "kind": "reset_after", "times": 1}
    (await deaf.control.put("/sandbox/faults", json={"calls": [rule]})).raise_for_status()


async def test_answer_lost_without_a_mark(deaf: Running) -> None:
    """A return bears its key all the same: it is adopted, and nobody is asked."""
    order = await deaf.order("third_party", 2, automation=BANK_NOW)
    await lose_the_answer(deaf, "/returns")
    answer = await deaf.start(order, 1, policy={**LOOKING, "tag_reason": False})
    assert await returns_of(deaf, "third_party") == [answer.return_id]


@pytest.mark.parametrize("others", [0, 1])
async def test_answer_lost_without_a_mark_asks(deaf: Running, others: int) -> None:
    """Fulfillment returns that look alike are shown to a person, one or two; nothing is posted."""
    untagged = {**LOOKING, "tag_reason": False}
    order = await deaf.order("digital_river", 4, automation=BANK_NOW)
    before = [str((await deaf.start(order, 1, policy=untagged)).return_id) for _ in range(others)]
    await lose_the_answer(deaf, "/fulfillment-returns")
    request = request_for(order, 1, policy=untagged)
    await deaf.client.start_workflow(
        names.RETURN_WORKFLOW, request, id=request.workflow_id, task_queue=names.RETURNS_TASK_QUEUE
    )
    view = await deaf.in_phase(request.workflow_id, "needs_attention")
    assert view.question is not None
    assert view.question.id.startswith("look_alikes:")
    made = await returns_of(deaf, "digital_river")
    assert len(made) == others + 1
    alike = {f"adopt:{one}" for one in made}
    assert alike == {one for one in view.question.answers if one.startswith("adopt:")}
    [ours] = set(made) - set(before)
    await deaf.resolve(request.workflow_id, f"adopt:{ours}")
    assert await opened(deaf, request.workflow_id) == ours
    assert len(await returns_of(deaf, "digital_river")) == others + 1
