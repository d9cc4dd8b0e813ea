"""What comes after a return has ended: noticed, and followed up once, where money depends on it."""

import pytest
from temporalio.client import WorkflowExecutionStatus

from sandbox.options import Options
from storefront.errors import NoSuchReturnError
from tests.e2e.histories import signals
from tests.receiving import serve_receiver
from tests.running import Order, Running, eventually
from workflows.messages import Shipment

BANK_NOW = {"bank_after_seconds": 0}


async def refunded(house: Running, coordinator: str) -> tuple[Order, str, str]:
    """Carry a return of one unit to its refund; return the order, the workflow and the return."""
    order = await house.order(coordinator, 1, automation=BANK_NOW)
    answer = await house.start(order, 1)
    if coordinator == "digital_river":
        for act in ("approve", "receive"):
            await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    else:
        await house.arrive(answer.workflow_id, "P1", **{order.items[0]: 1})
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    return order, answer.workflow_id, str(answer.return_id)


async def cancelled(house: Running, coordinator: str, units: int = 1) -> tuple[Order, str, str]:
    """Cancel a return whose Digital River return stays open."""
    order = await house.order(coordinator, units, automation=BANK_NOW)
    answer = await house.start(order, units)
    await house.cancel(answer.workflow_id)
    assert (await house.result(answer.workflow_id)).outcome == "cancelled"
    return order, answer.workflow_id, str(answer.return_id)


async def runs(house: Running, workflow_id: str) -> int:
    """Count the runs of a workflow id."""
    found = house.client.list_workflows(f"WorkflowId = '{workflow_id}'")
    return len([one async for one in found])


async def test_a_chargeback_after_the_refund_asks(live: Running) -> None:
    """An operator hears that the customer was paid twice."""
    order, workflow_id, _ = await refunded(live, "third_party")
    late = f"{workflow_id}-late"
    await live.act(f"/sandbox/orders/{order.id}/dispute")
    await live.act(f"/sandbox/orders/{order.id}/chargeback")
    await live.exists(late)
    view = await live.in_phase(late, "needs_attention")
    assert view.question is not None
    assert view.question.id.startswith("paid_twice:")
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "charged_back"
    assert len(await live.refunds(order)) == 1


@pytest.mark.parametrize("coordinator", ["digital_river", "third_party"])
async def test_a_refund_that_fails_late_is_paid_once(live: Running, coordinator: str) -> None:
    """It was believed succeeded; an operator has it retried, and the customer is paid once."""
    order, workflow_id, _ = await refunded(live, coordinator)
    late = f"{workflow_id}-late"
    (refund,) = await live.refunds(order)
    live.fail_late(refund["id"])
    await live.exists(late)
    await live.resolve(late, "retry")
    assert (await live.result(late)).outcome == "refunded"
    states = [row["state"] for row in await live.refunds(order)]
    assert states == ["failed", "succeeded"]


@pytest.mark.parametrize("coordinator", ["digital_river", "third_party"])
async def test_goods_accepted_after_a_cancellation(live: Running, coordinator: str) -> None:
    """Digital River has no cancel: what it accepts all the same is followed up, and paid once."""
    order, workflow_id, return_id = await cancelled(live, coordinator)
    late = f"{workflow_id}-late"
    if coordinator == "digital_river":
        for act in ("approve", "receive"):
            await live.act(f"/sandbox/fulfillment-returns/{return_id}/{act}")
        await live.exists(late)
        await live.resolve(late, "approve")
    else:
        await live.act(f"/sandbox/returns/{return_id}/accept")
        await live.exists(late)
        await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "refunded"
    assert len(await live.refunds(order)) == 1


async def test_a_late_event_is_followed_up_once(live: Running) -> None:
    """Delivered again, open or closed, it starts nothing more and signals nothing more."""
    order, workflow_id, return_id = await cancelled(live, "third_party")
    late = f"{workflow_id}-late"
    await live.act(f"/sandbox/returns/{return_id}/accept")
    await live.exists(late)
    await live.redeliver("return.accepted", return_id)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "refunded"
    await live.redeliver("return.accepted", return_id)
    await live.redeliver("refund.complete", (await live.refunds(order))[0]["id"])
    assert await runs(live, late) == 1
    assert [one.type for one in await signals(live, late)].count("return.accepted") == 1


async def test_another_receiver_follows_up_nothing_twice(live: Running) -> None:
    """One that remembers nothing reads in the follow-up's history that the event is known."""
    _, workflow_id, return_id = await cancelled(live, "third_party")
    late = f"{workflow_id}-late"
    await live.act(f"/sandbox/returns/{return_id}/accept")
    await live.exists(late)
    async with serve_receiver(live.client, Options().webhook_secrets[0]) as url:
        await live.deliver_to(url, "return.accepted", return_id)
        await live.resolve(late, "acknowledge")
        assert (await live.result(late)).outcome == "refunded"
        await live.deliver_to(url, "return.accepted", return_id)
    assert await runs(live, late) == 1
    assert [one.type for one in await signals(live, late)].count("return.accepted") == 1


async def test_two_late_facts_are_two_follow_ups_one_after_the_other(live: Running) -> None:
    """The second is judged by what the first follow-up left behind, and has the same id."""
    order, workflow_id, return_id = await cancelled(live, "third_party")
    late = f"{workflow_id}-late"
    await live.act(f"/sandbox/returns/{return_id}/accept")
    await live.exists(late)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "refunded"
    await live.act(f"/sandbox/orders/{order.id}/dispute")
    await live.act(f"/sandbox/orders/{order.id}/chargeback")

    async def started_again() -> bool | None:
        return await runs(live, late) == 2 or None

    await eventually(started_again)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "charged_back"


async def test_what_moves_no_money_starts_nothing(live: Running) -> None:
    """A chargeback of an order whose return was never paid, and a dispute of one that was."""
    order, workflow_id, _ = await cancelled(live, "third_party")
    await live.act(f"/sandbox/orders/{order.id}/dispute")
    await live.act(f"/sandbox/orders/{order.id}/chargeback")
    await live.delivered("order.chargeback", order.id)
    assert await runs(live, f"{workflow_id}-late") == 0


async def test_a_parcel_after_the_end_is_taken_by_a_follow_up(live: Running) -> None:
    """The warehouse is told who took it; a person approves; Digital River refunds once."""
    order, workflow_id, _ = await cancelled(live, "third_party", 2)
    parcel = Shipment(reference="P1", items={order.items[0]: 2})
    answer = await live.returns.receive_shipment(workflow_id, parcel)
    assert answer.follow_up == f"{workflow_id}-late"
    assert answer.follow_up in answer.sentence
    assert [line.arrived for line in answer.lines] == [2]
    again = await live.returns.receive_shipment(workflow_id, parcel)
    assert again.lines == answer.lines
    await live.resolve(answer.follow_up, "approve")
    assert (await live.result(answer.follow_up)).outcome == "refunded"
    assert len(await live.refunds(order)) == 1
    with pytest.raises(NoSuchReturnError):
        await live.returns.receive_shipment(workflow_id, parcel)


async def test_a_late_parcel_with_a_wrong_line_is_refused(live: Running) -> None:
    """The follow-up knows its lines before it takes anything."""
    _, workflow_id, _ = await cancelled(live, "third_party")
    parcel = Shipment(reference="P1", items={"nothing": 1})
    with pytest.raises(Exception, match="Not in this return"):
        await live.returns.receive_shipment(workflow_id, parcel)


async def test_a_parcel_of_a_refunded_return_is_refused(live: Running) -> None:
    """Nothing may come any more: the error stands, and nothing is started."""
    order, workflow_id, _ = await refunded(live, "third_party")
    with pytest.raises(NoSuchReturnError):
        await live.arrive(workflow_id, "P2", **{order.items[0]: 1})
    assert await runs(live, f"{workflow_id}-late") == 0


async def test_a_parcel_goes_to_the_request_that_carries_on(live: Running) -> None:
    """A new request adopted the return: parcels of the old one are its own."""
    order, workflow_id, _ = await cancelled(live, "third_party", 2)
    second = await live.start(order, 2)
    parcel = Shipment(reference="P1", items={order.items[0]: 2})
    answer = await live.returns.receive_shipment(workflow_id, parcel)
    assert answer.follow_up == second.workflow_id
    assert (await live.result(second.workflow_id)).outcome == "refunded"
    assert await runs(live, f"{workflow_id}-late") == 0


async def test_a_stopped_workflow_is_not_followed_up(live: Running) -> None:
    """An operator terminated it, and left no result to judge by: the event is counted."""
    order = await live.order("third_party", 1)
    answer = await live.start(order, 1)
    await live.handle(answer.workflow_id).terminate("by hand")
    await live.act(f"/sandbox/returns/{answer.return_id}/accept")
    await live.delivered("return.accepted", str(answer.return_id))
    assert await runs(live, f"{answer.workflow_id}-late") == 0
    described = await live.handle(answer.workflow_id).describe()
    assert described.status is WorkflowExecutionStatus.TERMINATED
