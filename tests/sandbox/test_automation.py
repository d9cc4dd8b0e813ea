"""The automatic fulfiller and bank, and the virtual clock."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.sandbox.calls import Json, Planter, ask_back, event_types, give_back, ok, until

AT_ONCE = {"approve_after_seconds": 0, "receive_after_seconds": 0, "bank_after_seconds": 0}


def reading(river: httpx.AsyncClient, path: str) -> Callable[[], Awaitable[Json]]:
    """Return a function that reads a path."""

    async def read() -> Json:
        found: Json = await ok(river.get(path))
        return found

    return read


async def settled(river: httpx.AsyncClient, path: str, state: str) -> Json:
    """Wait until a resource has a state."""
    return await until(reading(river, path), lambda found: found["state"] == state)


async def test_the_fulfiller_acts(river: httpx.AsyncClient, plant: Planter) -> None:
    """With the automation on, a request is approved and received without anyone's help."""
    await ok(river.put("/sandbox/automation", json=AT_ONCE))
    assert await ok(river.get("/sandbox/automation")) == AT_ONCE
    asked = await ask_back(river, await plant("digital_river"))
    done = await settled(river, f"/fulfillment-returns/{asked['id']}", "accepted")
    assert done["items"][0]["quantityAccepted"] == 2
    kinds = ["created", "pending", "accepted"]
    assert await event_types(river) == [f"fulfillment_return.{kind}" for kind in kinds]


@pytest.mark.parametrize("name", ["0", "order item", "fulfillment item"])
async def test_the_fulfiller_follows_the_script(
    river: httpx.AsyncClient, plant: Planter, name: str
) -> None:
    """A script names units by line, order item or fulfillment item; the rest is rejected."""
    names = {"order item": "300000000001", "fulfillment item": "450000001"}
    script = {"receive": {names.get(name, name): 1}}
    lines = [{"quantity": 2}, {"quantity": 1}]
    planted = await plant("digital_river", lines=lines, fulfiller_script=script, automation=AT_ONCE)
    one = planted["fulfillment_order"]
    items = [
        {"fulfillmentOrderItemId": item["id"], "quantity": item["quantity"]}
        for item in one["items"]
    ]
    body = {"fulfillmentOrderId": one["id"], "items": items}
    asked = await ok(river.post("/fulfillment-returns", json=body), 201)
    done = await settled(river, f"/fulfillment-returns/{asked['id']}", "accepted")
    assert [item["quantityAccepted"] for item in done["items"]] == [1, 0]
    assert [item["state"] for item in done["items"]] == ["accepted", "rejected"]


async def test_the_fulfiller_rejects(river: httpx.AsyncClient, plant: Planter) -> None:
    """A script can have the request rejected; automation set later counts for open ones."""
    planted = await plant("digital_river", fulfiller_script={"decision": "reject"})
    asked = await ask_back(river, planted)
    await ok(river.put("/sandbox/automation", json=AT_ONCE))
    await settled(river, f"/fulfillment-returns/{asked['id']}", "rejected")


async def test_the_bank_follows_the_script(river: httpx.AsyncClient, plant: Planter) -> None:
    """The 1st, 2nd, ... refund of an order each meet their own fate; further ones complete."""
    script = ["fail", "require_information"]
    planted = await plant(refund_script=script, automation=AT_ONCE)
    states = ["failed", "pending_information", "succeeded"]
    for state in states:
        refund = await give_back(river, planted, amount=1)
        await settled(river, f"/refunds/{refund['id']}", state)
        if state == "pending_information":
            await ok(river.post(f"/sandbox/refunds/{refund['id']}/submit-information"))
            await settled(river, f"/refunds/{refund['id']}", "succeeded")


@pytest.mark.parametrize(
    ("trigger", "bank", "state"),
    [
        ({"card": "4000 0000 0000 4111"}, False, "failed"),
        ({"card": "4556 6025 6424 0839"}, True, "failed"),
        ({"customer_last_name": "RefundFail"}, False, "failed"),
        ({"customer_last_name": "RefundFailedAfterPending"}, True, "failed"),
        ({"customer_last_name": "RefundFailAfterPaymentInfo"}, True, "pending_information"),
        ({"card": "4242 4242 4242 4242"}, True, "succeeded"),
    ],
)
async def test_triggers(
    river: httpx.AsyncClient, plant: Planter, trigger: Json, bank: bool, state: str
) -> None:
    """Test-mode cards and names make refunds fail, at once or when the bank acts."""
    speed = AT_ONCE if bank else {}
    refund = await give_back(river, await plant(**trigger, automation=speed))
    assert refund["state"] == "pending"
    await settled(river, f"/refunds/{refund['id']}", state)
    if state == "pending_information":
        await ok(river.post(f"/sandbox/refunds/{refund['id']}/submit-information"))
        await settled(river, f"/refunds/{refund['id']}", "failed")


async def test_a_refund_can_fail_while_it_is_created(
    river: httpx.AsyncClient, plant: Planter
) -> None:
    """The name RefundFailWhileCreation makes POST /refunds a conflict."""
    order = (await plant(customer_last_name="RefundFailWhileCreation"))["order"]
    body = {"orderId": order["id"], "currency": "EUR", "amount": 1}
    answer = await river.post("/refunds", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "failed-request")


async def test_the_clock_passes_every_deadline(river: httpx.AsyncClient, plant: Planter) -> None:
    """Moving the clock makes all that falls due happen, in order and at its own time."""
    day = 86400
    speed = {"approve_after_seconds": day, "receive_after_seconds": day}
    await ok(river.put("/sandbox/automation", json=speed))
    asked = await ask_back(river, await plant("digital_river"))
    path = f"/fulfillment-returns/{asked['id']}"
    await ok(river.post("/sandbox/clock", json={"advance_seconds": day / 2}))
    assert (await ok(river.get(path)))["state"] == "created"
    moved = await ok(river.post("/sandbox/clock", json={"advance_seconds": 2 * day}))
    assert moved["offset_seconds"] == pytest.approx(2.5 * day, abs=5)
    assert (await ok(river.get(path)))["state"] == "accepted"
    events = (await ok(river.get("/events")))["data"]
    days = [event["createdTime"][:10] for event in events]
    assert len(set(days)) == 3
