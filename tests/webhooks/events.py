"""Events as Digital River writes them, and the signature that it would put on them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count

from pydantic import JsonValue

from digital_river.signature import HEADER, sign
from lifecycle.identity import rma_number, workflow_id_for

Json = dict[str, JsonValue]

SECRET = "whsec_canary"
NOW = datetime(2026, 1, 9, 8, 5, 2, tzinfo=UTC)
ORDER = "400000000336"
RMA = rma_number("request-1")
WORKFLOW = workflow_id_for(ORDER, RMA)

_numbers = count(1)


def event(event_type: str, subject: Json, **fields: JsonValue) -> Json:
    """Write an event with an id of its own."""
    return {
        "id": f"0b6f5f0e-0000-4000-8000-{next(_numbers):012}",
        "type": event_type,
        "data": {"object": subject},
        "liveMode": False,
        "createdTime": "2026-01-09T08:05:01.4412Z",
        "webhookIds": ["aaaaaaaa-0000-4000-8000-000000000005"],
        "digitalriverVersion": "2021-12-13",
        **fields,
    }


def refund(state: str = "succeeded", **fields: JsonValue) -> Json:
    """Write a refund that Digital River made for a return that bears our RMA number."""
    return {
        "id": "re_1c9d7c1e-0000-4000-8000-000000000002",
        "createdTime": "2026-01-09T08:00:00Z",
        "currency": "EUR",
        "items": [{"itemId": "300000010336", "quantity": 2, "amount": 119.0}],
        "orderId": ORDER,
        "reason": f"too_small #{RMA}",
        "refundedAmount": 119.0,
        "state": state,
        "liveMode": False,
        **fields,
    }


def third_party_return(state: str = "accepted", **fields: JsonValue) -> Json:
    """Write a return that we created."""
    return {
        "id": "ret_7b0c2f8e-5a11-4f60-9c55-0a6d3a1b9e10",
        "createdTime": "2026-01-05T10:00:00Z",
        "currency": "EUR",
        "items": [
            {
                "itemId": "300000010336",
                "skuId": "sku-red-shoe",
                "amount": 119.0,
                "quantity": 2,
                "quantityAccepted": 2,
                "state": state,
            }
        ],
        "orderId": ORDER,
        "reason": f"too_small #{RMA}",
        "state": state,
        "metadata": {"workflow_id": WORKFLOW, "key": f"{WORKFLOW}:return"},
        "liveMode": False,
        **fields,
    }


def fulfillment_return(state: str = "accepted", **fields: JsonValue) -> Json:
    """Write a fulfillment return that we asked for."""
    return {
        "id": "ret_51de0000-0000-4000-8000-00000000000a",
        "createdTime": "2026-01-05T10:00:00Z",
        "fulfillmentOrderId": "9300000001",
        "upstreamId": ORDER,
        "reason": f"too_small #{RMA}",
        "state": state,
        "type": "client",
        "items": [
            {
                "fulfillmentOrderItemId": "450000001",
                "inventoryItemId": "sku-red-shoe",
                "quantity": 2,
                "quantityAccepted": 2,
                "state": state,
            }
        ],
        "livemode": False,
        **fields,
    }


def order(state: str = "dispute", **fields: JsonValue) -> Json:
    """Write an order."""
    return {
        "id": ORDER,
        "createdTime": "2026-01-01T10:00:00Z",
        "currency": "EUR",
        "state": state,
        "items": [{"id": "300000010336", "skuId": "sku-red-shoe", "quantity": 2, "amount": 100.0}],
        "liveMode": False,
        **fields,
    }


def body_of(content: Json) -> bytes:
    """Write an event's body."""
    return json.dumps(content).encode()


def signature(body: bytes, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    """Return the header that makes a body genuine."""
    return {HEADER: sign(secret, at, body)}
