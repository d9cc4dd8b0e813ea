"""Asking the fulfiller to take goods back."""

from lifecycle.facts import Refused
from lifecycle.steps import Create
from tests.activities.makings import REASON, Making, a_fulfillment_return
from tests.activities.place import Json, Place
from tests.activities.tries import NOW

PATH = "/fulfillment-returns"


def asking(making: Making[Create], reason: str) -> Json:
    """Return the body of a fulfillment return of the same units."""
    [units] = making.step.items
    return {
        "fulfillmentOrderId": making.step.fulfillment_order_id,
        "items": [{"fulfillmentOrderItemId": units.item_id, "quantity": units.quantity}],
        "upstreamId": making.step.order_id,
        "reason": reason,
    }


async def test_everything_is_sent(place: Place) -> None:
    """The request names the order and bears the RMA number; its answer bears it, too."""
    making = await a_fulfillment_return(place)
    facts = await making.start().facts()
    [return_id] = making.made()
    assert facts == (place.fulfillment_return(return_id, NOW),)
    assert place.bodies(PATH) == [asking(making, REASON)]


async def test_adoption_by_rma(place: Place) -> None:
    """A fulfillment return whose reason bears our RMA number is ours, in whatever state."""
    making = await a_fulfillment_return(place)
    made = await place.post(PATH, asking(making, f"other words {REASON[-11:]}"))
    await place.steer(f"fulfillment-returns/{made['id']}/reject")
    facts = await making.start().facts()
    assert facts == (place.fulfillment_return(made["id"], NOW),)
    assert place.posts(PATH) == 0


async def test_another_rma_is_not_ours(place: Place) -> None:
    """A fulfillment return of the same units with another RMA number is not adopted."""
    making = await a_fulfillment_return(place)
    other = await place.post(PATH, asking(making, "too_small #ABCDEFGHIJ"))
    facts = await making.start().facts()
    [made] = [return_id for return_id in making.made() if return_id != other["id"]]
    assert facts == (place.fulfillment_return(made, NOW),)
    assert place.posts(PATH) == 1


async def test_a_refusal_tells_why(place: Place) -> None:
    """Too many units are refused in Digital River's words, beside the returns that hold them."""
    making = await a_fulfillment_return(place)
    held = [(await place.post(PATH, asking(making, "theirs")))["id"] for _ in range(2)]
    *others, refused = await making.start().facts()
    assert others == [place.fulfillment_return(one, NOW) for one in reversed(held)]
    assert refused == Refused(
        key=making.step.key,
        status=409,
        code="quantity_too_large",
        message="Return quantity is larger than shipped quantity",
        taken=NOW,
    )
