"""Telling Digital River of a return."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from temporalio.testing import ActivityEnvironment

from activities.creates import Creates
from activities.once import refusal
from digital_river import BadRequestError, DigitalRiver, ErrorBody
from lifecycle.facts import InDoubt, Missing, OrderSeen, Refused, ReturnClaimed, ReturnSeen
from lifecycle.location import Address, Location
from lifecycle.steps import Create, Units
from tests.activities import payloads
from tests.activities.makings import REASON, Making, a_return
from tests.activities.place import KEY, Json, Place
from tests.activities.tries import NOW, WORKFLOW, Tries

DEPOT = Location(
    address=Address(
        line1="1 Depot Way", city="Venlo", postal_code="5928", state="LI", country="NL"
    ),
    name="Returns desk",
    phone="+31 77",
    email="desk@shop.test",
)
LATER = NOW + timedelta(minutes=1)


def asking(making: Making[Create], **fields: object) -> Json:
    """Return the body of a return of the same units by somebody else."""
    [units] = making.step.items
    items = [{"itemId": units.item_id, "quantity": units.quantity}]
    return {"orderId": making.step.order_id, "items": items, **fields}


async def test_everything_is_sent(place: Place) -> None:
    """The step's location and metadata are sent beside our own marks, and come back as facts."""
    making = (await a_return(place)).changed(location=DEPOT, metadata={"coupon": "x", "n": 1})
    [seen] = await making.start().facts()
    [return_id] = making.made()
    expected = place.return_(return_id, NOW, key=making.step.key)
    assert seen == replace(expected, location=DEPOT)
    [body] = place.bodies("/returns")
    assert body == {
        "orderId": making.step.order_id,
        "items": [{"itemId": making.step.items[0].item_id, "quantity": 2}],
        "reason": REASON,
        "location": {
            "address": {
                "line1": "1 Depot Way",
                "city": "Venlo",
                "postalCode": "5928",
                "state": "LI",
                "country": "NL",
            },
            "name": "Returns desk",
            "phone": "+31 77",
            "email": "desk@shop.test",
        },
        "metadata": {
            "coupon": "x",
            "n": 1,
            "workflow_id": WORKFLOW,
            "key": f"{WORKFLOW}:return",
        },
    }


async def test_our_marks_cannot_be_overwritten(place: Place) -> None:
    """Metadata of the shop under our own names does not replace our marks."""
    making = (await a_return(place)).changed(metadata={"key": "theirs", "workflow_id": "theirs"})
    await making.start().facts()
    [body] = place.bodies("/returns")
    assert body["metadata"] == {"workflow_id": WORKFLOW, "key": making.step.key}


async def test_adoption_by_key_alone(place: Place) -> None:
    """A return with our key is ours, whatever its reason says."""
    making = await a_return(place)
    made = await place.post("/returns", asking(making, metadata={"key": making.step.key}))
    facts = await making.start().facts()
    assert facts == (place.return_(made["id"], NOW, key=making.step.key),)
    assert place.posts("/returns") == 0


async def test_adoption_by_rma(place: Place) -> None:
    """A return without a key whose reason bears our RMA number is ours."""
    making = await a_return(place)
    made = await place.post("/returns", asking(making, reason=f"other words {REASON[-11:]}"))
    assert making.is_adopted(await making.start().facts())
    assert making.made() == [made["id"]]


async def test_another_workflows_return_is_not_adopted(place: Place) -> None:
    """A return with another key is not ours, even if its reason bears our RMA number."""
    making = await a_return(place)
    theirs = asking(making, reason=REASON, metadata={"key": "return-2:return"})
    other = await place.post("/returns", theirs)
    facts = await making.start().facts()
    [made] = [return_id for return_id in making.made() if return_id != other["id"]]
    assert facts == (place.return_(made, NOW, key=making.step.key),)


async def test_two_that_bear_our_key(place: Place) -> None:
    """When two returns bear our key, both are taught, so that a person is asked."""
    making = await a_return(place)
    for _ in range(2):
        await place.post("/returns", asking(making, metadata={"key": making.step.key}))
    facts = await making.start().facts()
    key = making.step.key
    assert facts == tuple(place.return_(one, NOW, key=key) for one in reversed(making.made()))
    assert len(facts) == 2
    assert place.posts("/returns") == 0


async def test_ours_is_found_on_a_later_page(place: Place) -> None:
    """The read before a create goes through all pages of the list."""
    planted = await place.plant("third_party", 102)
    order = planted["order"]
    items = [{"itemId": order["items"][0]["id"], "quantity": 1}]
    body = {"orderId": order["id"], "items": items}
    oldest = await place.post("/returns", {**body, "metadata": {"key": "w:return"}})
    for _ in range(100):
        await place.post("/returns", body)
    template = await a_return(place)
    making = template.changed(key="w:return", order_id=order["id"])
    facts = await making.start().facts()
    assert facts == (place.return_(oldest["id"], NOW, key="w:return"),)
    assert place.posts("/returns") == 0


async def test_an_answer_without_our_marks(place: Place) -> None:
    """A return that we made is claimed where the answer bears neither key nor RMA number."""
    making = (await a_return(place)).changed(rma=None, reason="too_small")

    def forget(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json=payloads.a_return())
        return httpx.Response(200, json={"hasMore": False, "data": []})

    transport = httpx.MockTransport(forget)
    async with DigitalRiver("https://river.test", KEY, transport=transport) as river:
        seen, claimed = await Tries(Creates(river).create_return, making.step).facts()
    assert isinstance(seen, ReturnSeen)
    assert (seen.return_id, seen.key) == ("ret_2", None)
    assert claimed == ReturnClaimed(return_id="ret_2")


async def test_a_refusal_tells_why(place: Place) -> None:
    """Too many units are refused in Digital River's words, beside the returns that hold them."""
    making = await a_return(place)
    held = await place.post("/returns", asking(making, reason="theirs"))
    making = making.changed(items=(Units(item_id=making.step.items[0].item_id, quantity=3),))
    *facts, order = await making.start().facts()
    assert facts == [
        place.return_(held["id"], NOW),
        Refused(
            key=making.step.key,
            status=409,
            code="quantity_too_large",
            message="Return quantity is larger than order quantity",
            taken=NOW,
        ),
    ]
    assert isinstance(order, OrderSeen)
    assert (order.order_id, order.state) == (making.step.order_id, "fulfilled")
    assert making.made() == [held["id"]]


async def test_a_dispute_after_the_check(place: Place) -> None:
    """A refusal because of a dispute that began meanwhile is taught with the disputed order."""
    making = await a_return(place)
    await place.steer(f"orders/{making.step.order_id}/dispute", {"silent": True})
    refused, order = await making.start().facts()
    assert isinstance(refused, Refused)
    assert (refused.status, refused.code) == (409, "invalid_parameter")
    assert isinstance(order, OrderSeen)
    assert (order.order_id, order.state, order.taken) == (making.step.order_id, "dispute", NOW)


async def test_a_refusal_without_an_order(place: Place) -> None:
    """A refusal stays a refusal when the order is not to be found."""
    making = await a_return(place)
    making = making.changed(items=(Units(item_id=making.step.items[0].item_id, quantity=5),))
    await place.fault(method="GET", path="/orders/*", kind="error", status=404)
    refused, missing = await making.start().facts()
    assert isinstance(refused, Refused)
    assert missing == Missing(resource="order", object_id=making.step.order_id, taken=NOW)


async def test_a_conflict_after_a_doubt(place: Place) -> None:
    """A 409 after a doubt may come from our own lost create that is not visible yet: a doubt."""
    making = await a_return(place)
    await place.post("/returns", asking(making, reason="theirs"))
    making = making.changed(items=(Units(item_id=making.step.items[0].item_id, quantity=3),))
    facts = await making.start(LATER, NOW).facts()
    assert facts == (InDoubt(key=making.step.key, absent=LATER),)


@pytest.mark.parametrize(("path", "skip"), [("/returns", 1), ("/orders/*", 0)])
async def test_a_refusal_outlives_a_failed_read(place: Place, path: str, skip: int) -> None:
    """A refusal after which a read fails is no doubt: the next try gets the refusal again."""
    making = await a_return(place)
    making = making.changed(items=(Units(item_id=making.step.items[0].item_id, quantity=5),))
    await place.fault(method="GET", path=path, kind="reset", skip=skip)
    tries = making.start()
    await tries.fail()
    refused, order = await tries.facts()
    assert isinstance(order, OrderSeen)
    assert isinstance(refused, Refused)
    assert refused.code == "quantity_too_large"


async def test_a_refusal_of_another_kind(place: Place) -> None:
    """Every answer that will not change is a refusal, with the status that it had."""
    making = await a_return(place)
    await place.fault(method="POST", kind="error", status=405)
    refused, order = await making.start().facts()
    assert isinstance(order, OrderSeen)
    assert isinstance(refused, Refused)
    assert (refused.status, refused.code) == (405, "unknown_error")


@pytest.mark.parametrize(
    ("body", "code"), [(None, "400"), (ErrorBody(type="bad_request"), "bad_request")]
)
def test_a_refusal_without_words(body: ErrorBody | None, code: str) -> None:
    """A refusal in which Digital River says little is told by its type, or else its status."""
    error = BadRequestError("create_return", 400, body)
    refused = ActivityEnvironment().run(refusal, "w:return", error)
    assert (refused.key, refused.status, refused.code) == ("w:return", 400, code)
    assert refused.message == str(error)


async def test_a_wrong_request_ends_at_once(place: Place) -> None:
    """What may not even be sent ends the activity, and is never taken for a lost answer."""
    making = (await a_return(place)).changed(reason="r" * 65)
    tries = making.start()
    failure = await tries.fail()
    assert (failure.type, failure.non_retryable) == ("WrongRequest", True)
    assert place.posts("/returns") == 0
