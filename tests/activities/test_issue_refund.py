"""Giving money back: the world must be as it was known, and every cent is asked for once."""

from datetime import datetime, timedelta

import httpx
import pytest

from activities.writes import Writes
from digital_river import DigitalRiver
from lifecycle.facts import InDoubt, OrderSeen, RefundSeen, Refused, ReturnSeen
from lifecycle.steps import IssueRefund, Known
from tests.activities import payloads
from tests.activities.makings import REASON, Making, a_refund
from tests.activities.place import KEY, Json, Place
from tests.activities.tries import NOW, WORKFLOW, Tries

LATER = NOW + timedelta(minutes=1)
PATH = "/refunds"


async def by_hand(place: Place, making: Making[IssueRefund], **fields: object) -> Json:
    """Make a refund as a person in the Dashboard does."""
    made = await place.steer(f"orders/{making.step.order_id}/refunds", fields or {"amount": 1})
    place.world.books.clear()
    return made


def knowing(making: Making[IssueRefund], *known: Known) -> Making[IssueRefund]:
    """Let the step know more objects; what is said last of one holds."""
    names = {one.object_id for one in known}
    rest = tuple(one for one in making.step.known if one.object_id not in names)
    return making.changed(known=(*rest, *known))


async def test_the_refund_that_is_made(place: Place) -> None:
    """Accepted units are refunded whole, in the order's currency, under our marks."""
    making = await a_refund(place)
    [seen] = await making.start().facts()
    [made] = place.world.refunds.values()
    assert isinstance(seen, RefundSeen)
    assert (seen.refund_id, seen.key, seen.state) == (made.id, making.step.key, "pending")
    assert (seen.currency, seen.reason, seen.taken) == ("EUR", REASON, NOW)
    assert [(item.item_id, item.quantity) for item in seen.items] == [
        (making.step.items[0].item_id, 2)
    ]
    assert place.bodies(PATH) == [
        {
            "orderId": making.step.order_id,
            "currency": "EUR",
            "items": [{"itemId": making.step.items[0].item_id, "quantity": 2, "percent": 100.0}],
            "reason": REASON,
            "metadata": {"workflow_id": WORKFLOW, "key": making.step.key},
        }
    ]
    assert made.value == 20


async def test_a_known_world_is_no_news(place: Place) -> None:
    """Refunds that are known do not keep a further one from being issued."""
    making = await a_refund(place)
    known = await by_hand(place, making)
    making = knowing(making, Known(object_id=known["id"], state="pending"))
    [seen] = await making.start().facts()
    assert isinstance(seen, RefundSeen)
    assert (seen.key, place.posts(PATH)) == (making.step.key, 1)


async def test_an_unknown_refund_is_news(place: Place) -> None:
    """A refund that was not known is taught instead of issuing one."""
    making = await a_refund(place)
    other = await by_hand(place, making)
    [seen] = await making.start().facts()
    assert isinstance(seen, RefundSeen)
    assert (seen.refund_id, seen.key) == (other["id"], None)
    assert place.posts(PATH) == 0


async def test_a_refund_that_moved_is_news(place: Place) -> None:
    """A known refund that is further on is taught instead of issuing one."""
    making = await a_refund(place)
    other = await by_hand(place, making)
    making = knowing(making, Known(object_id=other["id"], state="pending"))
    await place.steer(f"refunds/{other['id']}/complete")
    [seen] = await making.start().facts()
    assert isinstance(seen, RefundSeen)
    assert (seen.refund_id, seen.state) == (other["id"], "succeeded")
    assert place.posts(PATH) == 0


async def test_a_return_that_moved_is_news(place: Place) -> None:
    """A return of which more is accepted than was known is taught instead of issuing a refund."""
    making = await a_refund(place)
    step = making.step
    making = knowing(making, Known(object_id=step.return_id, state="accepted"))
    [seen] = await making.start().facts()
    assert isinstance(seen, ReturnSeen)
    assert (seen.return_id, seen.items[0].accepted) == (step.return_id, 2)
    assert place.posts(PATH) == 0


async def test_news_does_not_hide_a_doubt(place: Place) -> None:
    """News at a try that may follow a lost refund leaves the doubt standing beside it.

    Else the refund would be asked for again at once, before the lost one shows.
    """
    making = await a_refund(place)
    other = await by_hand(place, making)
    tries = making.start()
    tries.be_killed()
    seen, doubt = await tries.facts()
    assert isinstance(seen, RefundSeen)
    assert seen.refund_id == other["id"]
    assert doubt == InDoubt(key=making.step.key, absent=tries.at)
    assert place.posts(PATH) == 0


async def test_ours_is_taught_with_the_news(place: Place) -> None:
    """A lost refund that is found comes with whatever else is new."""
    making = await a_refund(place)
    await place.fault(method="POST", path=PATH, kind="reset_after")
    tries = making.start()
    await tries.fail()
    other = await by_hand(place, making)
    facts = await tries.facts()
    assert {fact.refund_id for fact in facts if isinstance(fact, RefundSeen)} == {
        other["id"],
        *making.made(),
    }
    assert len(facts) == 2
    assert place.posts(PATH) == 0


async def test_a_known_refund_with_our_key(place: Place) -> None:
    """A refund with our key is never issued again, even when it is known already."""
    making = await a_refund(place)
    ours = await by_hand(place, making, amount=1, metadata={"key": making.step.key})
    making = knowing(making, Known(object_id=ours["id"], state="pending"))
    assert making.is_adopted(await making.start().facts())
    assert place.posts(PATH) == 0


async def test_a_refusal_comes_with_the_order(place: Place) -> None:
    """A refusal is taught in Digital River's words, with the order as it is."""
    making = await a_refund(place)
    other = await by_hand(place, making, percent=100)
    making = knowing(making, Known(object_id=other["id"], state="pending"))
    refused, order = await making.start().facts()
    assert refused == Refused(
        key=making.step.key,
        status=400,
        code="invalid_parameter",
        message="The requested refund amount is greater than the available amount.",
        taken=NOW,
    )
    assert isinstance(order, OrderSeen)
    assert (order.order_id, order.state) == (making.step.order_id, "fulfilled")


async def test_no_money_left_after_a_doubt(place: Place) -> None:
    """Too little money left after a doubt may be our own lost refund's doing: a doubt.

    A person who took it for a refusal could pay by hand what is paid already.
    """
    making = await a_refund(place)
    other = await by_hand(place, making, percent=100)
    making = knowing(making, Known(object_id=other["id"], state="pending"))
    facts = await making.start(LATER, NOW).facts()
    assert facts == (InDoubt(key=making.step.key, absent=LATER),)
    assert making.made() == [other["id"]]


async def test_another_refusal_after_a_doubt(place: Place) -> None:
    """A refusal that a lost refund cannot have caused is a refusal, after a doubt too."""
    making = await a_refund(place)
    refused, _ = await making.changed(currency="USD").start(LATER, NOW).facts()
    assert isinstance(refused, Refused)
    assert refused.message == "Currency USD is not supported."


async def test_a_refusal_outlives_failed_reads(place: Place) -> None:
    """A refusal after which the order could not be read is met again, and is no doubt."""
    making = await a_refund(place)
    await place.fault(method="GET", path="/orders/*", kind="reset")
    tries = making.changed(currency="USD").start()
    await tries.fail()
    refused, _ = await tries.facts()
    assert isinstance(refused, Refused)


@pytest.mark.parametrize("not_before", [None, NOW])
async def test_a_dispute_parks(place: Place, not_before: datetime | None) -> None:
    """A refusal because of a dispute is no refusal: the disputed order is all that is taught."""
    making = await a_refund(place)
    await place.steer(f"orders/{making.step.order_id}/dispute", {"silent": True})
    [order] = await making.start(LATER, not_before).facts()
    assert isinstance(order, OrderSeen)
    assert (order.order_id, order.state) == (making.step.order_id, "dispute")


async def test_a_wrong_currency_ends_at_once(place: Place) -> None:
    """A refund that may not even be sent is not tried again, nor taken for a lost answer."""
    making = await a_refund(place)
    failure = await making.changed(currency="").start().fail()
    assert (failure.type, failure.non_retryable) == ("WrongRequest", True)
    assert place.posts(PATH) == 0


async def test_no_refunds_may_be_answered_with_404(place: Place) -> None:
    """Digital River may answer 404 where an order has no refunds; that is no obstacle."""
    making = await a_refund(place)
    await place.fault(method="GET", path=PATH, kind="error", status=404)
    assert making.is_adopted(await making.start().facts())


async def test_a_404_on_a_later_page_is_not_no_refunds(place: Place) -> None:
    """A list that breaks off with 404 is not taken for an empty one: nothing is issued."""
    making = await a_refund(place)
    for _ in range(101):
        await by_hand(place, making, amount=0.01)
    await place.fault(method="GET", path=PATH, kind="error", status=404, skip=1)
    failure = await making.start().fail()
    assert failure.type == "NotFoundError"
    assert place.posts(PATH) == 0


async def test_an_answer_without_our_marks(place: Place) -> None:
    """A refund that we made bears our key in the fact, even if the answer leaves metadata out."""
    making = await a_refund(place)

    def forget(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json=payloads.a_refund())
        if request.url.path == PATH:
            return httpx.Response(200, json={"hasMore": False, "data": []})
        accepted = payloads.a_fulfillment_return(id=making.step.return_id, state="accepted")
        return httpx.Response(200, json={**accepted, "items": []})

    transport = httpx.MockTransport(forget)
    async with DigitalRiver("https://river.test", KEY, transport=transport) as river:
        [seen] = await Tries(Writes(river).issue_refund, making.step).facts()
    assert isinstance(seen, RefundSeen)
    assert (seen.refund_id, seen.key) == ("re_1", making.step.key)
