"""Objects as Digital River writes them, with everything personal that they may hold."""

from pydantic import JsonValue

Json = dict[str, JsonValue]

TOKEN = "token-canary-7f3a"
PERSONAL = ("jo.canary@example.test", "+31 6 canary", "Jo Canary", "7 Canary Lane", "cust-canary")
"""What is in the payloads of orders about the customer."""

CUSTOMER: Json = {
    "address": {"line1": "7 Canary Lane", "city": "Delft", "country": "NL"},
    "name": "Jo Canary",
    "phone": "+31 6 canary",
    "email": "jo.canary@example.test",
}
PLACE: Json = {
    "address": {
        "line1": "Dock 4, 1 Depot Way",
        "city": "Venlo",
        "postalCode": "5928",
        "state": "LI",
        "country": "NL",
    },
    "name": "Returns desk",
}
ORDER: Json = {
    "id": "400000000336",
    "createdTime": "2026-01-05T10:00:00Z",
    "customerId": "cust-canary",
    "email": "jo.canary@example.test",
    "currency": "EUR",
    "state": "fulfilled",
    "items": [
        {"id": "300000010336", "skuId": "sku-1", "quantity": 2, "state": "fulfilled"},
        {"id": "300000020336", "skuId": "sku-2", "quantity": 1},
    ],
    "shipTo": CUSTOMER,
    "billTo": CUSTOMER,
    "metadata": {"phone": "+31 6 canary"},
    "liveMode": False,
}


def a_fulfillment_order(**fields: JsonValue) -> Json:
    """Write a fulfillment order, whose own ids are numbers."""
    item: Json = {
        "id": 450000001,
        "upstreamId": "300000010336",
        "quantity": 15,
        "pending": 1,
        "backordered": 2,
        "shipped": 3,
        "cancelled": 4,
        "returned": 5,
        "state": "shipped",
    }
    return {
        "id": 9292981838,
        "createdTime": "2026-01-05T10:00:00Z",
        "upstreamId": "400000000336",
        "state": "shipped",
        "currency": "EUR",
        "name": "Jo Canary",
        "email": "jo.canary@example.test",
        "phone": "+31 6 canary",
        "shipTo": CUSTOMER,
        "items": [item],
        **fields,
    }


def a_fulfillment_return(**fields: JsonValue) -> Json:
    """Write a fulfillment return."""
    item: Json = {
        "fulfillmentOrderItemId": "450000001",
        "quantity": 2,
        "quantityAccepted": 1,
        "state": "pending",
    }
    return {
        "id": "ret_1",
        "createdTime": "2026-01-05T10:00:00Z",
        "fulfillmentOrderId": "9300000001",
        "upstreamId": "400000000336",
        "reason": "too_small",
        "state": "pending",
        "type": "client",
        "items": [item],
        "livemode": False,
        **fields,
    }


def a_return(**fields: JsonValue) -> Json:
    """Write a return."""
    item: Json = {
        "itemId": "300000010336",
        "amount": 119.0,
        "quantity": 2,
        "quantityAccepted": 0,
        "state": "created",
    }
    return {
        "id": "ret_2",
        "createdTime": "2026-01-05T10:00:00Z",
        "orderId": "400000000336",
        "currency": "EUR",
        "items": [item],
        "reason": "too_small",
        "state": "created",
        "liveMode": False,
        **fields,
    }


def a_refund(**fields: JsonValue) -> Json:
    """Write a refund of one item."""
    return {
        "id": "re_1",
        "createdTime": "2026-01-05T10:00:00Z",
        "currency": "EUR",
        "items": [{"itemId": "300000010336", "quantity": 2, "amount": 119.0}],
        "orderId": "400000000336",
        "reason": "too_small",
        "refundedAmount": 0.0,
        "state": "pending",
        "liveMode": False,
        **fields,
    }


def an_event(kind: str, about: Json) -> Json:
    """Write an event."""
    return {
        "id": "0b6f5f0e-0000-4000-8000-000000000001",
        "type": kind,
        "data": {"object": about},
        "liveMode": False,
        "createdTime": "2026-01-09T08:05:01.4412Z",
    }
