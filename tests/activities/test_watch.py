"""The watch: a look now and then, on Temporal's clock, until there is news."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationErrorCategory

from activities.watching import Watching
from lifecycle.facts import (
    Chargeback,
    DeadlinePassed,
    DisputeLookedUp,
    DisputeResolved,
    OrderSeen,
    RefundSeen,
    Resource,
    ReturnSeen,
)
from lifecycle.steps import Known, Look, LookUpDispute, Units, Watch
from tests.activities.place import Place
from tests.activities.tries import NOW, SECOND, Tries

DAY = timedelta(days=1)
LOOKS = (DAY, 3 * DAY, 7 * DAY)


async def a_watch(place: Place, until: datetime = NOW + 30 * DAY) -> Tries[Watch]:
    """Prepare the watch of an open return of two units."""
    order = (await place.plant("third_party", 2))["order"]
    items = [{"itemId": order["items"][0]["id"], "quantity": 2}]
    made = await place.post("/returns", {"orderId": order["id"], "items": items})
    step = Watch(
        order_id=order["id"],
        return_id=made["id"],
        resource=Resource.RETURN,
        refunds=False,
        order=False,
        known=(
            Known(object_id=order["id"], state="fulfilled"),
            Known(object_id=made["id"], state="created"),
        ),
        until=until,
        looks=LOOKS,
    )
    return Tries(Watching(place.river).watch, step)


async def look(
    place: Place, tries: Tries[Watch], *, refunds: bool = False, order: bool = False
) -> Tries[Watch]:
    """Let the first try pass, in which nothing is asked."""
    tries.step = replace(tries.step, refunds=refunds, order=order)
    await tries.fail()
    assert place.calls == []
    return tries


async def test_the_first_try_does_not_call(place: Place) -> None:
    """The first try asks nothing and tells Temporal when to look, benignly."""
    tries = await a_watch(place)
    failure = await tries.fail()
    assert (failure.type, failure.next_retry_delay) == ("NotYet", DAY)
    assert failure.category is ApplicationErrorCategory.BENIGN
    assert not failure.non_retryable
    assert place.calls == []


async def test_looks_widen_up_to_the_deadline(place: Place) -> None:
    """Gaps follow the schedule, the last one repeats, and none goes past the deadline."""
    tries = await a_watch(place)
    delays = [(await tries.fail()).next_retry_delay for _ in range(6)]
    assert delays == [DAY, 3 * DAY, 7 * DAY, 7 * DAY, 7 * DAY, 5 * DAY]
    assert await tries.facts() == (DeadlinePassed(until=tries.step.until),)
    assert place.calls == [f"GET /returns/{tries.step.return_id}"] * 6


async def test_a_deadline_that_is_close(place: Place) -> None:
    """A deadline before the first look is the first look."""
    tries = await a_watch(place, NOW + 60 * SECOND)
    assert (await tries.fail()).next_retry_delay == 60 * SECOND
    assert await tries.facts() == (DeadlinePassed(until=NOW + 60 * SECOND),)


async def test_no_two_looks_within_a_second(place: Place) -> None:
    """A deadline that is nearly reached does not make looks follow each other at once."""
    tries = await a_watch(place, NOW + timedelta(microseconds=1))
    assert (await tries.fail()).next_retry_delay == SECOND


async def test_a_deadline_that_has_passed(place: Place) -> None:
    """A watch that starts after its deadline makes its last look at once."""
    tries = await a_watch(place, NOW)
    assert await tries.facts() == (DeadlinePassed(until=NOW),)
    assert place.calls == [f"GET /returns/{tries.step.return_id}"]


async def test_the_last_look_finds_news(place: Place) -> None:
    """What the last look finds counts, and the deadline does not."""
    tries = await a_watch(place, NOW)
    await place.steer(f"returns/{tries.step.return_id}/accept")
    facts = await tries.facts()
    assert [type(fact) for fact in facts] == [ReturnSeen, RefundSeen]


async def test_the_last_look_must_succeed(place: Place) -> None:
    """A deadline does not pass on a look that failed, however late the next one is."""
    tries = await a_watch(place, NOW)
    await place.fault(kind="error", status=503, times=2)
    for _ in range(2):
        assert (await tries.fail()).type == "ServerError"
    tries.at += 9 * DAY
    await place.steer(f"returns/{tries.step.return_id}/accept")
    facts = await tries.facts()
    assert [type(fact) for fact in facts] == [ReturnSeen, RefundSeen]


async def test_news_of_the_return(place: Place) -> None:
    """An accepted return is taught with the refunds that it made."""
    tries = await look(place, await a_watch(place))
    await place.steer(f"returns/{tries.step.return_id}/accept")
    [refund_id] = place.world.refunds
    seen, refund = await tries.facts()
    expected = place.return_(tries.step.return_id, tries.at)
    assert seen == replace(expected, refund_ids=(refund_id,))
    assert isinstance(refund, RefundSeen)
    assert refund.refund_id == refund_id


async def test_news_of_one_item(place: Place) -> None:
    """Units accepted in a return whose state stays are news."""
    order = (await place.plant("third_party", 2, 1))["order"]
    items = [{"itemId": item["id"], "quantity": 1} for item in order["items"]]
    made = await place.post("/returns", {"orderId": order["id"], "items": items})
    tries = await a_watch(place)
    known = (Known(object_id=made["id"], state="created"),)
    tries.step = replace(tries.step, return_id=made["id"], order_id=order["id"], known=known)
    await tries.fail()
    body = {"items": [{**items[0], "state": "accepted"}]}
    assert (await place.control.post(f"/returns/{made['id']}", json=body)).is_success
    assert await tries.facts() == (place.return_(made["id"], tries.at),)


async def test_a_stale_snapshot_is_no_news(place: Place) -> None:
    """A read that lags behind what is known is not taught."""
    tries = await a_watch(place)
    item_id = place.world.returns[tries.step.return_id].items[0].item_id
    ahead = Known(
        object_id=tries.step.return_id,
        state="accepted",
        accepted=(Units(item_id=item_id, quantity=2),),
    )
    tries.step = replace(tries.step, known=(ahead,))
    await tries.fail()
    assert (await tries.fail()).type == "NotYet"


async def test_refunds_are_looked_at_when_asked(place: Place) -> None:
    """With `refunds`, a refund of the order is news even while the return stays open."""
    tries = await look(place, await a_watch(place), refunds=True)
    await tries.fail()
    made = await place.steer(f"orders/{tries.step.order_id}/refunds", {"amount": 1})
    seen, refund = await tries.facts()
    assert seen == place.return_(tries.step.return_id, tries.at)
    assert isinstance(refund, RefundSeen)
    assert (refund.refund_id, refund.taken) == (made["id"], tries.at)


async def test_refunds_are_left_alone_otherwise(place: Place) -> None:
    """Without `refunds`, an open return costs one call a look."""
    tries = await look(place, await a_watch(place))
    await place.steer(f"orders/{tries.step.order_id}/refunds", {"amount": 1})
    await tries.fail()
    assert place.calls == [f"GET /returns/{tries.step.return_id}"]


@pytest.mark.parametrize("act", ["complete", "fail"])
async def test_news_of_a_refund(place: Place, act: str) -> None:
    """A refund that ends is news; one that stays is none."""
    tries = await a_watch(place)
    made = await place.steer(f"orders/{tries.step.order_id}/refunds", {"amount": 1})
    known = (*tries.step.known, Known(object_id=made["id"], state="pending"))
    tries.step = replace(tries.step, refunds=True, known=known)
    await tries.fail()
    assert (await tries.fail()).type == "NotYet"
    await place.steer(f"refunds/{made['id']}/{act}")
    _, refund = await tries.facts()
    assert isinstance(refund, RefundSeen)
    assert refund.state == {"complete": "succeeded", "fail": "failed"}[act]


async def test_an_expiry_is_found_by_looking(place: Place) -> None:
    """A bank token that ran out is told by no event; the look finds it."""
    tries = await a_watch(place)
    made = await place.steer(f"orders/{tries.step.order_id}/refunds", {"amount": 1})
    await place.steer(f"refunds/{made['id']}/require-information")
    known = (*tries.step.known, Known(object_id=made["id"], state="pending_information"))
    tries.step = replace(tries.step, refunds=True, known=known)
    await tries.fail()
    await tries.fail()
    await place.steer(f"refunds/{made['id']}/expire")
    _, refund = await tries.facts()
    assert isinstance(refund, RefundSeen)
    assert refund.state == "expired"


async def test_the_order_is_looked_at_when_asked(place: Place) -> None:
    """With `order`, a dispute that opens or ends is news."""
    tries = await look(place, await a_watch(place), order=True)
    await tries.fail()
    await place.steer(f"orders/{tries.step.order_id}/dispute", {"silent": True})
    _, order = await tries.facts()
    assert isinstance(order, OrderSeen)
    assert (order.state, order.taken) == ("dispute", tries.at)


async def test_the_order_is_left_alone_otherwise(place: Place) -> None:
    """Without `order`, a dispute is not looked for."""
    tries = await look(place, await a_watch(place))
    await place.steer(f"orders/{tries.step.order_id}/dispute", {"silent": True})
    assert (await tries.fail()).type == "NotYet"


async def test_a_fulfillment_return_is_watched(place: Place) -> None:
    """A fulfillment return is read as one, and its approval with the address is news."""
    planted = await place.plant("digital_river", 1)
    source = planted["fulfillment_order"]
    items = [{"fulfillmentOrderItemId": str(source["items"][0]["id"]), "quantity": 1}]
    body = {"fulfillmentOrderId": str(source["id"]), "items": items}
    made = await place.post("/fulfillment-returns", body)
    tries = await a_watch(place)
    tries.step = replace(
        tries.step,
        return_id=made["id"],
        resource=Resource.FULFILLMENT_RETURN,
        known=(Known(object_id=made["id"], state="created"),),
    )
    await tries.fail()
    await place.steer(f"fulfillment-returns/{made['id']}/approve")
    [seen] = await tries.facts()
    assert isinstance(seen, ReturnSeen)
    assert (seen.resource, seen.state) == (Resource.FULFILLMENT_RETURN, "pending")
    assert seen.location is not None
    assert seen.location.address.city == "Venlo"


async def test_a_refund_list_of_404_is_empty(place: Place) -> None:
    """Digital River may answer 404 where an order has no refunds; the look goes on."""
    tries = await look(place, await a_watch(place), refunds=True)
    await place.fault(path="/refunds", kind="error", status=404)
    assert (await tries.fail()).type == "NotYet"


async def test_a_look_after_a_lost_call(place: Place) -> None:
    """The return and every refund are read at once, and the loss counts as looked after."""
    watch = (await a_watch(place)).step
    made = await place.steer(f"orders/{watch.order_id}/refunds", {"amount": 1})
    step = Look(
        key=f"{watch.return_id}:look",
        order_id=watch.order_id,
        return_id=watch.return_id,
        resource=watch.resource,
        not_before=NOW - SECOND,
    )
    place.world.books.clear()
    seen, refund, passed = await Tries(Watching(place.river).look, step).facts()
    assert seen == place.return_(step.return_id, NOW)
    assert isinstance(refund, RefundSeen)
    assert (refund.refund_id, refund.taken) == (made["id"], NOW)
    assert passed == DeadlinePassed(until=step.not_before)
    assert len(place.calls) == 2


async def test_a_look_that_fails_is_made_again(place: Place) -> None:
    """A look whose read is lost teaches nothing, and the next try tells all."""
    watch = (await a_watch(place)).step
    step = Look(
        key=f"{watch.return_id}:look",
        order_id=watch.order_id,
        return_id=watch.return_id,
        resource=watch.resource,
        not_before=NOW,
    )
    await place.fault(path="/refunds", kind="reset")
    tries = Tries(Watching(place.river).look, step)
    assert not (await tries.fail()).non_retryable
    assert await tries.facts() == (
        place.return_(step.return_id, tries.at),
        DeadlinePassed(until=NOW),
    )


async def test_a_look_that_comes_too_early_waits(place: Place) -> None:
    """Lists must have had time to show what a lost call made: before that nothing is read."""
    watch = (await a_watch(place)).step
    step = Look(
        key=f"{watch.return_id}:look",
        order_id=watch.order_id,
        return_id=watch.return_id,
        resource=watch.resource,
        not_before=NOW + 60 * SECOND,
    )
    place.world.books.clear()
    tries = Tries(Watching(place.river).look, step)
    assert (await tries.fail()).next_retry_delay == 60 * SECOND
    assert place.calls == []
    assert (await tries.facts())[-1] == DeadlinePassed(until=step.not_before)


async def a_dispute(place: Place) -> tuple[str, Tries[LookUpDispute]]:
    """Begin a dispute, and prepare the reading of how it ended."""
    order_id = str((await place.plant("third_party", 1))["order"]["id"])
    await place.steer(f"orders/{order_id}/dispute")
    seen = place.world.orders[order_id].updated
    step = LookUpDispute(key="ret_1:dispute", order_id=order_id, seen=seen)
    return order_id, Tries(Watching(place.river).look_up_dispute, step)


async def test_how_a_dispute_ended_is_read_in_the_events(place: Place) -> None:
    """What the feed says of this order is told; ends of other orders' disputes are not."""
    other, _ = await a_dispute(place)
    order_id, tries = await a_dispute(place)
    await place.steer(f"orders/{other}/chargeback")
    await place.steer(f"orders/{order_id}/resolve-dispute")
    place.world.books.clear()
    seen, resolved, looked = await tries.facts()
    assert isinstance(seen, OrderSeen)
    assert isinstance(resolved, DisputeResolved)
    assert (seen.order_id, resolved.order_id) == (order_id, order_id)
    assert resolved.taken >= tries.step.seen.replace(microsecond=0)
    assert looked == DisputeLookedUp(seen=tries.step.seen)
    [call] = place.calls
    assert call == "GET /events"


async def test_a_chargeback_is_read_in_the_events(place: Place) -> None:
    """The bank's word is found, although no webhook brought it."""
    order_id, tries = await a_dispute(place)
    await place.steer(f"orders/{order_id}/chargeback")
    chargeback, _ = await tries.facts()
    assert isinstance(chargeback, Chargeback)
    assert chargeback.order_id == order_id


async def test_events_that_say_nothing(place: Place) -> None:
    """A dispute that ended without an event was looked up all the same."""
    order_id, tries = await a_dispute(place)
    await place.steer(f"orders/{order_id}/resolve-dispute", {"silent": True})
    assert await tries.facts() == (DisputeLookedUp(seen=tries.step.seen),)
