"""Every form of orders, and of what ships and charges them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import JsonValue

from digital_river.models import (
    Charge,
    Event,
    FulfillmentOrder,
    Order,
    Shipment,
)
from tests.digital_river.payloads import (
    LOCATION,
    Json,
    an_event,
)


def test_shipment() -> None:
    """The event about a shipped fulfillment order holds a shipment."""
    item: JsonValue = {
        "id": "1",
        "fulfillmentOrderItemId": "450000001",
        "fulfillmentOrderItemUpstreamId": "300000010336",
        "inventoryItemId": "sku-red-shoe",
        "quantity": 2,
        "trackingUrls": ["https://track.test/1"],
    }
    shipment: Json = {
        "id": "60000001",
        "createdTime": "2026-01-03T10:00:00Z",
        "fulfillmentOrderId": "9300000001",
        "fulfillmentOrderUpstreamId": "400000000336",
        "trackingNumber": 12345,
        "items": [item],
        "liveMode": False,
    }
    event = Event.model_validate(
        an_event("fulfillment_order.shipped", shipment, id="evt_0b6f5f0e")
        | {"data": {"object": shipment, "previousAttributes": {}}}
    )
    found = Shipment.model_validate(event.object)
    assert found.items[0].fulfillment_order_item_upstream_id == "300000010336"
    assert found.tracking_number == "12345"
    assert event.data.previous_attributes == {}


def test_order() -> None:
    """An order is read, with what is left to refund."""
    found = Order.model_validate(
        {
            "id": 400000000336,
            "createdTime": "2026-01-01T10:00:00Z",
            "currency": "EUR",
            "state": "complete",
            "stateTransitions": {"accepted": "2026-01-01T10:00:01Z", "complete": None},
            "totalAmount": 119.0,
            "capturedAmount": 119.0,
            "availableToRefundAmount": 53.769999999999996,
            "items": [
                {
                    "id": 300000010336,
                    "skuId": "red",
                    "quantity": 2,
                    "amount": 100.0,
                    "tax": {"rate": 0.19, "amount": 19.0},
                    "shipping": {"amount": 5, "taxAmount": 0.95},
                    "state": "fulfilled",
                    "availableToRefundAmount": 119.0,
                    "metadata": {"gift": True},
                }
            ],
            "payment": {
                "charges": [
                    {
                        "id": "c1",
                        "state": "complete",
                        "captures": [{"state": "complete", "amount": 119.0, "fulfillmentId": "f"}],
                    }
                ],
                "sources": [{"type": "creditCard"}],
            },
            "shipTo": LOCATION | {"organization": "Shoes Ltd"},
            "liveMode": True,
            "requestToBeForgotten": False,
        }
    )
    assert (found.id, found.items[0].id) == ("400000000336", "300000010336")
    assert found.available_to_refund_amount == Decimal("53.77")
    assert found.refunded_amount is None
    assert found.state_transitions["accepted"] == datetime(2026, 1, 1, 10, 0, 1, tzinfo=UTC)
    assert found.payment is not None
    assert found.payment.charges[0].captures[0].fulfillment_id == "f"
    assert found.items[0].shipping is not None
    assert found.items[0].shipping.tax_amount == Decimal("0.95")


def test_fulfillment_order() -> None:
    """A fulfillment order's numeric ids are text, as everything that refers to them has them."""
    found = FulfillmentOrder.model_validate_json(
        json.dumps(
            {
                "id": 9292981838,
                "createdTime": "2026-01-01T10:00:00Z",
                "upstreamOrderTime": "2026-01-01T09:59:00Z",
                "upstreamId": "400000000336",
                "state": "shipped",
                "currency": "EUR",
                "items": [
                    {
                        "id": 450000001,
                        "upstreamId": "300000010336",
                        "inventoryItemId": "red",
                        "quantity": 3,
                        "pending": 0,
                        "backordered": 1,
                        "shipped": 2,
                        "cancelled": 0,
                        "returned": 0,
                        "state": "shipped",
                    }
                ],
                "liveMode": False,
            }
        )
    )
    assert (found.id, found.items[0].id) == ("9292981838", "450000001")
    assert (found.items[0].shipped, found.items[0].backordered) == (2, 1)
    assert found.items[0].upstream_id == "300000010336"


def test_charge() -> None:
    """A charge that is read by itself has ids and failures in its rows of refunds."""
    found = Charge.model_validate(
        {
            "id": "c0ffee00",
            "createdTime": "2026-01-01T10:00:00Z",
            "currency": "EUR",
            "amount": 119.0,
            "state": "complete",
            "refunds": [{"id": "r", "state": "failed", "failureCode": "declined"}],
        }
    )
    assert found.refunds[0].id == "r"
    assert found.refunds[0].failure_code == "declined"
