"""Reads before anything is created."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from activities import all_activities
from activities.checks import Checks
from lifecycle.facts import (
    Fact,
    FulfillmentOrderItem,
    FulfillmentOrderSeen,
    Missing,
    OrderLine,
    OrderSeen,
    ReturnsListed,
)
from lifecycle.rules import CURRENT_RULES
from lifecycle.steps import CheckReturnable, CheckShipped, ListReturns
from tests.activities.place import Json, Place
from tests.activities.tries import NOW, SECOND, Tries

KEY = "return-1:return"


def order_fact(planted: Json, state: str = "fulfilled") -> OrderSeen:
    """Return the fact about a planted order, whose lines are all fulfilled."""
    order = planted["order"]
    updated = TypeAdapter(datetime).validate_python(order["updatedTime"])
    return OrderSeen(
        order_id=order["id"],
        state=state,
        currency="EUR",
        lines=tuple(
            OrderLine(item_id=item["id"], quantity=item["quantity"], state="fulfilled")
            for item in order["items"]
        ),
        taken=NOW,
        updated=updated,
    )


def order_without_lines(planted: Json) -> OrderSeen:
    """Return what is taught of an order whose fulfillment orders hold the lines that count."""
    return replace(order_fact(planted), lines=())


def fulfillment_order_fact(planted: Json) -> FulfillmentOrderSeen:
    """Return the fact about a planted fulfillment order: three units here, one on its way."""
    source = planted["fulfillment_order"]
    [item] = source["items"]
    return FulfillmentOrderSeen(
        fulfillment_order_id=str(source["id"]),
        order_id=planted["order"]["id"],
        currency="EUR",
        items=(
            FulfillmentOrderItem(
                item_id=str(item["id"]),
                order_item_id=planted["order"]["items"][0]["id"],
                quantity=10,
                pending=1,
                backordered=2,
                shipped=4,
                cancelled=3,
                returned=0,
                value=Decimal(100),
            ),
        ),
        taken=NOW,
    )


async def plant(place: Place) -> Json:
    """Make an order of one line with units in every place that units can be in."""
    line = {"quantity": 10, "pending": 1, "backordered": 2, "shipped": 4, "cancelled": 3}
    body = {"coordinator": "digital_river", "lines": [line]}
    return await place.steer("orders", body)


async def check_shipped(place: Place, order_id: str, named: object = None) -> tuple[Fact, ...]:
    """Check what was shipped of an order."""
    fulfillment_order_id = None if named is None else str(named)
    step = CheckShipped(key=KEY, order_id=order_id, fulfillment_order_id=fulfillment_order_id)
    return await Tries(Checks(place.river).check_shipped, step).facts()


async def test_shipped_by_order(place: Place) -> None:
    """Without a name, every fulfillment order of the order is read, with all its counters."""
    await plant(place)
    planted = await plant(place)
    facts = await check_shipped(place, planted["order"]["id"])
    assert facts == (order_without_lines(planted), fulfillment_order_fact(planted))


async def test_shipped_by_name(place: Place) -> None:
    """With a name, that fulfillment order alone is read."""
    planted = await plant(place)
    named = planted["fulfillment_order"]["id"]
    facts = await check_shipped(place, planted["order"]["id"], named)
    assert facts == (order_without_lines(planted), fulfillment_order_fact(planted))
    assert place.calls[1:] == [f"GET /fulfillment-orders/{named}"]


async def test_shipped_for_another_order(place: Place) -> None:
    """A fulfillment order of another order is taught as it is: the rules refuse it."""
    planted, other = await plant(place), await plant(place)
    facts = await check_shipped(place, planted["order"]["id"], other["fulfillment_order"]["id"])
    seen = fulfillment_order_fact(other)
    unpriced = tuple(replace(item, value=None) for item in seen.items)
    assert facts == (order_without_lines(planted), replace(seen, items=unpriced))


async def test_an_unknown_name(place: Place) -> None:
    """A named fulfillment order that does not exist is missing, under its name."""
    planted = await plant(place)
    facts = await check_shipped(place, planted["order"]["id"], "12345")
    missing = Missing(resource="fulfillment_order", object_id="12345", taken=NOW)
    assert facts == (order_without_lines(planted), missing)


@pytest.mark.parametrize("status", [200, 404])
async def test_nothing_was_shipped(place: Place, status: int) -> None:
    """An order without fulfillment orders teaches that there is none; a 404 says the same."""
    planted = await place.plant("third_party", 1)
    if status == 404:
        await place.fault(path="/fulfillment-orders", kind="error", status=404)
    facts = await check_shipped(place, planted["order"]["id"])
    order_id = planted["order"]["id"]
    missing = Missing(resource="fulfillment_order", object_id=order_id, taken=NOW)
    assert facts == (order_without_lines(planted), missing)


async def test_shipped_of_an_unknown_order(place: Place) -> None:
    """An order that does not exist is missing, and nothing more is asked."""
    facts = await check_shipped(place, "400000000999")
    assert facts == (Missing(resource="order", object_id="400000000999", taken=NOW),)
    assert place.calls == ["GET /orders/400000000999"]


async def test_returnable(place: Place) -> None:
    """The order, every return of it, and that these are all, are taught."""
    planted = await place.plant("third_party", 2, 1)
    order = planted["order"]
    made = []
    for item in order["items"]:
        items = [{"itemId": item["id"], "quantity": 1}]
        made.append(await place.post("/returns", {"orderId": order["id"], "items": items}))
    step = CheckReturnable(key=KEY, order_id=order["id"])
    assert await Tries(Checks(place.river).check_returnable, step).facts() == (
        order_fact(planted),
        *(place.return_(one["id"], NOW) for one in reversed(made)),
        ReturnsListed(taken=NOW),
    )


async def test_returnable_of_an_unknown_order(place: Place) -> None:
    """An order that does not exist is missing, and no list of returns is claimed."""
    step = CheckReturnable(key=KEY, order_id="400000000999")
    facts = await Tries(Checks(place.river).check_returnable, step).facts()
    assert facts == (Missing(resource="order", object_id="400000000999", taken=NOW),)


@pytest.mark.parametrize("late", [-1, 1])
async def test_listed_returns(place: Place, late: int) -> None:
    """The list counts as no older than the refund it is read for, whoever's clock is ahead."""
    order = (await place.plant("third_party", 2))["order"]
    items = [{"itemId": order["items"][0]["id"], "quantity": 1}]
    body = {"orderId": order["id"], "items": items, "metadata": {"key": "return-9:return"}}
    made = await place.post("/returns", body)
    step = ListReturns(key=KEY, order_id=order["id"], made=NOW + late * SECOND)
    facts = await Tries(Checks(place.river).list_returns, step).facts()
    seen = replace(place.return_(made["id"], NOW), key="return-9:return")
    assert facts == (seen, ReturnsListed(taken=max(NOW, step.made)))


async def test_listed_fulfillment_returns(place: Place) -> None:
    """The siblings of a fulfillment return are those of its fulfillment order."""
    planted = await place.plant("digital_river", 2)
    fulfillment_order = planted["fulfillment_order"]
    items = [{"fulfillmentOrderItemId": str(fulfillment_order["items"][0]["id"]), "quantity": 1}]
    fulfillment_order_id = str(fulfillment_order["id"])
    body = {"fulfillmentOrderId": fulfillment_order_id, "items": items}
    made = await place.post("/fulfillment-returns", body)
    step = ListReturns(key=KEY, order_id="400", fulfillment_order_id=fulfillment_order_id, made=NOW)
    facts = await Tries(Checks(place.river).list_returns, step).facts()
    assert facts == (place.fulfillment_return(made["id"], NOW), ReturnsListed(taken=NOW))


@pytest.mark.parametrize("rules", [CURRENT_RULES, CURRENT_RULES + 1])
async def test_rules_are_taught(place: Place, rules: int) -> None:
    """Every result carries the version of the rules that its worker runs."""
    step = CheckReturnable(key=KEY, order_id="400000000999")
    learned = await Tries(Checks(place.river, rules).check_returnable, step).learn()
    assert learned.rules == rules


async def test_facts_are_as_old_as_their_try(place: Place) -> None:
    """A fact is dated by the try that learned it, on Temporal's clock."""
    step = CheckReturnable(key=KEY, order_id="400000000999")
    tries = Tries(Checks(place.river).check_returnable, step)
    await place.fault(kind="reset")
    await tries.fail()
    [missing] = await tries.facts()
    assert missing == Missing(resource="order", object_id=step.order_id, taken=NOW + SECOND)


async def test_all_activities_are_named(place: Place) -> None:
    """Activity names are a contract with histories: these, and no others."""
    names = [activity.__name__ for activity in all_activities(place.river)]
    defined = [
        getattr(activity, "__temporal_activity_definition").name
        for activity in all_activities(place.river)
    ]
    assert names == defined
    assert set(names) == {
        "check_shipped",
        "check_returnable",
        "list_returns",
        "adopt_return",
        "create_fulfillment_return",
        "create_return",
        "accept_items",
        "issue_refund",
        "watch",
        "look",
        "look_up_dispute",
    }
