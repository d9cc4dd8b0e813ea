"""Every form of every object that Digital River is known to send."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import BaseModel, JsonValue, ValidationError

from digital_river.models import (
    ErrorBody,
    Event,
    FulfillmentReturn,
    Order,
    Refund,
    RefundState,
    Return,
    ReturnItemState,
    ReturnState,
    Webhook,
)
from tests.digital_river.payloads import (
    JAVA_TIME,
    LOCATION,
    Json,
    a_refund,
    a_return,
    an_event,
    return_item,
)


def test_return_created() -> None:
    """The plain answer to a create is read, item by item."""
    found = Return.model_validate(a_return())
    assert found.state == ReturnState.CREATED
    assert found.created_time == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert [item.quantity for item in found.items] == [2, 3]
    assert [item.quantity_accepted for item in found.items] == [0, 0]
    assert found.items[1].amount == Decimal("64.83")
    assert found.refund_ids == ()
    assert found.live_mode is False
    assert (found.location, found.metadata, found.updated_time) == (None, None, None)


def test_return_partly_accepted() -> None:
    """One item may be accepted while the return is not."""
    items: JsonValue = [
        return_item(state="accepted", quantityAccepted="2", amount=21.61),
        return_item(itemId="300000020336"),
    ]
    found = Return.model_validate(a_return(items=items))
    assert found.state == ReturnState.CREATED
    assert [item.state for item in found.items] == [
        ReturnItemState.ACCEPTED,
        ReturnItemState.CREATED,
    ]
    assert found.items[0].quantity_accepted == 2


@pytest.mark.parametrize("spelling", ["liveMode", "livemode"])
def test_return_of_the_reference(spelling: str) -> None:
    """The reference's own form is read: times as objects, whole amounts, both spellings."""
    wire = a_return(
        createdTime=JAVA_TIME,
        updatedTime=JAVA_TIME,
        items=[return_item(amount=899, quantity=1, quantityAccepted=1)],
        failureReason="text",
        location=LOCATION,
        metadata={"coupon": "BLACKFRIDAY"},
        refundIds=["ref_0848750667", 848750667],
    )
    del wire["liveMode"]
    found = Return.model_validate(wire | {spelling: True})
    assert found.created_time == found.updated_time == datetime(2018, 4, 25, 20, 36, tzinfo=UTC)
    assert found.refund_ids == ("ref_0848750667", "848750667")
    assert found.items[0].amount == 899
    assert found.live_mode is True
    assert found.metadata == {"coupon": "BLACKFRIDAY"}
    assert found.location is not None
    assert found.location.address is not None
    assert found.location.address.postal_code == "5928"
    assert found.location.email == "[email protected]"


def test_new_words() -> None:
    """A state that nobody knows yet is kept as it is."""
    found = Return.model_validate(a_return(state="half_accepted", items=[return_item(state="x")]))
    assert (found.state, found.items[0].state) == ("half_accepted", "x")
    assert Refund.model_validate(a_refund(state="created")).state == "created"


def test_fulfillment_return() -> None:
    """A fulfillment return is read, with where the customer sends the goods."""
    found = FulfillmentReturn.model_validate(
        {
            "id": "ret_51de0000-0000-4000-8000-00000000000a",
            "createdTime": "2026-01-05T10:00:00Z",
            "fulfillmentOrderId": 9300000001,
            "upstreamId": "400000000336",
            "reason": "too_small",
            "state": "pending",
            "type": "client",
            "items": [
                {
                    "fulfillmentOrderItemId": 450000001,
                    "inventoryItemId": "sku-red-shoe",
                    "quantity": "2",
                    "quantityAccepted": 0,
                    "state": "pending",
                    "location": LOCATION,
                    "unitAttributes": [{"serialNumber": "1"}],
                }
            ],
            "location": LOCATION,
            "livemode": False,
        }
    )
    assert found.fulfillment_order_id == "9300000001"
    assert found.items[0].fulfillment_order_item_id == "450000001"
    assert found.items[0].quantity == 2
    assert found.location is not None
    assert found.location.name == "Returns desk"
    assert found.live_mode is False


def test_refund_pending() -> None:
    """A refund of items has no amount of its own while it is pending."""
    found = Refund.model_validate(a_refund())
    assert found.state == RefundState.PENDING
    assert found.amount is None
    assert found.refunded_amount == 0
    assert found.items[0].amount == Decimal("21.6")
    assert found.items[0].refunded_amount is None
    assert found.charges == ()


def test_refund_succeeded_with_charges() -> None:
    """A refund that is done tells which charges the money went back to."""
    row: JsonValue = {"createdTime": "2026-01-09T08:04:10Z", "amount": 21.6, "state": "complete"}
    charge: JsonValue = {
        "id": "c0ffee00-0000-4000-8000-000000000003",
        "captured": True,
        "refunded": True,
        "refunds": [row],
        "sourceId": "5eed0000-0000-4000-8000-000000000004",
    }
    found = Refund.model_validate(
        a_refund(state="succeeded", refundedAmount=21.599999999999998, charges=[charge])
    )
    assert found.refunded_amount == Decimal("21.60")
    assert found.charges[0].refunds[0].state == "complete"
    assert found.charges[0].refunds[0].amount == Decimal("21.6")


def test_refund_of_an_order() -> None:
    """A refund of an order has an amount and no items."""
    found = Refund.model_validate(a_refund(amount=100, items=[], type="shipping"))
    assert found.amount == 100
    assert found.items == ()
    assert found.type == "shipping"


def test_refund_failed() -> None:
    """A refund may fail without a reason, or with one."""
    assert Refund.model_validate(a_refund(state="failed")).failure_reason is None
    failed = Refund.model_validate(a_refund(state="failed", failureReason="expired_card"))
    assert failed.failure_reason == "expired_card"


def test_refund_pending_information() -> None:
    """The token for bank details is read, and shown to nobody."""
    information: JsonValue = {"token": "canary", "expiresTime": "2026-04-09T08:00:00.123Z"}
    found = Refund.model_validate(
        a_refund(state="pending_information", tokenInformation=information)
    )
    assert found.token_information is not None
    assert found.token_information.token.get_secret_value() == "canary"
    assert found.token_information.expires_time is not None
    assert "canary" not in repr(found) + str(found) + found.model_dump_json()


def test_event() -> None:
    """An event holds its object as it came, and its fraction of a second."""
    found = Event.model_validate(an_event("return.accepted", a_return(state="accepted")))
    assert found.type == "return.accepted"
    assert found.object == a_return(state="accepted")
    assert Return.model_validate(found.object).state == "accepted"
    assert found.created_time == datetime(2026, 1, 9, 8, 5, 1, 441_200, tzinfo=UTC)
    assert found.webhook_ids == ("aaaaaaaa-0000-4000-8000-000000000005", "b")
    assert found.version == "2021-12-13"
    assert found.data.previous_attributes is None


def test_event_contradicts_its_object() -> None:
    """An event named pending may hold a refund that has succeeded."""
    found = Event.model_validate(an_event("refund.pending", a_refund(state="succeeded")))
    assert Refund.model_validate(found.object).state == RefundState.SUCCEEDED


def test_event_with_little() -> None:
    """What some events lack, no event needs."""
    wire = an_event(
        "refund.pending", {}, id="evt_1", createdTime="2023-12-29T15:35:56.952982Z[UTC]"
    )
    for name in ("webhookIds", "digitalriverVersion", "liveMode"):
        del wire[name]
    found = Event.model_validate(wire)
    assert (found.webhook_ids, found.version, found.live_mode) == ((), None, None)


@pytest.mark.parametrize("spelling", ["digitalriverVersion", "digitalRiverVersion", "version"])
def test_event_version(spelling: str) -> None:
    """The version is read in both spellings, and by the attribute's name."""
    wire = an_event("x.y", {})
    del wire["digitalriverVersion"]
    assert Event.model_validate(wire | {spelling: "2020-12-17"}).version == "2020-12-17"


def test_webhook_keeps_no_password() -> None:
    """A webhook is read without the passwords that it may hold."""
    found = Webhook.model_validate(
        {
            "id": "w",
            "types": ["refund.complete"],
            "address": "https://shop.test/webhooks",
            "apiVersion": "default",
            "enabled": True,
            "transportType": "HTTP",
            "authentication": {"userName": "u", "password": "canary"},
            "liveMode": False,
            "createdTime": "2026-01-01T10:00:00.123Z",
        }
    )
    assert found.types == ("refund.complete",)
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("wire", "codes"),
    [
        (
            {
                "type": "conflict",
                "errors": [
                    {
                        "code": "quantity_too_large",
                        "parameter": "items[0].qty",
                        "message": "Return quantity is larger than order quantity",
                    },
                    {"code": "x"},
                ],
            },
            ["quantity_too_large", "x"],
        ),
        ({"type": "bad_request"}, []),
        ({"type": "bad_request", "errors": None}, []),
        ({"errors": [{}]}, [None]),
        ({}, []),
    ],
)
def test_error_body(wire: Json, codes: list[str | None]) -> None:
    """Everything in the body of an error is optional."""
    assert [each.code for each in ErrorBody.model_validate(wire).errors] == codes


@pytest.mark.parametrize(
    ("model", "wire"),
    [
        (Return, a_return(orderId=None)),
        (Return, a_return(items=[return_item(quantity=-1)])),
        (Refund, a_refund(currency=None)),
        (Event, an_event("x", {}) | {"data": {}}),
        (Event, {}),
        (Order, []),
    ],
)
def test_useless_objects(model: type[BaseModel], wire: JsonValue) -> None:
    """An object without what makes it one is refused."""
    with pytest.raises(ValidationError):
        model.model_validate(wire)


def test_attribute_names() -> None:
    """Models are read by the names of their attributes too, so they survive their own dump."""
    found = Return.model_validate(a_return(location=LOCATION, metadata={"a": 1}))
    assert Return.model_validate(found.model_dump()) == found
    assert Return.model_validate_json(found.model_dump_json()) == found
    assert Return.model_validate_json(found.model_dump_json(by_alias=True)) == found
