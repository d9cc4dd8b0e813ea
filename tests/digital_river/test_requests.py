"""What is sent: exactly what the contract has, and nothing that is known to be refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue, ValidationError

from digital_river.requests import (
    AcceptReturn,
    AcceptReturnItem,
    CreateFulfillmentReturn,
    CreateFulfillmentReturnItem,
    CreateRefund,
    CreateRefundItem,
    CreateReturn,
    CreateReturnItem,
    CreateWebhook,
    ReturnAddress,
    ReturnLocation,
    UpdateRefund,
    UpdateWebhook,
)

ITEM = {"itemId": "1", "percent": 100}


def written(request: BaseModel) -> str:
    """Write a request as the client does."""
    return request.model_dump_json(by_alias=True, exclude_none=True)


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (
            CreateFulfillmentReturn(
                fulfillment_order_id="9300000001",
                items=(CreateFulfillmentReturnItem(fulfillment_order_item_id="45", quantity=2),),
            ),
            (
                '{"fulfillmentOrderId":"9300000001",'
                '"items":[{"fulfillmentOrderItemId":"45","quantity":2}]}'
            ),
        ),
        (
            CreateFulfillmentReturn(
                fulfillment_order_id="9300000001",
                items=(CreateFulfillmentReturnItem(fulfillment_order_item_id="45", quantity=2),),
                upstream_id="400000000336",
                reason="too_small #7K3F9X2ABC",
            ),
            (
                '{"fulfillmentOrderId":"9300000001",'
                '"items":[{"fulfillmentOrderItemId":"45","quantity":2}],'
                '"upstreamId":"400000000336","reason":"too_small #7K3F9X2ABC"}'
            ),
        ),
        (
            CreateReturn(order_id="4", items=(CreateReturnItem(item_id="3", quantity=1),)),
            '{"orderId":"4","items":[{"itemId":"3","quantity":1}]}',
        ),
        (
            CreateReturn(
                order_id="4",
                items=(CreateReturnItem(item_id="3", quantity=1),),
                reason="r",
                location=ReturnLocation(
                    address=ReturnAddress(
                        line1="1 Depot Way",
                        city="Venlo",
                        postal_code="5928",
                        state="LI",
                        country="NL",
                    ),
                    name="Desk",
                ),
                metadata={"key": "w:return", "n": 1, "b": True, "nothing": None},
            ),
            (
                '{"orderId":"4","items":[{"itemId":"3","quantity":1}],"reason":"r",'
                '"location":{"address":{"line1":"1 Depot Way","city":"Venlo","postalCode":"5928",'
                '"state":"LI","country":"NL"},"name":"Desk"},'
                '"metadata":{"key":"w:return","n":1,"b":true,"nothing":null}}'
            ),
        ),
        (AcceptReturn(state="accepted"), '{"state":"accepted"}'),
        (
            AcceptReturn(items=(AcceptReturnItem(item_id="3", quantity=2),)),
            '{"items":[{"itemId":"3","quantity":2,"state":"accepted"}]}',
        ),
        (
            CreateRefund(order_id="4", currency="EUR", amount=Decimal("27.01")),
            '{"orderId":"4","currency":"EUR","amount":27.01}',
        ),
        (
            CreateRefund(
                order_id="4",
                currency="EUR",
                items=(
                    CreateRefundItem(item_id="3", quantity=2, percent=Decimal(100)),
                    CreateRefundItem.model_validate(
                        {"item_id": "3", "amount": "0.10", "type": "shipping"}
                    ),
                ),
                reason="r",
                metadata={"key": "k"},
            ),
            (
                '{"orderId":"4","currency":"EUR","items":['
                '{"itemId":"3","quantity":2,"percent":100.0},'
                '{"itemId":"3","amount":0.1,"type":"shipping"}],"reason":"r","metadata":{"key":"k"}}'
            ),
        ),
        (
            CreateRefund.model_validate(
                {"invoiceId": "5", "currency": "JPY", "percent": "12.5", "type": "duty"}
            ),
            '{"invoiceId":"5","currency":"JPY","percent":12.5,"type":"duty"}',
        ),
        (UpdateRefund(metadata={"a": ""}), '{"metadata":{"a":""}}'),
        (
            CreateWebhook(types=("refund.complete",), address="https://shop.test/"),
            '{"types":["refund.complete"],"address":"https://shop.test/"}',
        ),
        (UpdateWebhook(enabled=False), '{"enabled":false}'),
    ],
)
def test_bodies(request_: BaseModel, body: str) -> None:
    """A request is written in Digital River's spelling, with the fields that are set."""
    assert written(request_) == body


@given(st.decimals(Decimal("0.01"), 10**12 - 1, places=2))
def test_amounts_are_exact(amount: Decimal) -> None:
    """An amount is written as the very decimal that it is."""
    body = written(CreateRefund(order_id="1", currency="EUR", amount=amount))
    assert Decimal(body.split('"amount":')[1].rstrip("}")) == amount


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (CreateReturn, {"order_id": "1", "items": []}),
        (CreateReturn, {"order_id": "", "items": [{"item_id": "1", "quantity": 1}]}),
        (CreateReturn, {"order_id": "1", "items": [{"item_id": "1", "quantity": 0}]}),
        (CreateReturn, {"order_id": "1", "items": [{"item_id": "1", "quantity": 1.5}]}),
        (CreateReturn, {"order_id": "1", "items": [{"item_id": "1", "qty": 1}]}),
        (
            CreateReturn,
            {"order_id": "1", "items": [{"item_id": "1", "quantity": 1}], "reason": "r" * 65},
        ),
        (UpdateRefund, {"metadata": {}}),
        (UpdateRefund, {"metadata": {"k" * 41: 1}}),
        (UpdateRefund, {"metadata": {"k": "v" * 501}}),
        (UpdateRefund, {"metadata": {str(n): n for n in range(21)}}),
        (CreateRefund, {"currency": "EUR", "amount": 1}),
        (CreateRefund, {"order_id": "1", "invoice_id": "1", "currency": "EUR", "amount": 1}),
        (CreateRefund, {"order_id": "1", "currency": "EUR"}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "amount": 1, "percent": 1}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "amount": 0}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "amount": "1.001"}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "amount": "NaN"}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "percent": 101}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "percent": 0}),
        (CreateRefund, {"order_id": "1", "currency": "euro", "amount": 1}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "amount": 1, "type": "fees"}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "items": []}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "items": [{"item_id": "1"}]}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "items": [ITEM | {"amount": 1}]}),
        (CreateRefund, {"order_id": "1", "currency": "EUR", "items": [ITEM | {"type": "tax"}]}),
        (CreateWebhook, {"types": [], "address": "https://shop.test/"}),
    ],
)
def test_wrong_requests(model: type[BaseModel], fields: dict[str, JsonValue]) -> None:
    """What Digital River is known to refuse is not even written."""
    with pytest.raises(ValidationError):
        model.model_validate(fields)
