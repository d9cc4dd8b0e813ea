"""Cancelling on a real server: what was under way, or accepted a moment before, is found."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from storefront.errors import RefusedError
from tests.running import Running, eventually, request_for, running
from workflows import names
from workflows.messages import Cancellation

CANCEL = Cancellation(who="care", why="customer keeps it")


@pytest.fixture
async def deaf(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver without webhooks on a server of its own, because faults strike every return."""
    async with running(alone.client) as found:
        yield found


async def test_goods_accepted_in_the_dashboard_a_moment_before_win(live: Running) -> None:
    """The last look finds them: the caller hears that the return goes on, and it is refunded."""
    order = await live.order("third_party", 1, automation={"bank_after_seconds": 0})
    drop = {"deliveries": [{"kind": "delay", "seconds": 3, "order_id": order.id}]}
    (await live.control.put("/sandbox/faults", json=drop)).raise_for_status()
    answer = await live.start(order, 1)
    await live.act(f"/sandbox/returns/{answer.return_id}/accept")
    with pytest.raises(RefusedError) as caught:
        await live.returns.cancel(answer.workflow_id, CANCEL)
    (await live.control.put("/sandbox/faults", json={})).raise_for_status()
    assert caught.value.code == "goods_accepted"
    assert (await live.result(answer.workflow_id)).outcome == "refunded"


async def test_cancelling_looks_once_and_closes(live: Running) -> None:
    """The caller hears in the same call that the return was stopped."""
    order = await live.order("third_party", 1)
    answer = await live.start(order, 1)
    done = await live.returns.cancel(answer.workflow_id, CANCEL)
    assert done.phase == "cancelled"
    assert (await live.result(answer.workflow_id)).outcome == "cancelled"
    paths = [call["path"] for call in (await live.books())["calls"]]
    assert paths.count(f"/returns/{answer.return_id}") == 1


async def faults_struck(house: Running) -> int:
    """Count the calls that went wrong."""
    return sum(bool(call["fault"]) for call in (await house.books())["calls"])


async def a_lost_create(house: Running, kind: str, doubt: int) -> str:
    """Start a return whose create is struck, and wait until it was."""
    order = await house.order("third_party", 1)
    request = request_for(order, 1, policy={"looks": [1], "doubt": doubt})
    before = await faults_struck(house)
    rule = {"method": "POST", "path": "/returns", "kind": kind, "times": 1, "status": 500}
    (await house.control.put("/sandbox/faults", json={"calls": [rule]})).raise_for_status()
    handle = await house.client.start_workflow(
        names.RETURN_WORKFLOW, request, id=request.workflow_id, task_queue=names.RETURNS_TASK_QUEUE
    )

    async def struck() -> bool | None:
        return await faults_struck(house) > before or None

    await eventually(struck)
    return handle.id


async def test_cancel_arrives_before_create_finished(deaf: Running) -> None:
    """A create that had its effect is found and adopted; the caller hears that it is looked for."""
    workflow_id = await a_lost_create(deaf, "error_after", doubt=1)
    done = await deaf.returns.cancel(workflow_id, CANCEL)
    assert done.phase in ("opening", "cancelled")
    result = await deaf.result(workflow_id)
    (wire,) = (await deaf.books())["returns"]
    assert (result.outcome, result.return_id) == ("cancelled", wire["id"])


async def test_cancel_before_a_create_that_never_was(leaping: Running) -> None:
    """What no list shows for an hour was not created: the return closes, and sent nothing more."""
    workflow_id = await a_lost_create(leaping, "reset", doubt=60)
    await leaping.returns.cancel(workflow_id, CANCEL)
    (await leaping.control.put("/sandbox/faults", json={})).raise_for_status()
    result = await leaping.result(workflow_id)
    assert (result.outcome, result.return_id) == ("cancelled", None)
    order_id = (await leaping.returns.show(workflow_id)).order_id
    assert order_id not in [row["orderId"] for row in (await leaping.books())["returns"]]
