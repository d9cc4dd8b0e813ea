"""Whole returns of both kinds by HTTP alone, and the messages on the way."""

from __future__ import annotations

import asyncio

import pytest

from tests.running import Json, Running, eventually
from tests.storefront_api.shop import Shop, path_of, problem, rules

CANCELLATION = {"who": "Ann Service", "why": "keeps the shoes"}


async def test_digital_river_coordinates(live: Running, shop: Shop) -> None:
    """Approved, received, refunded: the customer reads each of it, with dates and the address."""
    order = await live.order("digital_river", 1, automation={"bank_after_seconds": 0})
    answer = await shop.opened(order, 1)
    workflow_id, return_id = answer["workflow_id"], answer["return_id"]
    checked = await shop.until(workflow_id, "awaiting_approval")
    assert "next_date" not in checked
    await live.act(f"/sandbox/fulfillment-returns/{return_id}/approve")
    due = await shop.until(workflow_id, "awaiting_goods")
    assert due["ship_to"]["address"]["country"]
    assert due["message"].startswith("Please send the goods back by ")
    assert due["next_date"]
    await live.act(f"/sandbox/fulfillment-returns/{return_id}/receive")
    done = await shop.until(workflow_id, "refunded")
    assert done["message"] == "Your return is complete, and everything was refunded."
    assert done["lines"] == [
        {"order_item_id": order.items[0], "requested": 1, "arrived": 1, "accepted": 1}
        | {"refunded": 1}
    ]
    [refund] = done["refunds"]
    [made] = await live.refunds(order)
    assert (refund["id"], refund["state"], refund["currency"]) == (made["id"], "succeeded", "EUR")
    assert float(refund["refunded_amount"]) == made["refundedAmount"]


async def test_a_third_party_coordinates(live: Running, shop: Shop) -> None:
    """Parcel by parcel; the same report again is nothing new."""
    order = await live.order("third_party", 2, 1, automation={"bank_after_seconds": 0})
    workflow_id = (await shop.opened(order, 2, 1))["workflow_id"]
    shipments = path_of(workflow_id, "shipments")
    parcel: Json = {"reference": "P1", "items": {order.items[0]: 2}}
    first, again = [await shop.http.post(shipments, json=parcel) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert [line["arrived"] for line in again.json()["lines"]] == [2, 0]

    async def dated() -> str | None:
        view = await shop.look(workflow_id)
        return str(view["message"]) if view.get("next_date") else None

    message = await eventually(dated)
    assert message.startswith("We have received 2 of 3 units. Please send the rest by ")
    rest = {"reference": "P2", "items": {order.items[1]: 1}}
    assert (await shop.http.post(shipments, json=rest)).status_code == 200
    done = await shop.until(workflow_id, "refunded")
    assert [line["refunded"] for line in done["lines"]] == [2, 1]


async def test_a_cancelled_return(live: Running, shop: Shop) -> None:
    """It is told what became of it; who and why stay the shop's own; twice is once."""
    order = await live.order("third_party", 1)
    workflow_id = (await shop.opened(order, 1))["workflow_id"]
    cancel = path_of(workflow_id, "cancel")
    done = await shop.http.post(cancel, json=CANCELLATION)
    assert (done.status_code, done.json()["phase"]) == (200, "cancelled")
    await live.result(workflow_id)
    seen = await shop.look(workflow_id)
    assert (seen["status"], seen["message"]) == ("cancelled", "Your return was cancelled.")
    assert not set(CANCELLATION.values()) & set(map(str, seen.values()))
    assert "Ann Service" not in str(seen)
    again = await shop.http.post(cancel, json=CANCELLATION)
    assert (again.status_code, again.json()["phase"]) == (200, "cancelled")


async def test_shipments_that_are_refused(live: Running, shop: Shop) -> None:
    """A conflict with what is known is 409; a line that the return has not is 422."""
    order = await live.order("third_party", 2)
    workflow_id = (await shop.opened(order, 2))["workflow_id"]
    shipments = path_of(workflow_id, "shipments")
    unknown = {"reference": "P1", "items": {"nope": 1}}
    problem(await shop.http.post(shipments, json=unknown), 422, "unknown_line")
    parcel = {"reference": "P1", "items": {order.items[0]: 1}}
    assert (await shop.http.post(shipments, json=parcel)).status_code == 200
    other = {"reference": "P1", "items": {order.items[0]: 2}}
    problem(await shop.http.post(shipments, json=other), 409, "revision_outdated")
    goods = path_of(workflow_id, "cancel")
    problem(await shop.http.post(goods, json=CANCELLATION), 409, "goods_received")
    theirs = (await shop.opened(await live.order("digital_river", 1), 1))["workflow_id"]
    answer = await shop.http.post(path_of(theirs, "shipments"), json=parcel)
    problem(answer, 409, "not_third_party")


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        ("shipments", {"reference": "P1"}, "(all)"),
        ("shipments", {"reference": "P1", "items": {"1": -1}}, "items.1"),
        ("shipments", {"reference": "P1", "items": {"1": 1}, "by": "van"}, "by"),
        ("cancel", {"who": "Ann"}, "why"),
        ("cancel", [], "(all)"),
    ],
)
async def test_messages_that_break_a_rule(
    shop: Shop, address: str, body: object, field: str
) -> None:
    """Each field that is wrong is named."""
    answer = await shop.http.post(f"/returns/return-4-X/{address}", json=body)
    assert list(rules(answer)) == [field]


@pytest.mark.parametrize(
    "workflow_id",
    [
        "return-4-NOBODYS",
        "upriver-backfill",
        "return-",
        "return-4 5",
        "return-\x00",
        "..",
        "return-ü",
    ],
)
async def test_a_return_that_never_was(shop: Shop, workflow_id: str) -> None:
    """404 at each of its addresses; what is no id of a return never reaches Temporal."""
    answers = [
        await shop.http.get(path_of(workflow_id)),
        await shop.http.post(path_of(workflow_id, "cancel"), json=CANCELLATION),
        await shop.http.get(path_of(workflow_id, "refunds", "re_1", "bank-details")),
        await shop.http.post(
            path_of(workflow_id, "shipments"), json={"reference": "P", "items": {"1": 1}}
        ),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert answer.json()["code"] in ("no_such_return", "not_found")


async def test_the_returns_of_an_order(live: Running, shop: Shop) -> None:
    """All of them, the newest first, and nobody else's; without their facts."""
    order = await live.order("third_party", 2)
    ids = [(await shop.opened(order, 1))["workflow_id"] for _ in range(2)]
    await live.cancel(ids[0])

    async def both() -> list[Json] | None:
        found = await shop.http.get("/returns", params={"order_id": order.id})
        rows: list[Json] = found.json()["returns"]
        states = {row["status"] for row in rows}
        return rows if states == {"cancelled", "awaiting_goods"} else None

    rows = await eventually(both)
    assert [row["workflow_id"] for row in rows] == ids[::-1]
    assert rows[1].keys() == {"workflow_id", "order_id", "return_id", "status", "started", "ended"}
    assert rows[0].keys() == rows[1].keys() - {"ended"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "order_id"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "' OR 1 = 1"}, "order_id"),
        ({"order_id": "4", "phase": "refunding"}, "phase"),
    ],
)
async def test_lists_are_of_one_order(shop: Shop, query: Json, field: str) -> None:
    """No other list is given, and no other parameter is taken."""
    assert list(rules(await shop.http.get("/returns", params=query))) == [field]


async def test_an_order_with_a_slash_in_its_id(shop: Shop) -> None:
    """Whatever an id may hold, the address of its return leads to it."""
    order_id = "shop/2026@4:1+1=2"
    body = {
        "order_id": order_id,
        "coordinator": "third_party",
        "lines": [{"order_item_id": "1", "quantity": 1}],
    }
    told = problem(await shop.ask(body, "slashes"), 422, "order_not_found")
    assert (await shop.look(told["workflow_id"]))["order_id"] == order_id
    listed = await shop.http.get("/returns", params={"order_id": order_id})
    assert listed.status_code == 200


async def test_many_at_once(live: Running, shop: Shop) -> None:
    """Each asks for itself and gets its own."""
    orders = await asyncio.gather(*(live.order("third_party", 1) for _ in range(10)))
    answers = await asyncio.gather(*(shop.opened(order, 1) for order in orders))
    views = await asyncio.gather(*(shop.look(one["workflow_id"]) for one in answers))
    assert [view["order_id"] for view in views] == [order.id for order in orders]
