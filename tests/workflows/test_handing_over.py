"""What an ended return knew, its follow-up knows: nothing that people dealt with is paid again."""

from datetime import UTC, datetime, timedelta

import pytest

from lifecycle.fact_json import write_fact
from lifecycle.facts import DeadlinePassed
from tests.running import Order, Running, request_for
from workflows import names
from workflows.holders import described
from workflows.messages import EventMessage, Shipment

APPROVED = {"approve_after_seconds": 0, "bank_after_seconds": 0}
BANK_NOW = {"bank_after_seconds": 0}
WITHIN = timedelta(seconds=10)


async def receive_one(house: Running, return_id: str | None) -> None:
    """Let the fulfiller take one unit in."""
    (seen,) = [
        one for one in (await house.books())["fulfillment_returns"] if one["id"] == return_id
    ]
    unit = {"fulfillment_order_item_id": seen["items"][0]["fulfillmentOrderItemId"], "quantity": 1}
    await house.act(f"/sandbox/fulfillment-returns/{return_id}/receive", {"items": [unit]})


async def settled_by_hand(house: Running) -> tuple[Order, str, str | None]:
    """Let one of two units be accepted, its refund fail, and a person pay it by hand."""
    order = await house.order("digital_river", 2, automation=APPROVED, refund_script=["fail"])
    answer = await house.start(order, 2, policy={"more_goods": 1})
    await house.in_phase(answer.workflow_id, "awaiting_goods")
    await receive_one(house, answer.return_id)
    await house.resolve(answer.workflow_id, "settle_by_hand")
    assert (await house.result(answer.workflow_id)).outcome == "partially_refunded"
    return order, answer.workflow_id, answer.return_id


async def asked(house: Running, workflow_id: str) -> str:
    """Wait until a person is asked something, and return it in words."""
    await house.exists(workflow_id)
    question = (await house.in_phase(workflow_id, "needs_attention")).question
    assert question is not None
    return question.reason


async def test_units_that_were_settled_by_hand_are_not_offered(live: Running) -> None:
    """The second unit is accepted after the end: it alone is offered, and refunded."""
    order, workflow_id, return_id = await settled_by_hand(live)
    late = f"{workflow_id}-late"
    await receive_one(live, return_id)
    reason = await asked(live, late)
    assert "ended as partially_refunded; then 1 more unit(s) were accepted" in reason
    assert f"To be refunded for {return_id}: 1 of {order.items[0]}." in reason
    await live.resolve(late, "approve")
    assert (await live.result(late)).outcome == "partially_refunded"
    failed, paid = await live.refunds(order)
    assert (failed["state"], paid["state"]) == ("failed", "succeeded")
    assert [item["quantity"] for item in paid["items"]] == [1]


async def test_who_adopts_it_again_is_offered_nothing(live: Running) -> None:
    """All that came was settled by hand: the follow-up ends as the return had."""
    order, workflow_id, return_id = await settled_by_hand(live)
    answer = await live.adopt(str(return_id))
    assert answer.workflow_id == f"{workflow_id}-late"
    assert (await live.result(answer.workflow_id)).outcome == "partially_refunded"
    assert len(await live.refunds(order)) == 1


async def test_a_follow_up_of_a_follow_up_knows_it_too(live: Running) -> None:
    """What the first one was told it hands on, with what was decided since."""
    order, workflow_id, return_id = await settled_by_hand(live)
    late = f"{workflow_id}-late"
    await receive_one(live, return_id)
    await asked(live, late)
    await live.resolve(late, "decline")
    assert (await live.result(late)).outcome == "partially_refunded"
    again = await live.adopt(str(return_id))
    assert again.workflow_id == late
    assert f"To be refunded for {return_id}: 1 of {order.items[0]}." in await asked(live, late)
    await live.resolve(late, "approve")
    await live.result(late)
    assert [row["state"] for row in await live.refunds(order)] == ["failed", "succeeded"]


async def test_the_rest_after_a_short_settlement(live: Running) -> None:
    """One unit of two was refunded at the deadline; the second is refunded when it comes."""
    order = await live.order("third_party", 2, automation=BANK_NOW)
    answer = await live.start(order, 2)
    await live.arrive(answer.workflow_id, "P1", **{order.items[0]: 1})
    passed = DeadlinePassed(until=datetime.now(UTC) + timedelta(days=60))
    message = EventMessage(event_id="later", facts=[write_fact(passed)])
    await live.handle(answer.workflow_id).signal(names.DIGITAL_RIVER_EVENT, message)
    await live.resolve(answer.workflow_id, "refund_received_part")
    assert (await live.result(answer.workflow_id)).outcome == "partially_refunded"
    parcel = Shipment(reference="P2", items={order.items[0]: 1})
    taken = await live.returns.receive_shipment(answer.workflow_id, parcel)
    assert [line.arrived for line in taken.lines] == [2]
    late = str(taken.follow_up)
    await live.in_phase(late, "needs_attention")
    assert f"To be refunded for {answer.return_id}: 1 of {order.items[0]}." in await asked(
        live, late
    )
    await live.resolve(late, "approve")
    assert (await live.result(late)).outcome == "refunded"
    refunds = await live.refunds(order)
    assert [[item["quantity"] for item in row["items"]] for row in refunds] == [[1], [1]]
    (made,) = [one for one in (await live.books())["returns"] if one["id"] == answer.return_id]
    assert made["state"] == "created"


@pytest.mark.parametrize("by_word", [False, True])
async def test_nothing_is_paid_after_a_chargeback(live: Running, *, by_word: bool) -> None:
    """Units that are accepted later are told to a person, and not paid."""
    order = await live.order("digital_river", 2, automation=APPROVED)
    answer = await live.start(order, 2, policy={"looks": [1]})
    await live.act(f"/sandbox/orders/{order.id}/dispute")
    await live.in_phase(answer.workflow_id, "disputed")
    await live.act(f"/sandbox/orders/{order.id}/chargeback", {"silent": by_word})
    if by_word:
        await live.resolve(answer.workflow_id, "charged_back")
    assert (await live.result(answer.workflow_id)).outcome == "charged_back"
    await live.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    late = f"{answer.workflow_id}-late"
    assert "ended as charged_back; then 2 more" in await asked(live, late)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "charged_back"
    assert await live.refunds(order) == []


async def test_a_chargeback_that_nobody_was_told_of(live: Running) -> None:
    """It came after a return had ended unpaid: the follow-up finds it in the list of events."""
    order = await live.order("digital_river", 1, automation=APPROVED)
    answer = await live.start(order, 1)
    await live.in_phase(answer.workflow_id, "awaiting_goods")
    await live.cancel(answer.workflow_id)
    assert (await live.result(answer.workflow_id)).outcome == "cancelled"
    await live.act(f"/sandbox/orders/{order.id}/dispute")
    await live.act(f"/sandbox/orders/{order.id}/chargeback")
    await live.delivered("order.chargeback", order.id)
    late = f"{answer.workflow_id}-late"
    assert await described(live.client, late, WITHIN) is None
    await live.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    assert "ended as cancelled; then 1 more" in await asked(live, late)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "charged_back"
    assert await live.refunds(order) == []


async def test_what_was_stopped_from_outside_left_nothing(live: Running) -> None:
    """Whoever decides in its follow-up reads that what was decided before is not known."""
    order = await live.order("digital_river", 1, automation=APPROVED)
    answer = await live.start(order, 1)
    await live.handle(answer.workflow_id).terminate("by hand")
    await live.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    late = (await live.adopt(str(answer.return_id))).workflow_id
    assert late == f"{answer.workflow_id}-late"
    reason = await asked(live, late)
    assert "ended as stopped; then it was taken up again" in reason
    assert f"To be refunded for {answer.return_id}: 1 of {order.items[0]}." in reason


async def test_what_temporal_has_forgotten_left_nothing(live: Running) -> None:
    """A return of ours whose workflow is gone is adopted as any other, and the question says so."""
    order = await live.order("third_party", 1, automation=BANK_NOW)
    items = [{"itemId": order.items[0], "quantity": 1}]
    marked = {"orderId": order.id, "items": items, "metadata": {"key": "return-gone:return"}}
    made = await live.as_client("/returns", marked)
    adopted = (await live.adopt(str(made["id"]))).workflow_id
    assert adopted == f"return-{order.id}-{made['id']}"
    await live.arrive(adopted, "P1", **{order.items[0]: 1})
    assert "ended as unknown; then it was taken up again" in await asked(live, adopted)


async def test_a_create_that_was_given_up_shows(live: Running) -> None:
    """Its answer was lost, nobody could look, a person gave up; then its goods are accepted."""
    order = await live.order("third_party", 1, automation=BANK_NOW)
    rules = [
        {"method": "POST", "path": "/returns", "kind": "error_after"},
        {"method": "GET", "path": "/returns", "kind": "error", "skip": 2},
    ]
    (await live.control.put("/sandbox/faults", json={"calls": rules})).raise_for_status()
    request = request_for(order, 1, policy={"unreachable": 2, "doubt": 1})
    handle = await live.client.start_workflow(
        names.RETURN_WORKFLOW, request, id=request.workflow_id, task_queue=names.RETURNS_TASK_QUEUE
    )
    await live.resolve(handle.id, "give_up")
    (await live.control.put("/sandbox/faults", json={})).raise_for_status()
    result = await live.result(handle.id)
    assert (result.outcome, result.return_id) == ("cancelled", None)
    (made,) = [one for one in (await live.books())["returns"] if one["orderId"] == order.id]
    await live.act(f"/sandbox/returns/{made['id']}/accept")
    late = f"{handle.id}-late"
    assert "ended as cancelled; then 1 more" in await asked(live, late)
    await live.resolve(late, "acknowledge")
    assert (await live.result(late)).outcome == "refunded"
