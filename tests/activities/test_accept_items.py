"""Accepting goods: once, at the full authorised quantity, whoever did it first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.writes import Writes
from lifecycle.facts import OrderSeen, Refused, ReturnSeen
from lifecycle.steps import AcceptItems, Units
from tests.activities.place import Place
from tests.activities.tries import NOW, Tries


async def an_acceptance(place: Place, *, whole: bool) -> Tries[AcceptItems]:
    """Prepare the acceptance of a return of two lines, or of the first of them."""
    order = (await place.plant("third_party", 2, 1))["order"]
    lines = [(item["id"], item["quantity"]) for item in order["items"]]
    items = [{"itemId": item_id, "quantity": quantity} for item_id, quantity in lines]
    made = await place.post("/returns", {"orderId": order["id"], "items": items})
    step = AcceptItems(
        return_id=made["id"],
        key=f"{made['id']}:accept",
        items=tuple(
            Units(item_id=item_id, quantity=quantity)
            for item_id, quantity in (lines if whole else lines[:1])
        ),
        whole=whole,
    )
    return Tries(Writes(place.river).accept_items, step)


def path_of(tries: Tries[AcceptItems]) -> str:
    """Return where an acceptance is posted."""
    return f"/returns/{tries.step.return_id}"


async def test_the_whole_return(place: Place) -> None:
    """A whole return is accepted in one call, and the fact shows every item accepted."""
    tries = await an_acceptance(place, whole=True)
    facts = await tries.facts()
    expected = place.return_(tries.step.return_id, NOW)
    assert facts == (expected,)
    assert expected.state == "accepted"
    assert [item.accepted for item in expected.items] == [2, 1]
    assert place.bodies(path_of(tries)) == [{"state": "accepted"}]


async def test_one_item(place: Place) -> None:
    """One item is accepted at its full quantity, and the other is left alone."""
    tries = await an_acceptance(place, whole=False)
    [units] = tries.step.items
    [seen] = await tries.facts()
    assert seen == place.return_(tries.step.return_id, NOW)
    assert isinstance(seen, ReturnSeen)
    assert (seen.state, [item.accepted for item in seen.items]) == ("created", [2, 0])
    assert place.bodies(path_of(tries)) == [
        {"items": [{"itemId": units.item_id, "quantity": 2, "state": "accepted"}]}
    ]


@pytest.mark.parametrize("whole", [True, False])
async def test_accepted_in_the_dashboard(place: Place, *, whole: bool) -> None:
    """What a person has accepted already is no error, and has no second effect."""
    tries = await an_acceptance(place, whole=whole)
    await place.steer(f"returns/{tries.step.return_id}/accept")
    refunds = set(place.world.refunds)
    [seen] = await tries.facts()
    assert isinstance(seen, ReturnSeen)
    assert (seen.state, seen.refund_ids) == ("accepted", tuple(refunds))
    assert set(place.world.refunds) == refunds
    assert place.posts(path_of(tries)) == 0


@pytest.mark.parametrize("whole", [True, False])
async def test_accepted_after_the_look(place: Place, *, whole: bool) -> None:
    """A refusal of what turns out to be accepted is no refusal."""
    tries = await an_acceptance(place, whole=whole)
    await place.fault(method="POST", kind="error_after", status=409)
    [seen] = await tries.facts()
    refunds = tuple(place.world.refunds)
    assert seen == replace(place.return_(tries.step.return_id, NOW), refund_ids=refunds)
    assert isinstance(seen, ReturnSeen)
    assert seen.items[0].accepted == 2


@pytest.mark.parametrize("whole", [True, False])
async def test_another_activity_after_a_lost_answer(place: Place, *, whole: bool) -> None:
    """A first try looks, too: what an activity before it has done is not done again."""
    tries = await an_acceptance(place, whole=whole)
    await place.fault(method="POST", kind="reset_after")
    await tries.fail()
    again = Tries(tries.activity, tries.step)
    [seen] = await again.facts()
    refunds = tuple(place.world.refunds)
    assert seen == replace(place.return_(tries.step.return_id, NOW), refund_ids=refunds)
    assert isinstance(seen, ReturnSeen)
    assert seen.items[0].accepted == 2
    assert place.posts(path_of(tries)) == 1


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["reset_after", "malformed", "error_after"])
async def test_a_lost_answer(place: Place, kind: str, *, whole: bool) -> None:
    """After a lost answer the return is read first, and what is done is not done again."""
    tries = await an_acceptance(place, whole=whole)
    await place.fault(method="POST", kind=kind)
    assert not (await tries.fail()).non_retryable
    [seen] = await tries.facts()
    assert isinstance(seen, ReturnSeen)
    assert seen.items[0].accepted == 2
    assert place.posts(path_of(tries)) == 1


async def test_a_try_that_was_lost_before_its_effect(place: Place) -> None:
    """An acceptance that did not happen is sent again, after a look."""
    tries = await an_acceptance(place, whole=True)
    await place.fault(method="POST", kind="reset")
    await tries.fail()
    assert await tries.facts() == (place.return_(tries.step.return_id, tries.at),)
    assert [call.split()[0] for call in place.calls] == ["GET", "GET", "POST"] * 2
    assert len(place.world.refunds) == 1


async def test_a_refusal(place: Place) -> None:
    """A refusal is taught in Digital River's words, with the return and its order as they are."""
    tries = await an_acceptance(place, whole=False)
    [units] = tries.step.items
    body = {"items": [{"itemId": units.item_id, "quantity": 1, "state": "accepted"}]}
    answer = await place.control.post(path_of(tries), json=body)
    assert answer.is_success
    seen, refused, order = await tries.facts()
    assert seen == place.return_(tries.step.return_id, NOW)
    assert refused == Refused(
        key=tries.step.key,
        status=409,
        code="quantity_too_large",
        message="Return quantity is larger than the authorized quantity",
        taken=NOW,
    )
    assert isinstance(order, OrderSeen)
    assert order.state == "fulfilled"


async def test_a_dispute_parks(place: Place) -> None:
    """A refusal because of a dispute is taught as the disputed order, not as a refusal."""
    tries = await an_acceptance(place, whole=True)
    order_id = place.world.returns[tries.step.return_id].order_id
    await place.steer(f"orders/{order_id}/dispute", {"silent": True})
    seen, order = await tries.facts()
    assert seen == place.return_(tries.step.return_id, NOW)
    assert isinstance(order, OrderSeen)
    assert (order.order_id, order.state) == (order_id, "dispute")


async def test_an_answer_that_shows_no_acceptance(place: Place) -> None:
    """When a success shows fewer units than were sent, the try fails and is made again."""
    tries = await an_acceptance(place, whole=True)
    item = place.world.returns[tries.step.return_id].items[0]
    tries.step = AcceptItems(
        return_id=tries.step.return_id,
        key=tries.step.key,
        items=(Units(item_id=item.item_id, quantity=3),),
        whole=True,
    )
    failure = await tries.fail()
    assert (failure.type, failure.non_retryable) == ("OutcomeUnknownError", False)


async def test_an_outage(place: Place) -> None:
    """While Digital River is away the acceptance is tried on, and then has one effect."""
    tries = await an_acceptance(place, whole=True)
    await place.fault(kind="error", status=503, times=4, skip=2)
    for _ in range(4):
        assert (await tries.fail()).type == "ServerError"
    await tries.facts()
    assert place.posts(path_of(tries)) == 2
    assert tries.at - NOW == timedelta(seconds=4)
