"""Returns that somebody else started, and our own that a workflow left behind, on real servers."""

import pytest

from lifecycle.facts import Resource, ReturnSeen
from tests.e2e.histories import signals
from tests.running import Order, Running
from workflows.names import ORDER_ID, RETURN_ID

BANK_NOW = {"bank_after_seconds": 0}


async def a_return_of_theirs(house: Running, order: Order, units: int) -> str:
    """Have a return made that bears no mark of ours."""
    items = [{"itemId": order.items[0], "quantity": units}]
    made = await house.as_client("/returns", {"orderId": order.id, "items": items})
    return str(made["id"])


async def test_a_warehouse_return_is_adopted_from_its_first_event(live: Running) -> None:
    """It is carried on without anybody asking; money waits for a person; one refund is made."""
    order = await live.order("digital_river", 2, automation=BANK_NOW)
    made = await live.warehouse_return(order)
    workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
    await live.exists(workflow_id)
    view = await live.in_phase(workflow_id, "awaiting_approval")
    assert view.order_id == order.id
    assert [line.requested for line in view.lines] == [2]
    await live.act(f"/sandbox/fulfillment-returns/{made['id']}/receive")
    view = await live.in_phase(workflow_id, "needs_attention")
    assert view.question is not None
    assert view.question.answers == ["approve", "decline"]
    assert await live.refunds(order) == []
    await live.resolve(workflow_id, "approve")
    result = await live.result(workflow_id)
    assert (result.outcome, len(await live.refunds(order))) == ("refunded", 1)
    described = await live.handle(workflow_id).describe()
    assert described.typed_search_attributes.get(ORDER_ID) == order.id
    assert described.typed_search_attributes.get(RETURN_ID) == made["id"]


async def test_an_operator_meets_the_event_in_one_workflow(live: Running) -> None:
    """Adopting what an event adopted already starts nothing."""
    order = await live.order("digital_river", 1)
    made = await live.warehouse_return(order)
    workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
    await live.exists(workflow_id)
    answer = await live.adopt(made["id"])
    assert (answer.workflow_id, answer.status) == (workflow_id, "opened")
    assert (await live.adopt(made["id"])).workflow_id == workflow_id
    assert len(await signals(live, workflow_id)) == 1


async def test_a_declined_refund_is_not_made(live: Running) -> None:
    """The goods came, and a person says no."""
    order = await live.order("digital_river", 1)
    made = await live.warehouse_return(order)
    workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
    await live.exists(workflow_id)
    await live.act(f"/sandbox/fulfillment-returns/{made['id']}/receive")
    await live.resolve(workflow_id, "decline")
    assert (await live.result(workflow_id)).outcome == "refund_failed"
    assert await live.refunds(order) == []


async def test_an_open_return_is_adopted_and_carried_to_its_refund(live: Running) -> None:
    """Goods come, a person approves the acceptance, Digital River refunds."""
    order = await live.order("third_party", 2, automation=BANK_NOW)
    return_id = await a_return_of_theirs(live, order, 2)
    answer = await live.adopt(return_id)
    assert (answer.status, answer.state) == ("opened", "created")
    assert answer.workflow_id == f"return-{order.id}-{return_id}"
    await live.arrive(answer.workflow_id, "P1", **{order.items[0]: 2})
    await live.resolve(answer.workflow_id, "approve")
    assert (await live.result(answer.workflow_id)).outcome == "refunded"
    assert len(await live.refunds(order)) == 1


async def test_what_was_done_in_the_dashboard_is_not_repeated(live: Running) -> None:
    """An accepted and refunded return is adopted, nobody is asked, and it closes as refunded."""
    order = await live.order("third_party", 1, automation=BANK_NOW)
    return_id = await a_return_of_theirs(live, order, 1)
    await live.act(f"/sandbox/returns/{return_id}/accept")
    refund = await live.refund(order, 1)
    await live.settled(order, refund)
    answer = await live.adopt(return_id)
    assert (await live.result(answer.workflow_id)).outcome == "refunded"
    assert len(await live.refunds(order)) == 1
    again = await live.adopt(return_id)
    assert again.workflow_id == f"{answer.workflow_id}-late"
    assert (await live.result(again.workflow_id)).outcome == "refunded"


async def test_a_dashboard_refund_of_an_accepted_fulfillment_return_counts(live: Running) -> None:
    """A person has refunded by hand: Upriver notices it and pays nothing."""
    order = await live.order("digital_river", 1, automation=BANK_NOW)
    made = await live.warehouse_return(order)
    workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
    await live.exists(workflow_id)
    await live.act(f"/sandbox/fulfillment-returns/{made['id']}/receive")
    await live.in_phase(workflow_id, "needs_attention")
    items = [{"itemId": order.items[0], "quantity": 1, "percent": 100}]
    await live.act(f"/sandbox/orders/{order.id}/refunds", {"items": items})
    assert (await live.result(workflow_id)).outcome == "refunded"
    assert len(await live.refunds(order)) == 1


async def test_a_disputed_return_is_adopted_and_parked(live: Running) -> None:
    """Nothing is posted while the order is disputed; after a chargeback nothing is paid."""
    order = await live.order("third_party", 1)
    return_id = await a_return_of_theirs(live, order, 1)
    await live.act(f"/sandbox/orders/{order.id}/dispute", {"silent": True})
    answer = await live.adopt(return_id)
    await live.in_phase(answer.workflow_id, "disputed")
    await live.act(f"/sandbox/orders/{order.id}/chargeback")
    assert (await live.result(answer.workflow_id)).outcome == "charged_back"
    assert await live.refunds(order) == []


async def test_an_unknown_return_is_refused(leaping: Running) -> None:
    """A workflow for a return that is not there for minutes says so and ends."""
    seen = ReturnSeen(
        resource=Resource.RETURN,
        return_id="ret_gone",
        state="created",
        items=(),
        taken=(await leaping.now()),
        order_id="400000000000",
    )
    answer = await leaping.returns.adopt(seen)
    assert answer.status == "refused"
    assert answer.refusal is not None
    assert answer.refusal.code == "return_not_found"


@pytest.mark.parametrize("coordinator", ["digital_river", "third_party"])
async def test_a_new_request_carries_on_with_the_return_of_a_cancelled_one(
    live: Running, coordinator: str
) -> None:
    """The units sit in our own return: the same units adopt it, others are refused."""
    order = await live.order(coordinator, 2, automation=BANK_NOW)
    first = await live.start(order, 2)
    await live.cancel(first.workflow_id)
    await live.result(first.workflow_id)
    fewer = await live.start(order, 1)
    assert fewer.refusal is not None
    assert fewer.refusal.code == "units_held"
    second = await live.start(order, 2)
    assert (second.status, second.return_id) == ("opened", first.return_id)
    third = await live.start(order, 2)
    assert third.refusal is not None
    assert third.refusal.code == "units_held"
    if coordinator == "digital_river":
        for act in ("approve", "receive"):
            await live.act(f"/sandbox/fulfillment-returns/{second.return_id}/{act}")
    else:
        await live.arrive(second.workflow_id, "P1", **{order.items[0]: 2})
    result = await live.result(second.workflow_id)
    assert (result.outcome, len(await live.refunds(order))) == ("refunded", 1)
    assert len(await signals(live, second.workflow_id)) >= 1
