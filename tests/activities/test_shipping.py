"""Refunding an order's shipping: once, after a look at everything that was sent and came back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from activities.writes import Writes
from lifecycle.facts import NotDue, OrderSeen, RefundSeen, Refused, Resource
from lifecycle.steps import IssueRefund, Known, Units
from sandbox import bank
from tests.activities.place import Place
from tests.activities.tries import NOW, Tries

PATH = "/refunds"


async def a_return(place: Place, order_id: str, units: int) -> str:
    """Have some units of the order's one line asked back and received."""
    [source] = [one for one in place.world.fulfillment_orders.values() if one.order_id == order_id]
    line = {"fulfillmentOrderItemId": str(source.items[0].id), "quantity": units}
    body = {"fulfillmentOrderId": str(source.id), "items": [line], "upstreamId": order_id}
    made = await place.post("/fulfillment-returns", body)
    await place.steer(f"fulfillment-returns/{made['id']}/approve")
    await place.steer(f"fulfillment-returns/{made['id']}/receive")
    return str(made["id"])


async def refunded(place: Place, order_id: str, units: int) -> str:
    """Have units of the order's one line refunded, and paid."""
    line = {"itemId": place.world.orders[order_id].items[0].id, "quantity": units, "percent": 100}
    body = {"orderId": order_id, "currency": "EUR", "items": [line]}
    made = await place.post(PATH, body)
    bank.complete(place.world, place.world.refunds[made["id"]])
    return str(made["id"])


async def a_shipping_refund(place: Place, *units: int) -> Tries[IssueRefund]:
    """Prepare the refund of the shipping of an order of two units, of which so many came back."""
    order_id = (await place.plant("digital_river", 2, shipping=5))["order"]["id"]
    returns = [await a_return(place, order_id, each) for each in units]
    refunds = [await refunded(place, order_id, each) for each in units]
    [item] = place.world.fulfillment_returns[returns[0]].items
    accepted = (Units(item_id=item.fulfillment_order_item_id, quantity=units[0]),)
    step = IssueRefund(
        order_id=order_id,
        return_id=returns[0],
        resource=Resource.FULFILLMENT_RETURN,
        key=f"{returns[0]}:refund:2",
        currency="EUR",
        items=(),
        shipping=True,
        preview=True,
        reason="too_small",
        known=(
            Known(object_id=returns[0], state="accepted", accepted=accepted),
            *(Known(object_id=each, state="succeeded") for each in refunds),
        ),
    )
    return Tries(Writes(place.river).issue_refund, step)


@pytest.mark.parametrize("units", [(2,), (1, 1)])
async def test_the_whole_order_came_back(place: Place, units: tuple[int, ...]) -> None:
    """By one return or by several: the shipping is refunded whole, under our marks."""
    tries = await a_shipping_refund(place, *units)
    [seen] = await tries.facts()
    assert isinstance(seen, RefundSeen)
    assert (seen.key, seen.type, seen.items) == (tries.step.key, "shipping", ())
    assert seen.amount == Decimal(5)
    [body] = place.bodies(PATH)
    assert (body["type"], body["percent"]) == ("shipping", 100.0)
    assert "items" not in body


async def test_a_part_came_back(place: Place) -> None:
    """While a unit is with the customer nothing is posted, and the reason is told."""
    tries = await a_shipping_refund(place, 1)
    why = "not every unit of the order came back"
    assert await tries.facts() == (NotDue(key=tries.step.key, why=why, taken=NOW),)
    assert place.posts(PATH) == 0


async def test_once_an_order(place: Place) -> None:
    """The second of two returns finds that the shipping was refunded, and posts nothing."""
    tries = await a_shipping_refund(place, 1, 1)
    [first] = await tries.facts()
    assert isinstance(first, RefundSeen)
    other = next(one for one in place.world.fulfillment_returns if one != tries.step.return_id)
    known = (
        replace(tries.step.known[0], object_id=other),
        *tries.step.known[1:],
        Known(object_id=first.refund_id, state="pending"),
    )
    step = replace(tries.step, return_id=other, key=f"{other}:refund:2", known=known)
    [fact] = await Tries(tries.activity, step).facts()
    assert isinstance(fact, NotDue)
    assert fact.why == f"shipping was refunded before: {first.refund_id}"
    assert place.posts(PATH) == 1


async def test_both_returns_at_once(place: Place) -> None:
    """One that is refunded between our last look and our post leaves no money for a second.

    Digital River refuses, and the next read finds the other one.
    """
    tries = await a_shipping_refund(place, 2)
    await place.fault(method="POST", kind="error", status=400)
    refused, order = await tries.facts()
    assert isinstance(refused, Refused)
    assert isinstance(order, OrderSeen)
    body = {"orderId": tries.step.order_id, "currency": "EUR", "type": "shipping", "percent": 100}
    await place.post(PATH, body)
    assert (await place.control.post(PATH, json=body)).json()["errors"][0]["parameter"] == (
        "amountRequested"
    )
    [news] = await Tries(tries.activity, replace(tries.step, key=tries.step.key[:-1] + "3")).facts()
    assert isinstance(news, RefundSeen)
    assert news.type == "shipping"


async def test_no_shipping_was_paid(place: Place) -> None:
    """An order that was sent for nothing has nothing to give back."""
    tries = await a_shipping_refund(place, 2)
    order = place.world.orders[tries.step.order_id]
    for item in order.items:
        item.shipping *= 0
    [fact] = await tries.facts()
    assert isinstance(fact, NotDue)
    assert fact.why == "nothing was paid for shipping"
