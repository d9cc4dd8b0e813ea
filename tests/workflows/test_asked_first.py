"""Refunds that wait for a person's word, and what is issued then."""

from tests.running import Json, Order, Running

BANK_NOW = {"bank_after_seconds": 0}


async def accepted(
    house: Running, *, units: int = 2, by_hand: int = 0, policy: Json | None = None
) -> tuple[Order, str]:
    """Let the fulfiller take in two units, when a person has refunded so much of their order."""
    order = await house.order("digital_river", units, automation=BANK_NOW, shipping=5)
    answer = await house.start(order, 2, policy=policy)
    if by_hand:
        await house.act(f"/sandbox/orders/{order.id}/refunds", {"amount": by_hand})
    for act in ("approve", "receive"):
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    return order, answer.workflow_id


async def test_the_goods_were_paid_in_the_dashboard(live: Running) -> None:
    """Nothing is refunded beside what a person refunded of the order as a whole."""
    order, workflow_id = await accepted(live, by_hand=20)
    await live.resolve(workflow_id, "already_paid")
    assert (await live.result(workflow_id)).outcome == "partially_refunded"
    assert len(await live.refunds(order)) == 1


async def test_the_goods_are_refunded_beside_a_gift(live: Running) -> None:
    """What was no money for the goods holds up nothing that the order has money left for."""
    order, workflow_id = await accepted(live, units=3, by_hand=5)
    await live.resolve(workflow_id, "refund_all_the_same")
    assert (await live.result(workflow_id)).outcome == "refunded"
    assert len(await live.refunds(order)) == 2


async def test_shipping_is_asked_about_by_itself(live: Running) -> None:
    """The goods, then the shipping: each is refunded when a person has approved it."""
    policy = {"ask_before_refund": True, "refund_shipping": "when_order_fully_returned"}
    order, workflow_id = await accepted(live, policy=policy)
    await live.resolve(workflow_id, "approve")
    await live.settled(order, await live.refund(order, 1))
    view = await live.in_phase(workflow_id, "needs_attention")
    assert view.question is not None
    assert view.question.id.endswith(":shipping")
    assert len(await live.refunds(order)) == 1
    await live.resolve(workflow_id, "approve")
    assert (await live.result(workflow_id)).outcome == "refunded"
    assert [refund.get("type") for refund in await live.refunds(order)] == [None, "shipping"]
