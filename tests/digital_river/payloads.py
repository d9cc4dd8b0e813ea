"""Objects as Digital River writes them; ours, in the shapes that are known."""

from __future__ import annotations

from pydantic import JsonValue

Json = dict[str, JsonValue]

JAVA_TIME: Json = {
    "offset": {"totalSeconds": 0, "id": "Z", "rules": {"fixedOffset": True, "transitions": []}},
    "nano": 0,
    "year": 2018,
    "monthValue": 4,
    "dayOfMonth": 25,
    "hour": 20,
    "minute": 36,
    "second": 0,
    "dayOfWeek": "WEDNESDAY",
    "dayOfYear": 115,
    "month": "APRIL",
}
LOCATION: Json = {
    "address": {
        "line1": "Dock 4, 1 Depot Way",
        "line2": None,
        "city": "Venlo",
        "postalCode": 5928,
        "state": "LI",
        "country": "NL",
    },
    "name": "Returns desk",
    "phone": None,
    "email": "[email protected]",
}


def return_item(**changes: JsonValue) -> Json:
    """Write a return's item."""
    plain: Json = {
        "itemId": "300000010336",
        "amount": 21.62,
        "quantity": 2,
        "quantityAccepted": 0,
        "skuId": "0b6f5f0e-0000-4000-8000-000000000009",
        "state": "created",
    }
    return plain | changes


def a_return(**changes: JsonValue) -> Json:
    """Write a return as the answer to its creation does."""
    plain: Json = {
        "id": "ret_7b0c2f8e-5a11-4f60-9c55-0a6d3a1b9e10",
        "createdTime": "2026-01-05T10:00:00Z",
        "currency": "EUR",
        "items": [return_item(), return_item(itemId="300000020336", quantity=3, amount=64.83)],
        "orderId": "400000000336",
        "reason": "too_small",
        "state": "created",
        "liveMode": False,
    }
    return plain | changes


def a_refund(**changes: JsonValue) -> Json:
    """Write a refund of one item, as the event that it is pending does."""
    plain: Json = {
        "id": "re_1c9d7c1e-0000-4000-8000-000000000002",
        "createdTime": "2026-01-09T08:00:00Z",
        "currency": "EUR",
        "items": [{"amount": 21.6, "quantity": 2, "skuId": "red", "itemId": "300000010336"}],
        "orderId": "400000000336",
        "reason": "too_small",
        "refundedAmount": 0.0,
        "state": "pending",
        "liveMode": False,
    }
    return plain | changes


def an_event(kind: str, found: Json, **changes: JsonValue) -> Json:
    """Write an event about an object."""
    plain: Json = {
        "id": "0b6f5f0e-0000-4000-8000-000000000001",
        "type": kind,
        "data": {"object": found},
        "liveMode": False,
        "createdTime": "2026-01-09T08:05:01.4412Z",
        "webhookIds": ["aaaaaaaa-0000-4000-8000-000000000005", "b"],
        "digitalriverVersion": "2021-12-13",
    }
    return plain | changes
