"""Without RMA numbers in reasons, fulfillment returns cannot be told apart: a person is asked."""

from datetime import timedelta

import pytest

from lifecycle.facts import InDoubt, LookAlikes, ReturnClaimed
from lifecycle.steps import Create
from tests.activities.makings import Making, a_fulfillment_return, a_return
from tests.activities.place import Json, Place
from tests.activities.tries import NOW, Tries

LATER = NOW + timedelta(minutes=1)
PATH = "/fulfillment-returns"


async def untagged(place: Place) -> Making[Create]:
    """Prepare a fulfillment return without an RMA number."""
    return (await a_fulfillment_return(place)).changed(rma=None, reason="too_small")


async def plant_alike(
    place: Place, making: Making[Create], quantity: int = 2, reason: str = "too_small"
) -> str:
    """Make a fulfillment return for the same line."""
    step = making.step
    body: Json = {
        "fulfillmentOrderId": step.fulfillment_order_id,
        "items": [{"fulfillmentOrderItemId": step.items[0].item_id, "quantity": quantity}],
        "upstreamId": step.order_id,
        "reason": reason,
    }
    made: str = (await place.post(PATH, body))["id"]
    return made


def suspicion(place: Place, tries: Tries[Create], *alike: str) -> tuple[object, ...]:
    """Return what is taught when these ids could be what a lost create made."""
    key = tries.step.key
    return (
        *(place.fulfillment_return(one, tries.at) for one in alike),
        LookAlikes(key=key, object_ids=alike),
        InDoubt(key=key, absent=tries.at),
    )


async def test_a_first_create_minds_no_look_alikes(place: Place) -> None:
    """What existed before the first try cannot be ours, and is neither adopted nor in the way."""
    making = await untagged(place)
    other = await plant_alike(place, making)
    facts = await making.start().facts()
    [made] = [one for one in making.made() if one != other]
    assert facts == (place.fulfillment_return(made, NOW), ReturnClaimed(return_id=made))


async def test_a_lost_create_is_not_adopted_by_its_looks(place: Place) -> None:
    """After a lost answer, what looks like ours is shown to a person, never adopted."""
    making = await untagged(place)
    await place.fault(method="POST", path=PATH, kind="reset_after")
    tries = making.start()
    await tries.fail()
    facts = await tries.facts()
    assert facts == suspicion(place, tries, *making.made())
    assert place.posts(PATH) == 1


async def test_a_look_alike_that_shows_late_is_not_posted_over(place: Place) -> None:
    """A lost create that becomes visible only at the second look is not created again."""
    making = await untagged(place)
    tries = making.start(not_before=LATER)
    await tries.fail()
    alike = await plant_alike(place, making)
    assert await tries.facts() == suspicion(place, tries, alike)
    assert place.posts(PATH) == 0


async def test_what_a_person_ruled_out_is_not_minded(place: Place) -> None:
    """A look-alike that a person has ruled out is not in the way of the second look's create."""
    making = await untagged(place)
    other = await plant_alike(place, making)
    making = making.changed(not_ours=(other,))
    facts = await making.start(LATER, NOW).facts()
    [made] = [one for one in making.made() if one != other]
    assert facts[1:] == (ReturnClaimed(return_id=made),)


async def test_ruled_out_after_a_lost_answer(place: Place) -> None:
    """With the look-alike ruled out, an absent create is an ordinary doubt."""
    making = await untagged(place)
    other = await plant_alike(place, making)
    making = making.changed(not_ours=(other,))
    tries = making.start()
    tries.be_killed()
    assert await tries.facts() == (InDoubt(key=making.step.key, absent=tries.at),)


@pytest.mark.parametrize(("quantity", "reason"), [(1, "too_small"), (2, "other")])
async def test_what_differs_is_no_look_alike(place: Place, quantity: int, reason: str) -> None:
    """Other units or another reason cannot come from our create."""
    making = await untagged(place)
    await plant_alike(place, making, quantity, reason)
    tries = making.start()
    tries.be_killed()
    assert await tries.facts() == (InDoubt(key=making.step.key, absent=tries.at),)


async def test_a_return_with_another_key_is_no_look_alike(place: Place) -> None:
    """A return that bears somebody else's key cannot come from our create."""
    making = (await a_return(place)).changed(rma=None, reason=None)
    step = making.step
    body: Json = {
        "orderId": step.order_id,
        "items": [{"itemId": step.items[0].item_id, "quantity": 2}],
        "metadata": {"key": "return-2:return"},
    }
    await place.post("/returns", body)
    tries = making.start()
    tries.be_killed()
    assert await tries.facts() == (InDoubt(key=step.key, absent=tries.at),)
