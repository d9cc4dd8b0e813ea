"""Refunds: what may be asked, what is left, and what the bank does."""

from typing import Any

import httpx
import pytest

from tests.sandbox.calls import Json, Planter, event_types, give_back, ok, refused

TOO_MUCH = (400, "invalid_parameter", "amountRequested")
WITH_SHIPPING = {"lines": [{"quantity": 2, "tax_rate": 0.2}, {"quantity": 1}], "shipping": 6}


async def left(river: httpx.AsyncClient, order: Json) -> list[float]:
    """Return what can be refunded of an order and of each of its items."""
    read = await ok(river.get(f"/orders/{order['id']}"))
    rows = [read, *read["items"]]
    return [row["availableToRefundAmount"] for row in rows]


async def test_life_of_an_item_refund(river: httpx.AsyncClient, plant: Planter) -> None:
    """A refund reserves its money when made and shows charges only once it is final."""
    planted = await plant(**WITH_SHIPPING)
    order = planted["order"]
    assert await left(river, order) == [40.0, 24.0, 10.0]
    item = {"itemId": order["items"][0]["id"], "quantity": 1, "percent": 100}
    refund = await give_back(river, planted, items=[item], metadata={"key": "k"}, reason="r")
    assert (refund["state"], refund["refundedAmount"]) == ("pending", 0.0)
    assert "amount" not in refund
    assert "charges" not in refund
    assert refund["metadata"] == {"key": "k"}
    assert await left(river, order) == [28.0, 12.0, 10.0]
    done = await ok(river.post(f"/sandbox/refunds/{refund['id']}/complete"))
    assert (done["state"], done["refundedAmount"]) == ("succeeded", 12.0)
    assert done["items"][0]["refundedAmount"] == 12.0
    assert done["charges"][0]["refunds"][0]["state"] == "complete"
    assert "id" not in done["charges"][0]["refunds"][0]
    charge = await ok(river.get(f"/charges/{done['charges'][0]['id']}"))
    assert charge["refunds"][0]["id"]
    read = await ok(river.get(f"/orders/{order['id']}"))
    assert read["refundedAmount"] == 12.0
    assert await event_types(river) == ["refund.pending", "refund.complete"]


async def test_a_failed_refund_gives_its_amount_back(
    river: httpx.AsyncClient, plant: Planter
) -> None:
    """After a failure the same money can be asked for again."""
    planted = await plant()
    refund = await give_back(river, planted)
    assert refund["amount"] == 20.0
    body = {"failure_reason": "expired_or_canceled_card"}
    failed = await ok(river.post(f"/sandbox/refunds/{refund['id']}/fail", json=body))
    assert (failed["state"], failed["refundedAmount"]) == ("failed", 0.0)
    assert failed["failureReason"] == "expired_or_canceled_card"
    assert failed["charges"][0]["refunds"][0]["state"] == "failed"
    assert (await give_back(river, planted))["state"] == "pending"
    assert (await refused(river.post(f"/sandbox/refunds/{refund['id']}/complete")))[0] == 409


async def test_order_level_refunds(river: httpx.AsyncClient, plant: Planter) -> None:
    """An order-level refund spreads over items and shipping; a typed one takes its part only."""
    planted = await plant(**WITH_SHIPPING)
    refund = await give_back(river, planted, type="shipping", percent=100)
    assert (refund["amount"], refund["type"], refund["items"]) == (6.0, "shipping", [])
    assert await left(river, planted["order"]) == [34.0, 24.0, 10.0]
    tax = await give_back(river, planted, type="tax", percent="100")
    assert tax["amount"] == 4.0
    assert await left(river, planted["order"]) == [30.0, 20.0, 10.0]
    half = await give_back(river, planted, amount="15.00")
    assert half["amount"] == 15.0
    assert await left(river, planted["order"]) == [15.0, 10.0, 5.0]


async def test_several_charges(river: httpx.AsyncClient, plant: Planter) -> None:
    """The primary payment source gets its money back first."""
    planted = await plant(charges=[5, 15])
    refund = await give_back(river, planted, amount=12)
    done = await ok(river.post(f"/sandbox/refunds/{refund['id']}/complete"))
    amounts = [charge["refunds"][0]["amount"] for charge in done["charges"]]
    assert amounts == [5.0, 7.0]


async def test_only_captured_money_goes_back(river: httpx.AsyncClient, plant: Planter) -> None:
    """What was not shipped is not captured and cannot be refunded."""
    planted = await plant(lines=[{"quantity": 2, "pending": 2}])
    order = planted["order"]
    assert order["availableToRefundAmount"] == 0
    body = {"orderId": order["id"], "currency": "EUR", "amount": 1}
    assert await refused(river.post("/refunds", json=body)) == TOO_MUCH


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": "20.01"}, TOO_MUCH),
        ({"currency": "USD", "amount": 1}, (400, "invalid_parameter", "currency")),
        ({"type": "tax", "percent": 50}, (400, "invalid_parameter", "percentRequested")),
        ({}, (400, "missing_parameter", "amount")),
        ({"amount": 1, "percent": 1}, (400, "invalid_parameter", "percent")),
        ({"percent": 101}, (400, "invalid_parameter", "percent")),
        ({"amount": "x"}, (400, "invalid_amount", "amount")),
        ({"amount": 0}, (400, "invalid_amount", "amount")),
        ({"amount": 1, "reason": "x" * 65}, (400, "invalid_parameter", "reason")),
        ({"amount": 1, "price": 1}, (400, "unknown_parameter", "price")),
        ({"amount": 1, "type": "fees"}, (400, "invalid_parameter", "type")),
        ({"amount": 1, "currency": None}, (400, "missing_parameter", "currency")),
        ({"amount": 1, "orderId": None}, (400, "missing_parameter", "orderId")),
        ({"amount": 1, "orderId": "nope"}, (400, "invalid_parameter", "orderId")),
        ({"amount": 1, "invoiceId": "1"}, (400, "invalid_parameter", "invoiceId")),
        ({"items": [{"percent": 1}]}, (400, "missing_parameter", "items[0].itemId")),
    ],
)
async def test_validation(
    river: httpx.AsyncClient,
    plant: Planter,
    change: Json,
    expected: tuple[Any, ...],
) -> None:
    """A refund that is wrong in itself or too large is refused with the documented error."""
    order = (await plant(lines=[{"quantity": 2, "tax_rate": 0}]))["order"]
    body = {"orderId": order["id"], "currency": "EUR", **change}
    body = {name: value for name, value in body.items() if value is not None}
    if change.get("type") == "tax":
        order = (await plant(lines=[{"quantity": 1, "tax_rate": 0.2}]))["order"]
        body["orderId"] = order["id"]
    assert await refused(river.post("/refunds", json=body)) == expected


async def test_item_validation(river: httpx.AsyncClient, plant: Planter) -> None:
    """An item's quantity and its amount are bounded by the line."""
    order = (await plant())["order"]
    item = {"itemId": order["items"][0]["id"]}
    wrong = [
        ({**item}, (400, "missing_parameter", "items[0].amount")),
        ({**item, "quantity": 3, "percent": 1}, (409, "quantity_too_large", "items[0].qty")),
        ({**item, "amount": 20.01}, TOO_MUCH),
        ({"itemId": "nope", "amount": 1}, (400, "invalid_parameter", "items[0].itemId")),
    ]
    for row, expected in wrong:
        body = {"orderId": order["id"], "currency": "EUR", "items": [row]}
        assert await refused(river.post("/refunds", json=body)) == expected


async def test_bank_details(river: httpx.AsyncClient, plant: Planter) -> None:
    """A refund can wait for bank details with a token, and complete once they are given."""
    refund = await give_back(river, await plant())
    path = f"/sandbox/refunds/{refund['id']}"
    waiting = await ok(river.post(f"{path}/require-information"))
    assert waiting["state"] == "pending_information"
    assert set(waiting["tokenInformation"]) == {"token", "expiresTime"}
    given = await ok(river.post(f"{path}/submit-information"))
    assert given["state"] == "pending_information"
    done = await ok(river.post(f"{path}/complete"))
    assert done["state"] == "succeeded"
    assert "tokenInformation" not in done
    kinds = ["pending", "pending_information", "complete"]
    assert await event_types(river) == [f"refund.{kind}" for kind in kinds]


async def test_one_of_two_charges_takes_nothing(river: httpx.AsyncClient, plant: Planter) -> None:
    """What a payment source does not take was not refunded, and is available again."""
    planted = await plant(charges=[15, 5])
    refund = await give_back(river, planted)
    path = f"/sandbox/refunds/{refund['id']}/complete"
    done = await ok(river.post(path, json={"failing_charges": 1}))
    assert (done["state"], done["refundedAmount"], done["amount"]) == ("succeeded", 15.0, 20.0)
    rows = [charge["refunds"][0] for charge in done["charges"]]
    assert [row["state"] for row in rows] == ["complete", "failed"]
    assert await left(river, planted["order"]) == [5.0, 5.0]
    rest = await give_back(river, planted, amount=5)
    assert (await ok(river.post(f"/sandbox/refunds/{rest['id']}/complete")))["refundedAmount"] == 5


async def test_an_item_paid_in_part(river: httpx.AsyncClient, plant: Planter) -> None:
    """A refund by item says what each item got."""
    planted = await plant(charges=[15, 5])
    line = {"itemId": planted["order"]["items"][0]["id"], "quantity": 2, "percent": 100}
    refund = await give_back(river, planted, items=[line])
    path = f"/sandbox/refunds/{refund['id']}/complete"
    done = await ok(river.post(path, json={"failing_charges": 1}))
    assert done["items"][0]["refundedAmount"] == done["refundedAmount"] == 15.0


async def test_the_token_expires_silently(river: httpx.AsyncClient, plant: Planter) -> None:
    """After 90 days without bank details a refund is expired, which no event tells."""
    planted = await plant()
    refund = await give_back(river, planted)
    await ok(river.post(f"/sandbox/refunds/{refund['id']}/require-information"))
    ninety_days = 90 * 86400
    await ok(river.post("/sandbox/clock", json={"advance_seconds": ninety_days - 60}))
    read = f"/refunds/{refund['id']}"
    assert (await ok(river.get(read)))["state"] == "pending_information"
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 61}))
    assert (await ok(river.get(read)))["state"] == "expired"
    assert await left(river, planted["order"]) == [20.0, 20.0]
    other = await give_back(river, planted)
    await ok(river.post(f"/sandbox/refunds/{other['id']}/require-information"))
    expired = await ok(river.post(f"/sandbox/refunds/{other['id']}/expire"))
    assert expired["state"] == "expired"
    assert "refund.expired" not in await event_types(river)


async def test_metadata_update(river: httpx.AsyncClient, plant: Planter) -> None:
    """Only metadata of a refund can change, and refund.updated tells."""
    refund = await give_back(river, await plant())
    path = f"/refunds/{refund['id']}"
    updated = await ok(river.post(path, json={"metadata": {"key": "k"}}))
    assert updated["metadata"] == {"key": "k"}
    assert (await event_types(river))[-1] == "refund.updated"
    refusal = await refused(river.post(path, json={"reason": "x"}))
    assert refusal == (400, "unknown_parameter", "reason")


async def test_dashboard_refund(river: httpx.AsyncClient, plant: Planter) -> None:
    """A person in the Dashboard can refund, under the same rules."""
    order = (await plant())["order"]
    path = f"/sandbox/orders/{order['id']}/refunds"
    assert (await ok(river.post(path, json={"amount": 5}), 201))["amount"] == 5.0
    assert await refused(river.post(path, json={"amount": 16})) == TOO_MUCH
