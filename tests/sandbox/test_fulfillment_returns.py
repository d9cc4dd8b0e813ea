"""Fulfillment returns: the flow that Digital River coordinates."""

import httpx

from tests.sandbox.calls import Json, Planter, ask_back, event_types, ok, refused

LINES = {"lines": [{"quantity": 3, "shipped": 2, "pending": 1}, {"quantity": 1, "pending": 1}]}


def asking(planted: Json, place: int, quantity: int) -> Json:
    """Return a request for units of one line."""
    one = planted["fulfillment_order"]
    item = {"fulfillmentOrderItemId": str(one["items"][place]["id"]), "quantity": quantity}
    return {"fulfillmentOrderId": str(one["id"]), "items": [item]}


async def test_whole_flow(river: httpx.AsyncClient, plant: Planter) -> None:
    """A request is approved, received and leaves the shipped counter, one event each."""
    planted = await plant("digital_river")
    asked = await ask_back(river, planted)
    assert asked["state"] == "created"
    assert asked["items"][0]["state"] == "pending"
    assert asked["reason"] == "too_small"
    assert "livemode" in asked
    assert "location" not in asked
    path = f"/sandbox/fulfillment-returns/{asked['id']}"
    approved = await ok(river.post(f"{path}/approve"))
    assert approved["state"] == "pending"
    assert approved["location"]["address"]["country"] == "NL"
    received = await ok(river.post(f"{path}/receive"))
    assert received["state"] == "accepted"
    assert received["items"][0]["quantityAccepted"] == 2
    one = await ok(river.get(f"/fulfillment-orders/{planted['fulfillment_order']['id']}"))
    assert (one["items"][0]["shipped"], one["items"][0]["returned"]) == (0, 2)
    kinds = ["created", "pending", "accepted"]
    assert await event_types(river) == [f"fulfillment_return.{kind}" for kind in kinds]
    assert (await ok(river.get("/refunds")))["data"] == []


async def test_ids_are_numbers_in_orders_and_text_in_references(
    river: httpx.AsyncClient, plant: Planter
) -> None:
    """A fulfillment order's id is a number and its list has no hasMore."""
    planted = await plant("digital_river")
    params = {"upstreamIds": planted["order"]["id"]}
    listed = await ok(river.get("/fulfillment-orders", params=params))
    assert set(listed) == {"data"}
    assert isinstance(listed["data"][0]["id"], int)
    asked = await ask_back(river, planted)
    assert asked["fulfillmentOrderId"] == str(listed["data"][0]["id"])


async def test_only_shipped_units_come_back(river: httpx.AsyncClient, plant: Planter) -> None:
    """More units than shipped, or units that were never shipped, are a conflict."""
    planted = await plant("digital_river", **LINES)
    post = "/fulfillment-returns"
    large = (409, "quantity_too_large", "items[0].qty")
    assert await refused(river.post(post, json=asking(planted, 0, 3))) == large
    unshipped = (409, "invalid_parameter", "items[0].qty")
    assert await refused(river.post(post, json=asking(planted, 1, 1))) == unshipped


async def test_units_in_other_returns_are_held(river: httpx.AsyncClient, plant: Planter) -> None:
    """Units are held by an open or accepted return, and free again once it is rejected."""
    planted = await plant("digital_river")
    first = await ask_back(river, planted)
    again = asking(planted, 0, 1)
    assert (await refused(river.post("/fulfillment-returns", json=again)))[0] == 409
    rejected = await ok(river.post(f"/sandbox/fulfillment-returns/{first['id']}/reject"))
    assert (rejected["state"], rejected["items"][0]["state"]) == ("rejected", "rejected")
    second = await ok(river.post("/fulfillment-returns", json=again), 201)
    path = f"/sandbox/fulfillment-returns/{second['id']}"
    await ok(river.post(f"{path}/approve"))
    await ok(river.post(f"{path}/receive"))
    both = asking(planted, 0, 2)
    assert (await refused(river.post("/fulfillment-returns", json=both)))[0] == 409


async def test_arrivals_grow(river: httpx.AsyncClient, plant: Planter) -> None:
    """Further units grow quantityAccepted with another accepted event, up to what was asked."""
    planted = await plant("digital_river")
    asked = await ask_back(river, planted)
    path = f"/sandbox/fulfillment-returns/{asked['id']}"
    item_id = asked["items"][0]["fulfillmentOrderItemId"]
    one_unit = {"items": [{"fulfillment_order_item_id": item_id, "quantity": 1}]}
    assert (await refused(river.post(f"{path}/receive")))[0] == 409
    await ok(river.post(f"{path}/approve", json={"location": {"address": {"country": "BE"}}}))
    for accepted in (1, 2):
        grown = await ok(river.post(f"{path}/receive", json=one_unit))
        assert grown["items"][0]["quantityAccepted"] == accepted
        assert grown["state"] == "accepted"
    assert (await refused(river.post(f"{path}/receive", json=one_unit)))[0] == 409
    assert (await event_types(river)).count("fulfillment_return.accepted") == 2


async def test_nothing_received_is_a_rejection(river: httpx.AsyncClient, plant: Planter) -> None:
    """A return of which no unit is accepted becomes rejected."""
    asked = await ask_back(river, await plant("digital_river"))
    path = f"/sandbox/fulfillment-returns/{asked['id']}"
    await ok(river.post(f"{path}/approve"))
    assert (await ok(river.post(f"{path}/receive", json={"items": []})))["state"] == "rejected"
    assert (await event_types(river))[-1] == "fulfillment_return.rejected"


async def test_warehouse_return(river: httpx.AsyncClient, plant: Planter) -> None:
    """The warehouse can send goods back that nobody asked for, without an approval."""
    planted = await plant("digital_river")
    body = {"fulfillment_order_id": str(planted["fulfillment_order"]["id"])}
    made = await ok(river.post("/sandbox/fulfillment-returns", json=body), 201)
    assert (made["type"], made["items"][0]["quantity"]) == ("warehouse", 2)
    received = await ok(river.post(f"/sandbox/fulfillment-returns/{made['id']}/receive"))
    assert received["state"] == "accepted"


async def test_validation(river: httpx.AsyncClient, plant: Planter) -> None:
    """A request that is wrong in itself is refused with the field's path."""
    planted = await plant("digital_river")
    good = asking(planted, 0, 1)
    item = good["items"][0]
    wrong = [
        ({**good, "metadata": {"a": "b"}}, (400, "unknown_parameter", "metadata")),
        ({"items": [item]}, (400, "missing_parameter", "fulfillmentOrderId")),
        (
            {**good, "items": [{"fulfillmentOrderItemId": item["fulfillmentOrderItemId"]}]},
            (400, "missing_parameter", "items[0].quantity"),
        ),
        (
            {**good, "items": [{**item, "quantity": 0}]},
            (400, "invalid_quantity_amount", "items[0].quantity"),
        ),
        ({**good, "reason": "x" * 65}, (400, "invalid_parameter", "reason")),
        ({**good, "fulfillmentOrderId": "1"}, (400, "invalid_parameter", "fulfillmentOrderId")),
        ({**good, "items": [item, item]}, (400, "invalid_parameter", "items[1]")),
    ]
    for body, expected in wrong:
        assert await refused(river.post("/fulfillment-returns", json=body)) == expected
