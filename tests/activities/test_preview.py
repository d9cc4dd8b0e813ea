"""Before money goes out, a look at what is left: nothing is posted that the order cannot cover."""

from decimal import Decimal

import pytest

from lifecycle.facts import InDoubt, OrderSeen, Refused, ReturnSeen
from lifecycle.steps import IssueRefund, Known, Units
from tests.activities.makings import Making, a_refund
from tests.activities.place import Place
from tests.activities.test_accept_items import an_acceptance, path_of
from tests.activities.test_issue_refund import LATER, PATH, by_hand, knowing
from tests.activities.tries import NOW


async def a_previewed_refund(place: Place, **spent: object) -> Making[IssueRefund]:
    """Prepare the refund of two of four units, with a refund by hand before it."""
    making = await a_refund(place)
    if spent:
        made = await by_hand(place, making, **spent)
        making = knowing(making, Known(object_id=made["id"], state="pending"))
    return making.changed(preview=True)


async def test_covered(place: Place) -> None:
    """What the order has money for is posted, at one read more."""
    making = await a_previewed_refund(place, amount=20)
    facts = await making.start().facts()
    assert [type(fact).__name__ for fact in facts] == ["RefundSeen"]
    assert place.calls[-2:] == [f"GET /orders/{making.step.order_id}", "POST /refunds"]


async def test_order_short_of_money(place: Place) -> None:
    """What the order has no money for is not posted, and said in amounts."""
    making = await a_previewed_refund(place, amount=30)
    refused, order = await making.start().facts()
    item = making.step.items[0].item_id
    assert isinstance(refused, Refused)
    assert (refused.status, refused.code, refused.key) == (0, "not_covered", making.step.key)
    assert "20 EUR for the order, of which 10 EUR are left" in refused.message
    assert item in refused.message
    assert isinstance(order, OrderSeen)
    assert place.posts(PATH) == 0


async def test_line_short_of_money(place: Place) -> None:
    """A line that has less left than its units are worth is named, though the order has enough."""
    order = (await place.plant("digital_river", 4, 4))["order"]
    making = await a_previewed_refund(place)
    line = {"itemId": order["items"][0]["id"], "quantity": 3, "percent": 100}
    await place.post("/refunds", {"orderId": order["id"], "currency": "EUR", "items": [line]})
    [made] = place.world.refunds.values()
    changed = making.changed(
        order_id=order["id"],
        items=(Units(item_id=line["itemId"], quantity=2),),
        known=(*making.step.known, Known(object_id=made.id, state="pending")),
    )
    refused, _ = await changed.start().facts()
    assert isinstance(refused, Refused)
    assert refused.message == f"20 EUR for item {line['itemId']}, of which 10 EUR are left"


async def test_a_cent_is_not_missed(place: Place) -> None:
    """Amounts wobble by a cent: Digital River decides there."""
    making = await a_previewed_refund(place, amount="20.01")
    await making.start().facts()
    assert place.posts(PATH) == 1


async def test_an_amount_is_held_against_what_is_left(place: Place) -> None:
    """Where an amount is asked for, the amount counts and not the units, and is sent as such."""
    making = await a_previewed_refund(place, amount=30)
    [units] = making.step.items
    part = Units(item_id=units.item_id, quantity=1, amount=Decimal(6))
    await making.changed(items=(part,)).start().facts()
    [body] = place.bodies(PATH)
    assert body["items"] == [{"itemId": units.item_id, "quantity": 1, "amount": 6.0}]


async def test_a_dispute_is_seen(place: Place) -> None:
    """A disputed order parks the return before anything is posted."""
    making = await a_previewed_refund(place)
    await place.steer(f"orders/{making.step.order_id}/dispute", {"silent": True})
    [order] = await making.start().facts()
    assert isinstance(order, OrderSeen)
    assert order.state == "dispute"
    assert place.posts(PATH) == 0


async def test_after_a_doubt_it_may_be_our_own(place: Place) -> None:
    """Money that is gone after a lost answer may be in our own refund, not to be seen yet."""
    making = await a_previewed_refund(place, amount=30)
    facts = await making.start(LATER, NOW).facts()
    assert facts == (InDoubt(key=making.step.key, absent=LATER),)


async def test_a_failed_look_leaves_no_doubt(place: Place) -> None:
    """A look that fails has sent nothing: the next try posts."""
    making = await a_previewed_refund(place)
    await place.fault(method="GET", path="/orders/*", kind="reset")
    tries = making.start()
    await tries.fail()
    assert making.is_adopted(await tries.facts())


@pytest.mark.parametrize("whole", [True, False])
async def test_an_unknown_refund_ends_an_acceptance(place: Place, *, whole: bool) -> None:
    """Nothing is accepted when a refund of the order turns up that was not known."""
    tries = await an_acceptance(place, whole=whole)
    [one] = place.world.returns.values()
    made = await place.steer(f"orders/{one.order_id}/refunds", {"amount": 1})
    seen, refund = await tries.facts()
    assert isinstance(seen, ReturnSeen)
    assert refund.kind == "refund"
    assert place.posts(path_of(tries)) == 0
    tries.step = type(tries.step)(
        return_id=tries.step.return_id,
        key=tries.step.key,
        items=tries.step.items,
        whole=whole,
        known=(Known(object_id=made["id"], state="pending"),),
    )
    await tries.facts()
    assert place.posts(path_of(tries)) == 1
