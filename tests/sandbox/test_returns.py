"""Returns that the client coordinates, and the refunds Digital River makes for them."""

import httpx

from tests.sandbox.calls import Json, Planter, authorise, event_types, ok, refused

TWO_LINES = {"lines": [{"quantity": 2, "tax_rate": 0.21}, {"quantity": 3}]}


def arrived(one: Json, place: int, quantity: int | str) -> Json:
    """Return an update that accepts units of one item."""
    item_id = one["items"][place]["itemId"]
    return {"items": [{"itemId": item_id, "quantity": quantity, "state": "accepted"}]}


async def test_single_update_makes_one_refund(river: httpx.AsyncClient, plant: Planter) -> None:
    """Accepting the whole return makes one pending refund with all items and its reason."""
    one = await authorise(river, await plant(**TWO_LINES), metadata={"key": "k"})
    assert [item["quantityAccepted"] for item in one["items"]] == [0, 0]
    assert [item["amount"] for item in one["items"]] == [24.2, 30.0]
    assert one["state"] == "created"
    assert "liveMode" in one
    updated = await ok(river.post(f"/returns/{one['id']}", json={"state": "accepted"}))
    assert [item["quantityAccepted"] for item in updated["items"]] == [2, 3]
    assert "refundIds" not in updated
    [refund] = (await ok(river.get("/refunds", params={"orderId": one["orderId"]})))["data"]
    assert (refund["state"], refund["refundedAmount"]) == ("pending", 0.0)
    assert refund["reason"] == "too_small"
    assert "metadata" not in refund
    assert [item["amount"] for item in refund["items"]] == [24.2, 30.0]
    assert "refundedAmount" not in refund["items"][0]
    read = await ok(river.get(f"/returns/{one['id']}"))
    assert read["refundIds"] == [refund["id"]]
    kinds = await event_types(river)
    assert kinds[0] == "return.created"
    assert sorted(kinds[1:]) == ["refund.pending", "return.accepted"]


async def test_item_wise_updates_make_one_refund_each(
    river: httpx.AsyncClient, plant: Planter
) -> None:
    """The return follows its last item, and only then each update gets its refund."""
    one = await authorise(river, await plant(**TWO_LINES))
    path = f"/returns/{one['id']}"
    half = await ok(river.post(path, json=arrived(one, 0, "2")))
    assert (half["state"], half["items"][0]["state"]) == ("created", "accepted")
    assert (await ok(river.get("/refunds")))["data"] == []
    assert await event_types(river) == ["return.created"]
    await ok(river.post(path, json=arrived(one, 1, 3)))
    refunds = (await ok(river.get("/refunds")))["data"]
    assert [len(refund["items"]) for refund in refunds] == [1, 1]
    read = await ok(river.get(path))
    assert sorted(read["refundIds"]) == sorted(refund["id"] for refund in refunds)


async def test_partial_acceptance_adds_up(river: httpx.AsyncClient, plant: Planter) -> None:
    """An item stays created until its authorised quantity is reached; more is a conflict."""
    one = await authorise(river, await plant())
    path = f"/returns/{one['id']}"
    half = await ok(river.post(path, json=arrived(one, 0, 1)))
    assert (half["items"][0]["state"], half["items"][0]["quantityAccepted"]) == ("created", 1)
    large = (409, "quantity_too_large", "items[0].qty")
    assert await refused(river.post(path, json=arrived(one, 0, 2))) == large
    whole = await ok(river.post(path, json=arrived(one, 0, 1)))
    assert whole["state"] == "accepted"
    again = await refused(river.post(path, json={"state": "accepted"}))
    assert again[:2] == (409, "restricted_update")


async def test_units_are_authorised_once(river: httpx.AsyncClient, plant: Planter) -> None:
    """Units in a return are not eligible again, and unshipped units never are."""
    planted = await plant(lines=[{"quantity": 3, "shipped": 2, "pending": 1}])
    order = planted["order"]
    item_id = order["items"][0]["id"]
    large = (409, "quantity_too_large", "items[0].qty")
    body = {"orderId": order["id"], "items": [{"itemId": item_id, "quantity": 3}]}
    assert await refused(river.post("/returns", json=body)) == large
    body["items"] = [{"skuId": "sku-1", "quantity": "2"}]
    made = await ok(river.post("/returns", json=body), 201)
    assert made["items"][0]["itemId"] == item_id
    body["items"] = [{"skuId": "sku-1", "quantity": 1}]
    assert await refused(river.post("/returns", json=body)) == large


async def test_eager_refunds_hold_their_events(river: httpx.AsyncClient, plant: Planter) -> None:
    """When eager, a refund can be final before any event tells of it or of the return."""
    await ok(river.put("/sandbox/switches", json={"eager_refunds": True, "rate_limit": None}))
    one = await authorise(river, await plant(**TWO_LINES))
    await ok(river.post(f"/returns/{one['id']}", json=arrived(one, 0, 2)))
    [refund] = (await ok(river.get("/refunds")))["data"]
    await ok(river.post(f"/sandbox/refunds/{refund['id']}/complete"))
    assert await event_types(river) == ["return.created"]
    await ok(river.post(f"/returns/{one['id']}", json=arrived(one, 1, 3)))
    kinds = await event_types(river)
    assert sorted(kinds[1:]) == [
        "refund.complete",
        "refund.pending",
        "refund.pending",
        "return.accepted",
    ]
    params = {"type": "refund.pending"}
    told = (await ok(river.get("/events", params=params)))["data"]
    states = {event["data"]["object"]["state"] for event in told}
    assert states == {"succeeded", "pending"}


async def test_amounts_drift_and_refund_ids_hide(river: httpx.AsyncClient, plant: Planter) -> None:
    """Amounts lose a cent at the first acceptance and the refund another; ids can be left out."""
    switches = {"amounts_drift": True, "refund_ids": False, "rate_limit": None}
    await ok(river.put("/sandbox/switches", json=switches))
    one = await authorise(river, await plant(**TWO_LINES))
    half = await ok(river.post(f"/returns/{one['id']}", json=arrived(one, 0, 2)))
    assert [item["amount"] for item in half["items"]] == [24.19, 29.99]
    await ok(river.post(f"/returns/{one['id']}", json=arrived(one, 1, 3)))
    refunds = (await ok(river.get("/refunds")))["data"]
    assert sorted(refund["items"][0]["amount"] for refund in refunds) == [24.18, 29.98]
    assert "refundIds" not in await ok(river.get(f"/returns/{one['id']}"))


async def test_metadata_merges(river: httpx.AsyncClient, plant: Planter) -> None:
    """Metadata merges key by key, an empty text deletes, and return.updated tells."""
    one = await authorise(river, await plant(), metadata={"a": "1", "b": "2"})
    body = {"metadata": {"a": "", "c": 3}}
    updated = await ok(river.post(f"/returns/{one['id']}", json=body))
    assert updated["metadata"] == {"b": "2", "c": 3}
    assert (await event_types(river))[-1] == "return.updated"


async def test_dashboard_accepts(river: httpx.AsyncClient, plant: Planter) -> None:
    """A person in the Dashboard can accept a return, which refunds at once."""
    one = await authorise(river, await plant())
    accepted = await ok(river.post(f"/sandbox/returns/{one['id']}/accept"))
    assert accepted["state"] == "accepted"
    assert len((await ok(river.get("/refunds")))["data"]) == 1


async def test_validation(river: httpx.AsyncClient, plant: Planter) -> None:
    """A request that is wrong in itself is refused with the field's path."""
    order = (await plant())["order"]
    item = {"itemId": order["items"][0]["id"], "quantity": 1}
    good = {"orderId": order["id"], "items": [item]}
    place = {"address": {"line1": "1 Way", "postalCode": "1", "state": "X", "country": "NL"}}
    wrong = [
        ({**good, "price": 1}, (400, "unknown_parameter", "price")),
        ({**good, "items": [{**item, "price": 1}]}, (400, "unknown_parameter", "items[0].price")),
        ({"items": [item]}, (400, "missing_parameter", "orderId")),
        ({**good, "items": [{"quantity": 1}]}, (400, "missing_parameter", "items[0].itemId")),
        ({**good, "items": []}, (400, "invalid_empty", "items")),
        ({**good, "location": place}, (400, "missing_parameter", "location.address.city")),
        ({**good, "reason": "x" * 65}, (400, "invalid_parameter", "reason")),
        ({**good, "metadata": {}}, (400, "invalid_empty", "metadata")),
        (
            {**good, "metadata": {str(key): 1 for key in range(21)}},
            (400, "too_many_metadata_pairs", "metadata"),
        ),
        ({**good, "metadata": {"k" * 41: 1}}, (400, "invalid_metadata_key", "metadata")),
        ({**good, "metadata": {"k": "v" * 501}}, (400, "invalid_metadata_value", "metadata")),
        ({**good, "orderId": "nope"}, (400, "invalid_parameter", "orderId")),
    ]
    for body, expected in wrong:
        assert await refused(river.post("/returns", json=body)) == expected
    one = await ok(river.post("/returns", json=good), 201)
    refusal = await refused(river.post(f"/returns/{one['id']}", json={"state": "created"}))
    assert refusal == (400, "invalid_parameter", "state")
